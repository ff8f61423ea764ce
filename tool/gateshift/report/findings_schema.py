"""The JSON Schema of `validate --format json`: the contract of its version 1, to which fields may be added."""

from __future__ import annotations

from gateshift.documents.data import JsonObject
from gateshift.model.finding import Level

_LEVELS = [level.value for level in Level]
_PATH = "A path relative to the working directory, with forward slashes."


def json_schema() -> JsonObject:
    """The schema as plain data."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The findings of gateshift validate",
        **_object(
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
            "root": _object(
                "A root and what it built.", path=_text(_PATH), resources=_count("How many objects the root built.")
            ),
            "summary": _object(
                "How many findings there are.",
                **{level: _count(f"Findings of the level {level}.") for level in _LEVELS},
                suppressed=_count("Findings that a comment or rollout.yaml accepts; they are not listed."),
            ),
            "gap": gap_schema(),
        },
    }


def finding_schema() -> JsonObject:
    """One finding, as validate, plan and the matrix all spell it."""
    related = _object(
        "A second place that explains the fault.",
        message=_text("What is to be seen there."),
        file=_text(_PATH),
        line=_position("line"),
        column=_position("column"),
    )
    return _object(
        "One fault.",
        rule={"type": "string", "pattern": "^GS[1-7][0-9]{2}$", "description": "The rule's id; see `gateshift rules`."},
        name=_text("The rule's name: the defect in words joined by hyphens."),
        level={"enum": list(_LEVELS), "description": "How bad it is."},
        message=_text("What is wrong, with the value found and the one expected."),
        file=_text(_PATH),
        line=_position("line"),
        column=_position("column"),
        root={"type": ["string", "null"], "description": "The first of `roots`; null where the fault is in none."},
        roots={"type": "array", "items": {"type": "string"}, "description": "Every root that the fault reaches."},
        resource={
            "description": "The object at fault; null where the fault is in none.",
            "anyOf": [{"type": "null"}, resource_schema()],
        },
        pointer=_text("The field at fault in the built object, as a JSON pointer (RFC 6901)."),
        clusterSays=_text("The condition, status or refusal that the cluster would answer with, or empty."),
        help=_text("The way out, or empty."),
        related={"type": "array", "items": related, "description": "Second places, such as the line behind a patch."},
    )


def resource_schema() -> JsonObject:
    """The name of an object."""
    return _object(
        "An object.",
        kind=_text("Its kind, such as HTTPRoute."),
        namespace=_text("Its namespace; empty where the manifest names none."),
        name=_text("Its name."),
    )


def gap_schema() -> JsonObject:
    """Something that could not be checked."""
    return _object(
        "Something that could not be checked.",
        what=_text("What was not checked."),
        why=_text("What kept it from being checked."),
        nextStep=_text("The way to have it checked, or empty."),
    )


def _object(description: str, **properties: JsonObject) -> JsonObject:
    return {
        "description": description,
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
    }


def _text(description: str) -> JsonObject:
    return {"type": "string", "description": description}


def _count(description: str) -> JsonObject:
    return {"type": "integer", "minimum": 0, "description": description}


def _position(what: str) -> JsonObject:
    return {"type": "integer", "minimum": 1, "description": f"The {what} where it begins, from 1."}
