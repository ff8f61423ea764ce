"""A kustomization.yaml that lists what it builds from, and no patch."""

from __future__ import annotations

from collections.abc import Sequence

from gateshift.documents import dump
from gateshift.documents.data import JsonObject


def kustomization(
    purpose: str,
    resources: Sequence[str],
    *,
    namespace: str = "",
    replicas: Sequence[tuple[str, int]] = (),
) -> str:
    """The file's text; `replicas` are counts by the name of a Deployment."""
    data: JsonObject = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"}
    if namespace:
        data["namespace"] = namespace
    data["resources"] = list(resources)
    if replicas:
        data["replicas"] = [{"name": name, "count": count} for name, count in replicas]
    return dump(data, {(): purpose})
