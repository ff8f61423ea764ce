"""Long texts made to be read in more than linear time, and their harmless twins."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateshift.apischema import formats
from gateshift.apischema.cel import library
from gateshift.checks.build.refused_references import _PINNED
from gateshift.checks.build.targets import selects
from gateshift.engines.argocd.application_set import Unfilled, Value, fill
from gateshift.engines.flux.hazards import readiness_hazards
from gateshift.engines.flux.substitution import BadSubstitution, substitute
from gateshift.kustomize.trace import selectors
from gateshift.kustomize.trace.replacement_paths import parts
from gateshift.model.rollout import RouteKind
from tests.cli.promoting import gateshift

LONG = 200_000
PATIENCE = 60


@pytest.fixture(autouse=True)
def _end() -> Iterator[None]:
    """Ends a test that would run for hours."""

    def give_up(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(PATIENCE)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("template", ["app/{{" + " " * LONG, "{{" * LONG, "{{ app" + " " * LONG, "}}" * LONG])
def test_a_placeholder_that_never_ends_is_plain_text(template: str) -> None:
    assert fill(template, (), {}, go=False)[0] == template


@pytest.mark.parametrize("template", ["{{app}}", "{{ app }}", "{{-  app\n-}}", "{{app" + " " * LONG + "}}"])
def test_a_placeholder_is_filled_in(template: str) -> None:
    assert fill(f"a/{template}/b{template}", (), {"app": Value("shop")}, go=False)[0] == "a/shop/bshop"


def test_what_opens_twice_is_no_parameter() -> None:
    with pytest.raises(Unfilled):
        fill("{{ app {{app}}", (), {"app": Value("shop")}, go=False)


def _gives_up_early(timeout: str) -> bool:
    spec = {"wait": True, "timeout": timeout, "healthCheckExprs": []}
    return any("gives up" in hazard.what for hazard in readiness_hazards({"spec": spec}, RouteKind.HTTP, 600))


@pytest.mark.parametrize("timeout", ["1" * LONG, "1" * LONG + "h", "1." * LONG, "0.5", "", "1x"])
def test_a_timeout_that_is_no_duration_or_a_long_one_is_no_hazard(timeout: str) -> None:
    assert not _gives_up_early(timeout)


@pytest.mark.parametrize(("timeout", "early"), [("5m", True), ("0.1h30s", True), ("10m0s", True), ("11m", False)])
def test_a_timeout_is_compared_with_the_progress_deadline(timeout: str, *, early: bool) -> None:
    assert _gives_up_early(timeout) is early


SELECTORS = [" " * LONG + "!", "!" + " " * LONG, "a" + " " * LONG + "!", "a= " + " " * LONG + "b b", "a" * LONG + "!"]


@pytest.mark.parametrize("selector", [*SELECTORS, "a in (" * LONG, "a=(," * 2000])
def test_a_long_selector_is_read(selector: str) -> None:
    assert isinstance(selects(selector, {"a": "("}), bool)
    assert isinstance(list(re.finditer(selectors._REQUIREMENT, selector)), list)


@pytest.mark.parametrize(
    ("selector", "selected"),
    [
        ("app = shop , tier", True),
        (" app in ( shop, front ),!old ", True),
        ("app notin (shop)", False),
        ("! tier", False),
        ("app != shop", False),
        ("missing", False),
    ],
)
def test_a_selector_chooses_by_labels(selector: str, *, selected: bool) -> None:
    labels = {"app": "shop", "tier": "web"}
    assert selects(selector, labels) is selected
    requirements = list(re.finditer(selectors._REQUIREMENT, selector))
    assert all(selectors._holds(requirement, labels) for requirement in requirements) is selected


@pytest.mark.parametrize(("text", "pinned"), [("1.2." + "3" * LONG + ".4", False), ("ref=v1.2.34", True)])
def test_a_release_is_found_in_a_reference(text: str, *, pinned: bool) -> None:
    assert (re.search(_PINNED, text) is not None) is pinned


@pytest.mark.parametrize(("text", "quantity"), [("1" * LONG + "x", False), ("1.5Gi", True), ("1.", True), (".5", True)])
def test_a_quantity_is_told(text: str, *, quantity: bool) -> None:
    assert (re.match(library._QUANTITY, text) is not None) is quantity


def test_the_pattern_of_a_patch_target_has_an_end(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {'a' * 40}}}\ndata: {{a: b}}\n"
    )
    patch = '[{"op": "add", "path": "/data/c", "value": "d"}]'
    (tmp_path / "kustomization.yaml").write_text(
        f"resources: [a.yaml]\npatches: [{{target: {{kind: ConfigMap, name: (a+)+b}}, patch: '{patch}'}}]\n"
    )
    done = gateshift(tmp_path, "validate", ".")
    assert (done.returncode, "GS361" in done.stdout) == (0, True)


@pytest.mark.parametrize(
    ("text", "steps"), [("[" * LONG, 1), ("a.[b=c].d", 3), ("a.[b.c/d].e", 3), ("a[" + "b" * LONG, 2)]
)
def test_the_path_of_a_replacement_is_read(text: str, steps: int) -> None:
    assert len(parts(text)) == steps


@pytest.mark.parametrize(
    ("text", "fits"), [("1" * LONG, False), ("1." * LONG, False), ("1.5h30m", True), (".5s", True)]
)
def test_a_duration_is_told(text: str, *, fits: bool) -> None:
    assert (re.search(formats._PATTERNS["duration"], text) is not None) is fits


@pytest.mark.parametrize(("depth", "accepted"), [(LONG, False), (102, False), (99, True)])
def test_variables_in_one_another_are_read_to_a_depth(depth: int, *, accepted: bool) -> None:
    text = "${a:=" * depth + "x" + "}" * depth
    if accepted:
        assert substitute(text, {}, more=False).text == "x"
    else:
        with pytest.raises(BadSubstitution, match="in one another"):
            substitute(text, {}, more=False)


def test_workloads_that_share_their_labels_are_a_finding_each(tmp_path: Path) -> None:
    labels = "selector: {matchLabels: {app: shop}}, template: {metadata: {labels: {app: shop}}, spec: {containers: []}}"
    (tmp_path / "all.yaml").write_text(
        "".join(
            f"---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: shop-{number}}}\nspec: {{{labels}}}\n"
            for number in range(300)
        )
    )
    found = json.loads(gateshift(tmp_path, "validate", ".", "-f", "json").stdout)["findings"]
    told = [finding["message"] for finding in found if finding["rule"] == "GS342"]
    assert len(told) == 300
    assert told[1] == "Deployment shop-1 also selects the pods of Deployment shop-0 and 298 more"
