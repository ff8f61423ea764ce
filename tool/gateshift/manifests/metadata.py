"""What the metadata of every generated object has in common."""

from __future__ import annotations

from gateshift.engines.registry import ENGINES
from gateshift.model.rollout import Pairs, Rollout, Version
from gateshift.yamldoc.data import Json, JsonObject


def metadata(
    rollout: Rollout,
    name: str,
    *,
    wave: int,
    labels: JsonObject | None = None,
    namespace: str = "",
    annotations: Pairs = (),
) -> Json:
    """Name, namespace, labels, annotations and what the sync engines need, in the order of the Kubernetes
    documentation."""
    data: JsonObject = {"name": name}
    if namespace or rollout.service.namespace:
        data["namespace"] = namespace or rollout.service.namespace
    if labels:
        data["labels"] = labels
    noted: JsonObject = {}
    for engine in ENGINES.values():
        noted |= engine.annotations(rollout, wave)
    noted |= dict(annotations)
    if noted:
        data["annotations"] = noted
    return data


def selector(rollout: Rollout, version: Version | None = None) -> JsonObject:
    """The labels of the service's pods, or of one version's."""
    if version is not None and version.selector:
        return dict(version.selector)
    labels: JsonObject = dict(rollout.service.selector)
    if version is not None:
        labels[rollout.service.version_label] = version.name
    return labels
