"""Plans as text, JSON and Markdown, and what no input can make of them."""

from __future__ import annotations

import json
import re
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from msgspec.structs import replace

from gateshift.checks.registry import every_rule
from gateshift.model.plan import (
    Action,
    EngineVerdict,
    FieldChange,
    MatrixCell,
    MatrixReport,
    ObjectChange,
    PlanReport,
    TrafficRow,
)
from gateshift.model.report import ResourceName
from gateshift.report.findings.formats import Setting
from gateshift.report.plan import json as plan_json
from gateshift.report.plan import markdown as plan_markdown
from gateshift.report.plan import matrix as plan_matrix
from gateshift.report.plan import text as plan_text
from gateshift.report.plan.formats import PLAN
from gateshift.report.plan.mermaid import label
from gateshift.report.style import Style
from tests.report.plans import FINDING, MATRIX, PULL_REQUEST, SAFE, UNSAFE

ASCII = Style(unicode=False)
HOSTILE = st.text(max_size=60) | st.sampled_from(
    [
        "```\n# out",
        "<script>alert(1)</script>",
        "a|b",
        "--> x",
        '"]; click a',
        "@everyone",
        "\u202egnp",
        "</details>",
        "%%",
    ]
)


def test_text_shows_the_shares_before_and_after() -> None:
    assert plan_text.render(SAFE, ASCII).splitlines()[:10] == [
        "customers: canary -> half",
        "",
        "  default  every path",
        "    v1  ##################..    90 % -> ##########..........    50 %  -40",
        "    v2  ##..................    10 % -> ##########..........    50 %  +40",
        "",
        "  change HTTPRoute default/customers",
        "           /spec/rules/0/backendRefs/1/weight 10 -> 50",
        "",
        "  Argo CD  safe",
    ]


def test_a_change_is_told_by_names_and_not_by_places_in_lists() -> None:
    changes = (
        FieldChange("/spec/rules/0/backendRefs/0/weight", "50", "100", "shop-v2 weight"),
        FieldChange("/spec/rules/0/backendRefs/0", "shop-v1 (weight 50)", "", "shop-v1"),
        FieldChange("/spec/rules/1", "", '{"matches": []}', "spec.rules[2]"),
        FieldChange("/spec/replicas", "", "2", "spec.replicas"),
    )
    assert list(map(str, changes)) == [
        "shop-v2 weight 50 -> 100",
        "shop-v1 (weight 50) removed",
        "spec.rules[2] added",
        "spec.replicas added: 2",
    ]


def test_text_names_the_safe_way_of_an_unsafe_step() -> None:
    text = plan_text.render(UNSAFE, ASCII)
    assert "error[GS501]: v1's Service is pruned before the route leaves it (Argo CD only)\n" in text
    assert "safe way: half -> final -> retired\n" in text
    assert "unsafe for Argo CD\n" in text


def test_ascii_is_all_that_a_plain_terminal_gets() -> None:
    assert (plan_text.render(UNSAFE, ASCII) + plan_matrix.render(MATRIX, ASCII)).isascii()


def test_the_matrix_names_each_pair_once_with_its_reason() -> None:
    lines = plan_matrix.render(MATRIX, ASCII, every_pair=True).splitlines()
    assert [line.split() for line in lines[1:4]] == [
        ["half", "-", "ok", "no"],
        ["final", "part", "-", "-"],
        ["retired", "-", "-", "-"],
    ]
    assert "half -> retired (Argo CD, Flux): v1 is pruned" in lines
    assert "  safe way: half -> final -> retired" in lines


def stages_of(number: int) -> MatrixReport:
    """A matrix in which a step back over two stages or more is unsafe."""
    names = tuple(f"a-stage-of-some-length-{position}" for position in range(number))
    cells = tuple(
        MatrixCell(one, other, (("argocd", safe), ("flux", safe)), "" if safe else f"{one} loses", (), (), "GS501")
        for one, other in permutations(names, 2)
        for safe in [names.index(other) - names.index(one) > -2]
    )
    return MatrixReport("customers", names, cells, in_force=(names[3],))


@pytest.mark.parametrize("style", [Style(width=80), Style(width=80, unicode=False)], ids=["unicode", "ascii"])
@pytest.mark.parametrize("number", [9, 20, 40])
def test_a_matrix_too_wide_for_names_has_numbers(number: int, style: Style) -> None:
    lines = plan_matrix.render(stages_of(number), style, rules=every_rule()).splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0].split()[:5] == ["from", "\\", "to", "1", "2"]
    assert lines[1].split()[:2] == ["4", "a-stage-of-so..."]
    assert sum(line.startswith("GS501 service-missing-in-between (Argo CD, Flux): ") for line in lines) == 1
    assert len(lines) < 25 + (number + 2) * -(-number // 20)


def test_stages_that_cannot_be_left_for_the_same_ones_share_a_line() -> None:
    origins, targets = ("half", "final"), ("initial", "routed")
    cells = [MatrixCell(one, other, (("flux", False),), "x", rule="GS501") for one in origins for other in targets]
    text = plan_matrix.render(MatrixReport("customers", (*targets, *origins), tuple(cells)), ASCII)
    assert "GS501 (Flux): 4 pairs\n  half, final -> initial, routed\n  half -> initial: x\n" in text


def test_a_finding_of_both_engines_is_told_once() -> None:
    later = replace(FINDING, message=f"{FINDING.message}. This happens later")
    sooner = replace(FINDING, message=f"{FINDING.message}. This happens sooner", help="Do. The safe way here: a.")
    pairs = zip(UNSAFE.engines, (sooner, later), strict=True)
    engines = tuple(replace(engine, safe=False, findings=(found,)) for engine, found in pairs)
    text = plan_text.render(replace(UNSAFE, engines=engines), ASCII)
    assert text.count("error[GS501]") == 1
    assert "This happens sooner\n" in text
    assert "      Flux: This happens later\n" in text
    assert "The safe way here" not in text
    alone = plan_text.render(UNSAFE, ASCII)
    assert "error[GS501]: v1's Service is pruned before the route leaves it (Argo CD only)\n" in alone


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("report", [SAFE, UNSAFE])
def test_a_plan_is_as_wide_as_the_terminal(report: PlanReport, width: int) -> None:
    names = {"v1": "a-version-of-a-very-long-name", "v2": "b"}
    rows = (replace(SAFE.traffic[0], before=((names["v1"], 0.9), ("b", 0.1)), after=((names["v1"], 0.5), ("b", 0.5))),)
    lines = plan_text.render(replace(report, traffic=rows), Style(width=width)).splitlines()
    assert max(map(len, lines)) <= max(width, 80)


def test_json_holds_the_fields_of_the_contract() -> None:
    document = json.loads(plan_json.render(UNSAFE))
    assert (document["schema"], document["from"], document["to"], document["safe"]) == (1, "half", "retired", False)
    assert document["traffic"] == [
        {"class": "default", "match": "every path", "before": {"v1": 0.5, "v2": 0.5}, "after": {"v2": 1.0}}
    ]
    assert document["changes"] == [
        {"action": "prune", "kind": "Service", "namespace": "default", "name": "customers-v1", "fields": []}
    ]
    assert document["engines"]["argocd"]["safe"] is False
    assert [found["rule"] for found in document["engines"]["argocd"]["findings"]] == ["GS501"]
    assert document["engines"]["flux"] == {"safe": True, "decides": True, "findings": [], "steps": [], "safeWay": []}


def test_a_pull_request_is_unsafe_where_something_live_is() -> None:
    assert json.loads(plan_json.render_pull_request(PULL_REQUEST))["safe"] is False
    parked = replace(PULL_REQUEST, plans=(SAFE, replace(UNSAFE, live=False)))
    assert json.loads(plan_json.render_pull_request(parked))["safe"] is True


@pytest.mark.parametrize("render", [plan_markdown.render, plan_text.render])
def test_a_verdict_stands_in_the_text(render: object) -> None:
    assert callable(render)
    assert re.search("unsafe|loses requests", render(UNSAFE))


def test_markdown_begins_with_the_marker_that_finds_the_comment_again() -> None:
    assert plan_markdown.render(SAFE).startswith("<!-- gateshift-plan -->\n")
    assert plan_markdown.render_pull_request(PULL_REQUEST).startswith("<!-- gateshift-plan -->\n")


def test_markdown_holds_a_table_a_picture_and_folded_objects() -> None:
    tokens = MarkdownIt("commonmark").enable("table").parse(plan_markdown.render(SAFE))
    assert [token.info for token in tokens if token.type == "fence"] == ["mermaid", "diff"]
    cells = [token.content for token in tokens if token.type == "inline"]
    assert "**`v1 50 %, v2 50 %`**" in cells
    assert any(token.content.startswith("<details>") for token in tokens if token.type == "html_block")


def test_markdown_that_does_not_fit_ends_between_two_parts() -> None:
    rows = tuple(TrafficRow(f"class {number}", "x" * 200, (("v1", 1.0),), (("v2", 1.0),)) for number in range(40))
    finding = UNSAFE.engines[0].findings[0]
    found = tuple(replace(finding, message=f"{number} {'x' * 4000}") for number in range(20))
    engines = tuple(replace(verdict, findings=found) for verdict in UNSAFE.engines)
    many = replace(
        PULL_REQUEST,
        plans=tuple(replace(UNSAFE, traffic=rows, engines=engines, target=f"stage{number}") for number in range(40)),
    )
    text = plan_markdown.render_pull_request(many)
    assert len(text) < 65_536
    assert "left out" in text
    assert len(re.findall(r"^```", text, re.MULTILINE)) % 2 == 0
    assert text.count("<details>") == text.count("</details>")


@pytest.mark.parametrize("form", sorted(PLAN))
@pytest.mark.parametrize("report", [SAFE, UNSAFE, PULL_REQUEST, MATRIX, replace(PULL_REQUEST, plans=())])
def test_every_format_takes_every_plan(form: str, report: PlanReport) -> None:
    assert PLAN[form](report, Setting()).endswith("\n")


def hostile_plan(text: str, other: str, share: float) -> PlanReport:
    row = TrafficRow(text, other, ((text, share), (other + "x", 1 - share)), ((other, 1.0),))
    change = ObjectChange(Action.CREATE, ResourceName(text, other, text), (FieldChange(other, text, other),))
    found = replace(FINDING, message=text, help=other, cluster_says=text)
    return PlanReport(text, other, text, (row,), (change,), (EngineVerdict(text, False, (found,), (text,), (other,)),))


@given(HOSTILE, HOSTILE, st.floats(0, 1))
def test_no_text_steers_a_terminal(text: str, other: str, share: float) -> None:
    shown = plan_text.render(hostile_plan(text, other, share))
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown)


def _skeleton(report: PlanReport) -> list[tuple[str, str]]:
    """What the comment is made of: its headings, tables, fences and folded parts, without their text."""
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(plan_markdown.render(report))
    kinds = ("html_block", "heading_open", "table_open", "fence")
    return [(token.type, token.info) for token in tokens if token.type in kinds]


@given(HOSTILE, HOSTILE, st.floats(0.1, 0.9))
def test_no_text_breaks_out_of_markdown(text: str, other: str, share: float) -> None:
    hostile, harmless = hostile_plan(f"x{text}", f"y{other}", share), hostile_plan("x", "y", share)
    assert _skeleton(hostile) == _skeleton(harmless)


@given(HOSTILE)
def test_no_text_breaks_out_of_a_mermaid_label(text: str) -> None:
    assert re.fullmatch(r"(?:[A-Za-z0-9 ._/%:,>()=-]|#\d+;)+", label(text))


@given(st.text(max_size=40), st.text(max_size=40), st.floats(0, 1))
def test_json_gives_every_text_back(text: str, other: str, share: float) -> None:
    document = json.loads(plan_json.render(hostile_plan(text, other, share)))
    assert (document["from"], document["to"]) == (other, text)


def test_a_reason_in_markdown_is_a_sentence_and_its_lines_are_folded_once() -> None:
    hinted = replace(FINDING, message="the step leaves out dark", help="Go one by one.", rule="GS517")
    both = replace(UNSAFE, engines=tuple(replace(each, findings=(FINDING, hinted)) for each in UNSAFE.engines))
    shown = plan_markdown.render(both)
    assert shown.count("the step leaves out dark\\. Go one by one\\.") == 1
    assert shown.count("v1\\'s Service is pruned before the route leaves it\\. Promote to final first\\.") == 1
    assert shown.count("<summary>The lines at fault</summary>") == 1


def test_one_live_change_is_not_called_changes() -> None:
    shown = plan_markdown.render_pull_request(replace(PULL_REQUEST, plans=(UNSAFE,)))
    assert "loses requests with Argo CD" in shown
    assert "1 live change loses requests" in plan_markdown.render_pull_request(PULL_REQUEST)


def test_two_live_changes_are_called_changes() -> None:
    shown = plan_markdown.render_pull_request(replace(PULL_REQUEST, plans=(UNSAFE, UNSAFE)))
    assert "2 live changes lose requests" in shown
