"""The published schema of plans, against what is written."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from msgspec.structs import replace

from gateshift.report.plan.json import json_schema, render, render_matrix, render_pull_request
from gateshift.yamldoc.data import Json
from tests.report.plans import MATRIX, PULL_REQUEST, SAFE, UNSAFE
from tests.report.test_findings_schema import closed
from tests.report.values import GAP

PUBLISHED = jsonschema.Draft202012Validator(json_schema())
CLOSED = jsonschema.Draft202012Validator(closed(json_schema()))
WRITTEN = {
    "safe": render(SAFE),
    "unsafe": render(UNSAFE),
    "branch": render_pull_request(replace(PULL_REQUEST, gaps=(GAP,))),
    "matrix": render_matrix(replace(MATRIX, gaps=(GAP,))),
}


def test_the_published_file_is_this_schema() -> None:
    file = Path(__file__).parents[2] / "docs/schemas/plan.schema.json"
    assert json.loads(file.read_text()) == json_schema()


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize("text", WRITTEN.values(), ids=WRITTEN)
def test_what_is_written_fits_it_and_holds_nothing_it_does_not_describe(text: str) -> None:
    document = json.loads(text)
    assert not list(PUBLISHED.iter_errors(document))
    assert not list(CLOSED.iter_errors(document))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("schema", 2),
        ("safe", "yes"),
        ("traffic", [{"class": "default", "match": "", "before": {"v1": 2}, "after": {}}]),
        ("changes", [{"action": "delete", "kind": "Service", "namespace": "", "name": "a", "fields": []}]),
        ("engines", {"argocd": {"safe": True}}),
    ],
)
def test_it_refuses_what_is_wrong(field: str, value: Json) -> None:
    assert list(PUBLISHED.iter_errors(json.loads(render(SAFE)) | {field: value}))
