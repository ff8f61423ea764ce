"""Which of today's fields gateshift.yaml takes as they are."""

from __future__ import annotations

from collections.abc import Mapping

from gateshift.config.schema.schema_types import SchemaType
from gateshift.config.spec_errors import SpecErrors
from gateshift.config.structure import check_structure
from gateshift.model.adoption import Left
from gateshift.yamldoc.data import Json, JsonObject

_DEFAULTS: JsonObject = {
    "restartPolicy": "Always",
    "schedulerName": "default-scheduler",
    "dnsPolicy": "ClusterFirst",
    "terminationMessagePath": "/dev/termination-log",
    "terminationMessagePolicy": "File",
    "terminationGracePeriodSeconds": 30,
    "progressDeadlineSeconds": 600,
    "revisionHistoryLimit": 10,
    "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}},
    "internalTrafficPolicy": "Cluster",
}
"""What the API server fills in, and an export from the cluster therefore holds."""


def says_nothing(key: str, value: Json) -> bool:
    """Whether the field is as good as absent."""
    return value in (None, {}, []) or value == _DEFAULTS.get(key)


def without_nulls(value: Json) -> Json:
    """The value without what is null, which is absent to the API server."""
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    return value


def fitting(fields: JsonObject, forms: Mapping[str, SchemaType], of: str) -> tuple[JsonObject, tuple[Left, ...]]:
    """The fields whose values gateshift.yaml takes, and the others."""
    taken: JsonObject = {}
    left = []
    for key, value in fields.items():
        faults = SpecErrors()
        plain = check_structure(without_nulls(value), forms[key], faults, lambda _: None)
        reasons = [fault.message.lstrip(": ") for fault in faults]
        if reasons:
            left.append(Left(f"`{key}` of {of}", f"gateshift.yaml does not take it: {reasons[0]}"))
        elif not says_nothing(key, plain):
            taken[key] = plain
    return taken, tuple(left)
