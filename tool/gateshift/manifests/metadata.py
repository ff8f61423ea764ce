"""What the metadata of every generated object has in common."""

from __future__ import annotations

from gateshift.engines.registry import ENGINES
from gateshift.model.rollout import Rollout
from gateshift.yamldoc.data import Json, JsonObject


def metadata(rollout: Rollout, name: str, *, wave: int, labels: JsonObject | None = None, namespace: str = "") -> Json:
    """Name, namespace, labels and what the sync engines need, in the order of the Kubernetes documentation."""
    data: JsonObject = {"name": name, "namespace": namespace or rollout.service.namespace}
    if labels:
        data["labels"] = labels
    annotations: JsonObject = {}
    for engine in ENGINES.values():
        annotations |= engine.annotations(rollout, wave)
    if annotations:
        data["annotations"] = annotations
    return data


def selector(rollout: Rollout, version: str = "") -> JsonObject:
    """The labels of the service's pods, or of one version's."""
    labels: JsonObject = dict(rollout.service.selector)
    if version:
        labels[rollout.service.version_label] = version
    return labels
