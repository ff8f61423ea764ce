"""What the metadata of every generated object has in common."""

from __future__ import annotations

from gateshift.model.rollout import Rollout
from gateshift.yamldoc.data import Json, JsonObject

_WAVE = "argocd.argoproj.io/sync-wave"


def metadata(rollout: Rollout, name: str, *, wave: int, labels: JsonObject | None = None, namespace: str = "") -> Json:
    """Name, namespace, labels and sync wave, in the order of the Kubernetes documentation.

    Waves stand only where the rollout's own Application asks for PruneLast: without it Argo CD prunes a wave's objects
    before it applies a later wave, so a Service would go before the route has let go of it.
    """
    found: JsonObject = {"name": name, "namespace": namespace or rollout.service.namespace}
    if labels:
        found["labels"] = labels
    if rollout.pointers is not None and rollout.pointers.argocd is not None:
        found["annotations"] = {_WAVE: str(wave)}
    return found


def selector(rollout: Rollout, version: str = "") -> JsonObject:
    """The labels of the service's pods, or of one version's."""
    labels: JsonObject = dict(rollout.service.selector)
    if version:
        labels[rollout.service.version_label] = version
    return labels
