"""A rollout as an in-cluster controller takes it: objects, the steps they hold, and what they cannot."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from gateshift.model.adoption import Left
from gateshift.model.rollout import Stage
from gateshift.yamldoc.data import JsonObject
from gateshift.yamldoc.dump import Comments


class Controller(Enum):
    """The controllers that a rollout is exported for."""

    FLAGGER = "flagger"
    ARGO_ROLLOUTS = "argo-rollouts"


class GateMetric(Struct, frozen=True):
    """A figure of the gate: its name in lower case and dashes, the query that gives one number, and its limits."""

    name: str
    query: str
    least: float | None = None
    most: float | None = None


class ControllerStep(Struct, frozen=True):
    """A stage in which the candidate runs next to the stable version, and the candidate's share of the production
    rule's requests in whole per cent."""

    stage: Stage
    weight: int


class ExportedObject(Struct, frozen=True):
    """An object as it is written, with comments by field."""

    data: JsonObject
    comments: Comments


class ControllerExport(Struct, frozen=True):
    """What is written for a controller. `environment` is "" where the rollout has none; `left` is what the controller
    cannot express."""

    controller: Controller
    service: str
    environment: str
    stable: str
    candidate: str
    steps: tuple[ControllerStep, ...]
    objects: tuple[ExportedObject, ...]
    left: tuple[Left, ...] = ()
