"""What a command writes as JSON, against the schema that is published for it."""

from __future__ import annotations

import json
from typing import Any

import jsonschema

from gateshift.cli.schema import schema_text
from tests.report.test_findings_schema import closed


def document(schema: str, text: str) -> Any:
    """The parsed text; it fits the schema of that name and holds nothing that the schema does not describe."""
    data = json.loads(text)
    validator = jsonschema.Draft202012Validator(closed(json.loads(schema_text(schema))))
    assert [error.message for error in validator.iter_errors(data)] == []
    return data
