"""The published schema: fresh, valid, described, and of one mind with the parser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest

from gateshift.cli.schema import schema_text
from gateshift.config.schema.json_schema import json_schema
from gateshift.yamldoc import parse_all
from gateshift.yamldoc.data import Json
from tests.config import test_mistakes
from tests.config.reading import edited
from tests.config.schema_agreement import SCHEMA, assert_agreement, shape_faults

ROOT = Path(__file__).parents[2]
TABLES = [
    *test_mistakes.NAMES,
    *test_mistakes.VERSIONS,
    *test_mistakes.ROUTE,
    *test_mistakes.STAGES,
    *test_mistakes.AROUND,
]


def test_the_committed_schema_is_the_one_of_the_code() -> None:
    committed = ROOT / "docs" / "schemas" / "gateshift.schema.json"

    assert committed.read_text() == schema_text("gateshift"), (
        "run: gateshift schema gateshift -o docs/schemas/gateshift.schema.json"
    )


def test_it_is_a_valid_schema_of_its_dialect() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())


def test_the_shipped_rollout_names_it_and_conforms() -> None:
    text = (ROOT / "gateshift.yaml").read_text()

    line = text.splitlines()[0]
    assert line.startswith("# yaml-language-server: $schema=")
    assert (ROOT / line.partition("=")[2]).is_file()
    SCHEMA.validate(parse_all(text, yaml_1_2=True)[0].data)


def _properties(schema: Json, path: str = "") -> Iterator[tuple[str, Json]]:
    if isinstance(schema, dict):
        for key, value in schema.items():
            if key in ("properties", "$defs") and isinstance(value, dict):
                for name, inner in value.items():
                    if key == "properties":
                        yield f"{path}/{name}", inner
                    yield from _properties(inner, f"{path}/{name}")
            else:
                yield from _properties(value, path)
    elif isinstance(schema, list):
        for value in schema:
            yield from _properties(value, path)


def test_every_property_says_what_it_means() -> None:
    properties = list(_properties(json_schema()))

    assert len(properties) > 100
    for path, schema in properties:
        assert isinstance(schema, dict), path
        description = schema.get("description")
        assert isinstance(description, str), path
        assert description.endswith("."), (path, description)
        assert 8 < len(description) < 200, path


def test_every_reference_leads_to_a_definition() -> None:
    schema = json_schema()
    definitions = schema["$defs"]
    assert isinstance(definitions, dict)

    text = json.dumps(schema)
    assert all(f'"#/$defs/{name}"' in text for name in definitions)
    assert text.count('"$ref"') >= len(definitions)


@pytest.mark.parametrize("row", TABLES, ids=lambda row: row[1].strip()[:60])
def test_parser_and_schema_agree_on_each_known_mistake(row: tuple[str, str, str, str, str]) -> None:
    [document] = parse_all(edited((row[0], row[1])), yaml_1_2=True)
    if "nan" not in row[1] and "inf" not in row[1]:  # JSON has neither
        assert_agreement(document.data)


def test_the_schema_refuses_most_of_the_known_mistakes() -> None:
    """What only the parser can judge needs more than one value; the rest is told by the editor already."""
    documents = [parse_all(edited((before, after)), yaml_1_2=True)[0].data for before, after, *_ in TABLES]

    assert sum(bool(shape_faults(data)) for data in documents) > len(documents) * 0.6
