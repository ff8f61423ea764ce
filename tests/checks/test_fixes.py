"""Defaults written into someone's own file: in the right place, in the file's own style, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateshift.checks.fixes import with_defaults_written
from gateshift.model.rollout import SchemaChoice
from gateshift.schemas import Schemas, open_schemas
from gateshift.yamldoc import dump, load_all
from tests.checks.manifests import findings

HEAD = "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: x}\nspec:\n"
MATCHES = "  - matches:\n    - path: {type: PathPrefix, value: /}\n"

ADDED = "matches:\n      - path:\n          type: PathPrefix\n          value: /\n"

EDITS: dict[str, tuple[str, str]] = {
    "group and kind before the name, weight behind": (
        MATCHES + "    backendRefs:\n    - name: a # which\n      port: 80 # where\n\n    # next\n",
        MATCHES
        + '    backendRefs:\n    - group: ""\n      kind: Service\n      name: a # which\n      port: 80 # where\n'
        "      weight: 1\n\n    # next\n",
    ),
    "in braces": (
        MATCHES + "    backendRefs: [{name: a, port: 80,}]\n",
        MATCHES + '    backendRefs: [{group: "", kind: Service, name: a, port: 80, weight: 1,}]\n',
    ),
    "matches above the backends": (
        "  - filters: []\n",
        f"  - {ADDED}    filters: []\n",
    ),
    "matches below the rule's name": (
        "  - name: first\n    filters: []\n",
        f"  - name: first\n    {ADDED}    filters: []\n",
    ),
    "a type above a value in quotes": (
        MATCHES + "      headers:\n      - 'name': \"a\"\n        'value': \"b\"\n",
        MATCHES + "      headers:\n      - type: Exact\n        'name': \"a\"\n        'value': \"b\"\n",
    ),
    "behind a block of text": (
        "  - matches:\n    - path:\n        type: PathPrefix\n        value: /\n      headers:\n      - type: Exact\n"
        "        name: a\n        value: |-\n          b\n    backendRefs:\n    - group: ''\n      kind: Service\n"
        "      port: 80\n      name: |-\n        c\n",
        "  - matches:\n    - path:\n        type: PathPrefix\n        value: /\n      headers:\n      - type: Exact\n"
        "        name: a\n        value: |-\n          b\n    backendRefs:\n    - group: ''\n      kind: Service\n"
        "      port: 80\n      name: |-\n        c\n      weight: 1\n",
    ),
    "an empty match": (
        "  - matches: [{}]\n",
        "  - matches: [{path: {type: PathPrefix, value: /}}]\n",
    ),
    "a redirect's status": (
        MATCHES + "    filters:\n    - type: RequestRedirect\n      requestRedirect:\n        hostname: a.b\n",
        MATCHES + "    filters:\n    - type: RequestRedirect\n      requestRedirect:\n        hostname: a.b\n"
        "        statusCode: 302\n",
    ),
    "at the end of a file without a line break": (
        MATCHES + "    backendRefs:\n    - {group: '', kind: Service, name: a, port: 80, weight: 1}\n    - group: ''\n"
        "      kind: Service\n      name: a\n      port: 80",
        MATCHES + "    backendRefs:\n    - {group: '', kind: Service, name: a, port: 80, weight: 1}\n    - group: ''\n"
        "      kind: Service\n      name: a\n      port: 80\n      weight: 1",
    ),
}


@pytest.mark.parametrize(("before", "after"), EDITS.values(), ids=EDITS.keys())
def test_a_default_is_written_where_it_belongs(before: str, after: str, schemas: Schemas) -> None:
    assert with_defaults_written(f"{HEAD}  rules:\n{before}", schemas) == f"{HEAD}  rules:\n{after}"


def test_rules_that_are_left_out_are_written_at_the_end(schemas: Schemas) -> None:
    edited = with_defaults_written(HEAD + "  hostnames: [a.b]\n", schemas)
    rest = "  rules:\n    - matches:\n        - path:\n            type: PathPrefix\n            value: /\n"
    assert edited == HEAD + "  hostnames: [a.b]\n" + rest


def test_line_breaks_of_windows_stay(schemas: Schemas) -> None:
    text = f"{HEAD}  rules:\n{MATCHES}    backendRefs:\n    - name: a\n      port: 80\n".replace("\n", "\r\n")
    edited = with_defaults_written(text, schemas)
    assert "\r\n      weight: 1\r\n" in edited
    assert edited.count("\n") == edited.count("\r\n")


def test_json_stays_json(schemas: Schemas) -> None:
    data = {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": "x"}}
    text = json.dumps({**data, "spec": {"rules": [{"backendRefs": [{"name": "a", "port": 80}]}]}})
    edited = json.loads(with_defaults_written(text, schemas))
    assert edited["spec"]["rules"][0]["backendRefs"] == [
        {"group": "", "kind": "Service", "name": "a", "port": 80, "weight": 1},
    ]


def test_routes_in_a_list_and_among_other_documents_are_found(schemas: Schemas) -> None:
    item = "".join(f"  {line}\n" for line in HEAD.splitlines()).replace("  apiVersion", "- apiVersion", 1)
    text = f"kind: ConfigMap\napiVersion: v1\n---\nkind: List\napiVersion: v1\nitems:\n{item}    hostnames: [a.b]\n"
    edited = with_defaults_written(text, schemas)
    assert edited.startswith("kind: ConfigMap\napiVersion: v1\n---\n")
    assert "      - matches:\n" in edited


def test_an_alias_is_edited_once_or_the_file_is_left_alone(schemas: Schemas) -> None:
    shared = f"{HEAD}  rules:\n{MATCHES}    backendRefs: [&a {{name: a, port: 80}}, *a]\n"
    edited = with_defaults_written(shared, schemas)
    assert edited.count("weight: 1") == 1
    merged = f"{HEAD}  rules:\n{MATCHES}    backendRefs: [&a {{name: a}}, {{<<: *a}}]\n"
    assert with_defaults_written(merged, schemas) in (merged, merged.replace("{name: a}", "{name: a, weight: 1}"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a: [",
        "kind: Service\napiVersion: v1\nspec: {ports: [{port: 80}]}\n",
        "kind: HTTPRoute\napiVersion: example.com/v1\nspec: {rules: [{backendRefs: [{name: a}]}]}\n",
        HEAD + "  rules: null\n",
    ],
)
def test_everything_else_is_left_as_it_is(text: str, schemas: Schemas) -> None:
    assert with_defaults_written(text, schemas) == text


NAMES = st.sampled_from(["a", "shop", "on", "1.0", "x-y"])
BACKENDS = st.fixed_dictionaries(
    {"name": NAMES, "port": st.integers(1, 65535)},
    optional={"group": st.just(""), "kind": st.just("Service"), "weight": st.integers(0, 100)},
)
EXACT = st.just("Exact")
PATHS = st.fixed_dictionaries({}, optional={"type": EXACT, "value": st.just("/a")})
HEADERS = st.lists(
    st.fixed_dictionaries(
        {"name": NAMES, "value": st.text("ab: #'\"", min_size=1)}, optional={"type": st.just("Exact")}
    ),
    min_size=1,
    max_size=2,
    unique_by=lambda header: header["name"],
)
MATCH = st.fixed_dictionaries({}, optional={"path": PATHS, "headers": HEADERS, "method": st.just("GET")})
RULES = st.fixed_dictionaries(
    {},
    optional={
        "name": NAMES,
        "matches": st.lists(MATCH, min_size=1, max_size=2),
        "backendRefs": st.lists(BACKENDS, min_size=1, max_size=2),
    },
)
SPECS = st.fixed_dictionaries(
    {"rules": st.lists(RULES.filter(bool), min_size=1, max_size=3)},
    optional={"parentRefs": st.lists(st.fixed_dictionaries({"name": NAMES}), max_size=2)},
)
INSTALLED = open_schemas(SchemaChoice())


def flow(value: Any) -> str:
    return json.dumps(value)


@settings(max_examples=60, deadline=None)
@given(spec=SPECS, style=st.sampled_from([dump, flow]))
def test_fixing_twice_is_fixing_once_and_changes_no_meaning(spec: Any, style: Any) -> None:
    text = style({**load_all(HEAD.replace("spec:\n", ""))[0], "spec": spec})
    edited = with_defaults_written(text, INSTALLED)
    assert with_defaults_written(edited, INSTALLED) == edited
    assert [finding for finding in findings(edited, catalog=INSTALLED) if finding.rule == "GS416"] == []
    assert _without_defaults(load_all(edited)[0], load_all(text)[0]) == load_all(text)[0]


def _without_defaults(after: Any, before: Any) -> Any:
    """What is left of `after` when every field that `before` does not have is taken out."""
    if isinstance(after, dict):
        return {key: _without_defaults(after[key], before[key]) for key in before}
    if isinstance(after, list):
        return [_without_defaults(one, other) for one, other in zip(after, before, strict=True)]
    return after
