"""An export as YAML to apply, and as JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from msgspec import Meta

from gateshift.model.controller_export import Controller, ControllerExport
from gateshift.report import json_form
from gateshift.report.json_form import JsonForm, same, says, write
from gateshift.report.style import Style
from gateshift.yamldoc import dump, dump_all
from gateshift.yamldoc.data import JsonObject
from gateshift.yamldoc.dump import Comments

_CONTROLLERS = {Controller.FLAGGER: "Flagger", Controller.ARGO_ROLLOUTS: "Argo Rollouts"}


def render(export: ControllerExport, _: Style) -> str:
    """The objects as YAML; the first comment says what the controller cannot express."""
    first, *others = export.objects
    top = "\n".join([*_head(export), "", first.comments.get((), "")])
    comments: Comments = {**first.comments, (): top}
    return dump_all(dump(first.data, comments), *(dump(other.data, other.comments) for other in others))


def _head(export: ControllerExport) -> list[str]:
    name = _CONTROLLERS[export.controller]
    where = f" in {export.environment}" if export.environment else ""
    head = [f"{export.service}{where}, from {export.stable} to {export.candidate}, for {name}."]
    return [*head, *(["It cannot express:"] if export.left else []), *told(export)]


def told(export: ControllerExport) -> list[str]:
    """What the controller cannot express, a line each."""
    return [f"- {left.what}: {left.why}" for left in export.left]


_Manifest = Annotated[
    dict[str, Any], Meta(description="A Kubernetes object.", extra_json_schema={"additionalProperties": True})
]


class ExportStepJson(JsonForm, frozen=True):
    """A stage that the controller goes through."""

    stage: Annotated[str, says("Its name.")]
    weight: Annotated[int, says("The candidate's share in whole per cent.", ge=0, le=100)]


class NotExpressedJson(JsonForm, frozen=True):
    """Something that the controller cannot express."""

    what: Annotated[str, says("What it is.")]
    why: Annotated[str, says("Why it cannot be, or what becomes of it.")]


class ExportJson(JsonForm, frozen=True):
    """A release for a controller in the cluster."""

    controller: Annotated[Controller, says("The controller.")]
    service: Annotated[str, says("The rollout's service.")]
    environment: Annotated[str, says("The environment; empty where the rollout has none.")]
    stable: Annotated[str, says("The version that has the requests at first.")]
    candidate: Annotated[str, says("The version that gets them.")]
    steps: Annotated[tuple[ExportStepJson, ...], says("The stages in order.")]
    objects: Annotated[tuple[_Manifest, ...], says("The Kubernetes objects to apply.")]
    left: Annotated[tuple[NotExpressedJson, ...], says("What the controller cannot express.")]


def export_schema() -> JsonObject:
    """The published schema of `export`."""
    return json_form.json_schema("The answer of gateshift export", ExportJson)


def _json(export: ControllerExport, _: Style) -> str:
    return write(
        ExportJson(
            controller=export.controller,
            service=export.service,
            environment=export.environment,
            stable=export.stable,
            candidate=export.candidate,
            steps=tuple(ExportStepJson(step.stage.name, step.weight) for step in export.steps),
            objects=tuple(each.data for each in export.objects),
            left=tuple(same(NotExpressedJson, each) for each in export.left),
        )
    )


FORMATS: dict[str, Callable[[ControllerExport, Style], str]] = {"text": render, "json": _json}
"""Every format of `export`."""
