"""How a pointer sets its engine: whether it prunes, and when.

Source: Argo CD spec.syncPolicy (automated.prune is false where it is not written; an Application that is synced by
hand may be pruned by hand); Flux spec.prune.
"""

from __future__ import annotations

from gateshift.documents.data import Json, JsonObject, list_at, look_up, object_at, text_at
from gateshift.model.rollout import Engine
from gateshift.model.sync import Sync


def sync_of(data: Json) -> Sync | None:
    """The settings of an Application, an ApplicationSet's template or a Kustomization; None for any other object."""
    match text_at(data, "apiVersion").partition("/")[0], text_at(data, "kind"):
        case "argoproj.io", "Application":
            return _argocd(object_at(data, "spec", "syncPolicy"))
        case "argoproj.io", "ApplicationSet":
            return _argocd(object_at(data, "spec", "template", "spec", "syncPolicy"))
        case "kustomize.toolkit.fluxcd.io", "Kustomization":
            return Sync(Engine.FLUX, prune=look_up(data, ("spec", "prune")) is True)
        case _:
            return None


def _argocd(policy: JsonObject) -> Sync:
    options = list_at(policy, "syncOptions")
    automated = policy.get("automated")
    by_hand = not isinstance(automated, dict) or automated.get("enabled") is False
    prunes = (by_hand or object_at(automated).get("prune") is True) and "Prune=false" not in options
    return Sync(Engine.ARGOCD, prune=prunes, prune_last="PruneLast=true" in options, waves=True)
