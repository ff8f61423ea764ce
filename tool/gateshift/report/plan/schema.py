"""The JSON Schema of `plan --format json`: the contract of its version 1, to which fields may be added."""

from __future__ import annotations

from gateshift.model.plan import Action
from gateshift.model.rollout import Engine
from gateshift.report.findings.schema import a_list, a_text, an_object, finding_schema, gap_schema
from gateshift.yamldoc.data import JsonObject

_VERSION: JsonObject = {"const": 1, "description": "The version of this contract."}
_ENGINES = [engine.value for engine in Engine]
_VERDICT: JsonObject = {"$ref": "#/$defs/verdict"}
_STATE = "A stage's name, a path, or REF:PATH, as it may be typed again."
_GAPS = a_list({"$ref": "#/$defs/gap"}, "What could not be judged; where there is any, there is no verdict (exit 3).")


def json_schema() -> JsonObject:
    """The schema as plain data: one step, the steps of a branch (`--since`), or a matrix (`--all`)."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The plans of gateshift plan",
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name in ("step", "branch", "matrix")],
        "$defs": {
            "step": _with_version(_plan()),
            "branch": an_object(
                "What a branch changes, from its merge base to the work tree.",
                schema=_VERSION,
                since=a_text("The revision as it was named."),
                plans=a_list({"$ref": "#/$defs/plan"}, "Every stage whose build differs, every pointer that moved."),
                safe=_flag("Whether every live step is safe."),
                gaps=_GAPS,
            ),
            "matrix": an_object(
                "Every ordered pair of a rollout's stages.",
                schema=_VERSION,
                rollout=a_text("The rollout's service."),
                stages=a_list({"type": "string"}, "The stages in order."),
                pairs=a_list({"$ref": "#/$defs/pair"}, "By rows of the stage that is left."),
                gaps=_GAPS,
            ),
            "plan": _plan(),
            "pair": _pair(),
            "change": _change(),
            "shares": {
                "type": "object",
                "additionalProperties": {"type": "number", "minimum": 0, "maximum": 1},
                "description": "The share of each version, 0 to 1; an answer without a version has its status as key.",
            },
            "verdict": an_object(
                "What one sync engine makes of the step.",
                safe=_flag("Whether it can make the step without losing a request."),
                findings=a_list({"$ref": "#/$defs/finding"}, "What speaks against it or is worth knowing."),
                steps=a_list({"type": "string"}, "What it does, in order, in words."),
                safeWay=_way(),
            ),
            "finding": finding_schema(),
            "gap": gap_schema(),
        },
    }


def _plan() -> JsonObject:
    return an_object(
        "One step.",
        rollout=a_text("The rollout's service; empty where the states are no stages."),
        environment=a_text("The environment; empty where the rollout has none."),
        **{"from": a_text(_STATE)},
        to=a_text(_STATE),
        live=_flag("Whether a pointer names the state, so that the step happens and decides the exit code."),
        traffic=a_list(
            an_object(
                "One class of requests.",
                **{"class": a_text("`default`, the name of an extra rule, or what its requests have.")},
                match=a_text("In words, what its requests have."),
                before={"$ref": "#/$defs/shares"},
                after={"$ref": "#/$defs/shares"},
            ),
            "Who answers before and after.",
        ),
        changes=a_list({"$ref": "#/$defs/change"}, "Every object that differs."),
        engines=an_object("Each engine's verdict.", **dict.fromkeys(_ENGINES, _VERDICT)),
        safe=_flag("Whether every engine can make the step without losing a request."),
    )


def _with_version(plan: JsonObject) -> JsonObject:
    properties, required = plan["properties"], plan["required"]
    assert isinstance(properties, dict)
    assert isinstance(required, list)
    return {**plan, "properties": {"schema": _VERSION, **properties}, "required": ["schema", *required]}


def _pair() -> JsonObject:
    safe = an_object("Whether it is safe for this engine.", safe=_flag("Whether it is."))
    return an_object(
        "One ordered pair of stages.",
        **{"from": a_text("The stage that is left.")},
        to=a_text("The stage that is entered."),
        engines=an_object("Each engine's verdict.", **dict.fromkeys(_ENGINES, safe)),
        safe=_flag("Whether every engine can make the step."),
        reason=a_text("The first reason against it; empty where it is safe."),
        safeWay=_way(),
    )


def _change() -> JsonObject:
    field = an_object(
        "A field that differs.",
        pointer=a_text("The field, as a JSON pointer (RFC 6901)."),
        before=a_text("Its value in short; empty where it is absent."),
        after=a_text("Its value in short; empty where it is absent."),
    )
    return an_object(
        "One object.",
        action={"enum": [action.value for action in Action], "description": "What the sync does to it."},
        kind=a_text("Its kind."),
        namespace=a_text("Its namespace; empty where the manifest names none."),
        name=a_text("Its name."),
        fields=a_list(field, "The fields that differ; empty for an object that is created or pruned."),
    )


def _way() -> JsonObject:
    return a_list({"type": "string"}, "The stages to pass through instead, the target last; empty for none.")


def _flag(description: str) -> JsonObject:
    return {"type": "boolean", "description": description}
