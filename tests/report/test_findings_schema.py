import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from msgspec.structs import replace

from gateshift.model.report import ValidationReport
from gateshift.report.findings.json import json_schema, render
from gateshift.yamldoc.data import Json
from tests.report.strategies import reports
from tests.report.values import GAP, REPORT


def closed(schema: Json) -> Any:
    """The schema with every object refusing fields that it does not name: what we write must all be described."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    shut = {key: closed(value) for key, value in schema.items()}
    return {"additionalProperties": False} | shut if shut.get("type") == "object" else shut


PUBLISHED = jsonschema.Draft202012Validator(json_schema())
CLOSED = jsonschema.Draft202012Validator(closed(json_schema()))


def test_the_published_file_is_this_schema() -> None:
    file = Path(__file__).parents[2] / "docs/schemas/findings.schema.json"
    assert json.loads(file.read_text()) == json_schema()


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())


@given(reports())
def test_every_report_fits_it_and_holds_nothing_it_does_not_describe(report: ValidationReport) -> None:
    document = json.loads(render(report))
    assert [error.message for error in CLOSED.iter_errors(document)] == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("line", 0), ("level", "fatal"), ("rule", "X1"), ("resource", {"kind": "Service"}), ("root", 1)],
)
def test_it_refuses_what_is_wrong(field: str, value: Json) -> None:
    document = json.loads(render(replace(REPORT, gaps=(GAP,))))
    assert not list(PUBLISHED.iter_errors(document))
    document["findings"][0][field] = value
    assert list(PUBLISHED.iter_errors(document))


def test_it_lets_later_fields_pass() -> None:
    document = json.loads(render(REPORT))
    document["findings"][0]["later"] = True
    assert not list(PUBLISHED.iter_errors(document))
