"""Proposals as text and Markdown, whatever the manifests are called."""

from __future__ import annotations

from msgspec.structs import replace

from gateshift.model.adoption import AdoptedStage, Adoption, AdoptionWay, Left
from gateshift.model.plan import EngineVerdict
from gateshift.report.adopt import markdown, text
from gateshift.report.style import Style
from tests.report.plans import FINDING

PLAIN = Style(unicode=False)
SAFE = (EngineVerdict("argocd", safe=True), EngineVerdict("flux", safe=True))
LIVE = AdoptedStage("live", "What runs today, and nothing else.", "", 0, SAFE)
DARK = AdoptedStage("dark", "v2 runs.", "the pods of v2 to be Ready", 2, SAFE)
ADOPTION = Adoption("shop", "k8s", "gateshift/shop/gateshift.yaml", AdoptionWay.BESIDE, "", (LIVE, DARK))


def test_the_verdict_stands_once_where_every_step_is_safe() -> None:
    said = text.render(ADOPTION, PLAIN)

    assert said.count("safe") == 1
    assert "shop: adopted from k8s, beside, 2 stages; every step is safe for Argo CD and Flux\n" in said
    assert " 2. dark  2 changes  v2 runs.\n                     Then wait for the pods of v2 to be Ready.\n" in said


def test_a_step_that_an_engine_cannot_make_is_marked_with_its_reason() -> None:
    verdicts = (SAFE[0], EngineVerdict("flux", safe=False, findings=(FINDING,)))
    said = text.render(replace(ADOPTION, stages=(LIVE, replace(DARK, engines=verdicts))), PLAIN)

    assert "every step is safe" not in said
    assert "unsafe for Flux\n" in said
    assert f"{FINDING.rule}: {FINDING.message} (Flux)\n" in said


def test_names_from_manifests_cannot_write_to_the_terminal_or_into_markdown() -> None:
    hostile = replace(ADOPTION, left=(Left("Ingress \x1b[31m@admin", "<img src=x>"),))

    assert "\x1b" not in text.render(hostile, PLAIN)
    shown = markdown.render(hostile)
    assert "\x1b" not in shown
    assert "`" in shown.partition("@admin")[0].rpartition(" ")[2]
    assert "\\<img" in shown


def test_a_dry_run_says_that_nothing_was_written() -> None:
    dry = replace(ADOPTION, dry_run=True, written=("gateshift.yaml",))

    for said in (text.render(dry, PLAIN), markdown.render(dry)):
        assert "would be adopted" in said
        assert "othing was written" in said
