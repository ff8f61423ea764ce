"""The JSON Schema of `validate --format json`: the contract of its version 1, to which fields may be added.

What the published JSON Schemas are put together from.
"""

from __future__ import annotations

from gateshift.model.finding import Level
from gateshift.yamldoc.data import JsonObject

_LEVELS = [level.value for level in Level]
_PATH = "A path relative to the working directory, with forward slashes."


def json_schema() -> JsonObject:
    """The schema as plain data."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The findings of gateshift validate",
        **an_object(
            "What a run of `gateshift validate` found.",
            schema={"const": 1, "description": "The version of this contract."},
            findings={
                "type": "array",
                "items": {"$ref": "#/$defs/finding"},
                "description": "Each fault once, sorted by file, line, column and rule.",
            },
            roots={"type": "array", "items": {"$ref": "#/$defs/root"}, "description": "Every root looked at."},
            summary={"$ref": "#/$defs/summary"},
            gaps={
                "type": "array",
                "items": {"$ref": "#/$defs/gap"},
                "description": "What could not be checked; where there is any, there is no verdict (exit code 3).",
            },
        ),
        "$defs": {
            "finding": finding_schema(),
            "root": an_object(
                "A root and what it built.", path=a_text(_PATH), resources=_count("How many objects the root built.")
            ),
            "summary": an_object(
                "How many findings there are.",
                **{level: _count(f"Findings of the level {level}.") for level in _LEVELS},
                suppressed=_count("Findings that a comment or gateshift.yaml accepts; they are not listed."),
            ),
            "gap": gap_schema(),
        },
    }


def finding_schema() -> JsonObject:
    """One finding, as validate, plan and the matrix all spell it."""
    related = an_object(
        "A second place that explains the fault.",
        message=a_text("What is to be seen there."),
        file=a_text(_PATH),
        line=_position("line"),
        column=_position("column"),
    )
    return an_object(
        "One fault.",
        rule={"type": "string", "pattern": "^GS[1-7][0-9]{2}$", "description": "The rule's id; see `gateshift rules`."},
        name=a_text("The rule's name: the defect in words joined by hyphens."),
        level={"enum": list(_LEVELS), "description": "How bad it is."},
        message=a_text("What is wrong, with the value found and the one expected."),
        file=a_text(_PATH),
        line=_position("line"),
        column=_position("column"),
        root={"type": ["string", "null"], "description": "The first of `roots`; null where the fault is in none."},
        roots={"type": "array", "items": {"type": "string"}, "description": "Every root that the fault reaches."},
        resource={
            "description": "The object at fault; null where the fault is in none.",
            "anyOf": [{"type": "null"}, resource_schema()],
        },
        pointer=a_text("The field at fault in the built object, as a JSON pointer (RFC 6901)."),
        clusterSays=a_text("The condition, status or refusal that the cluster would answer with, or empty."),
        help=a_text("The way out, or empty."),
        related={"type": "array", "items": related, "description": "Second places, such as the line behind a patch."},
    )


def resource_schema() -> JsonObject:
    """The name of an object."""
    return an_object(
        "An object.",
        kind=a_text("Its kind, such as HTTPRoute."),
        namespace=a_text("Its namespace; empty where the manifest names none."),
        name=a_text("Its name."),
    )


def gap_schema() -> JsonObject:
    """Something that could not be checked."""
    return an_object(
        "Something that could not be checked.",
        what=a_text("What was not checked."),
        why=a_text("What kept it from being checked."),
        nextStep=a_text("The way to have it checked, or empty."),
    )


def _count(description: str) -> JsonObject:
    return {"type": "integer", "minimum": 0, "description": description}


def _position(what: str) -> JsonObject:
    return {"type": "integer", "minimum": 1, "description": f"The {what} where it begins, from 1."}


def an_object(description: str, **properties: JsonObject) -> JsonObject:
    """An object that has all of these properties, and may have others."""
    return {
        "description": description,
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
    }


def a_text(description: str) -> JsonObject:
    """A string."""
    return {"type": "string", "description": description}


def a_list(items: JsonObject, description: str) -> JsonObject:
    """A list of such items."""
    return {"type": "array", "items": items, "description": description}
