"""What an Application, or the template of an ApplicationSet, says that can lose requests.

Source: Argo CD documentation, Sync Options, App Deletion, Automatic Pruning with Allow-Empty; argoproj/argo-cd#17694.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.engines.argocd.pointer import application_in
from gateshift.engines.engine import Danger, SyncHazard
from gateshift.model.finding import Level
from gateshift.yamldoc.data import FieldPath, JsonObject, list_at, object_at, text_at

_POLICY: FieldPath = ("spec", "syncPolicy")
_ROUTES = ("HTTPRoute", "GRPCRoute", "*")
_GROUPS = ("gateway.networking.k8s.io", "*")
_PRESERVE = "preserveResourcesOnDeletion"
_CASCADE = "resources-finalizer.argocd.argoproj.io"


def hazards(data: JsonObject) -> Iterator[SyncHazard]:
    """The dangerous fields of the object, each with its place in the object."""
    at, application = application_in(data)
    options = list_at(application, *_POLICY, "syncOptions")
    automated = object_at(application, *_POLICY, "automated")
    # `enabled: false` switches off whatever stands next to it.
    prunes = automated.get("prune") is True and automated.get("enabled") is not False
    if prunes and "PruneLast=true" not in options:
        yield SyncHazard(Danger.PRUNES_FIRST, (*at, *_POLICY, "automated", "prune"))
    if prunes and automated.get("allowEmpty") is True:
        yield SyncHazard(Danger.EMPTIES, (*at, *_POLICY, "automated", "allowEmpty"))
    for index, option in enumerate(options):
        if option in ("Force=true", "Replace=true"):
            yield SyncHazard(Danger.RECREATES, (*at, *_POLICY, "syncOptions", index), str(option))
    yield from _hidden_routes(application, at, frozen="RespectIgnoreDifferences=true" in options)
    yield from _cascades(data, application, at)


def _hidden_routes(application: JsonObject, at: FieldPath, *, frozen: bool) -> Iterator[SyncHazard]:
    """Entries that hide the weights of routes; an error where Argo CD then also leaves the live ones as they are."""
    for index, entry in enumerate(list_at(application, "spec", "ignoreDifferences")):
        hidden = _hidden(object_at(entry))
        if hidden:
            level = Level.ERROR if frozen and hidden == "rules" else Level.WARNING
            yield SyncHazard(Danger.HIDES_ROUTES, (*at, "spec", "ignoreDifferences", index), hidden, level=level)


def _hidden(entry: JsonObject) -> str:
    """What of a route the entry hides: `rules`, where it reaches the weights, `spec`, or nothing."""
    if text_at(entry, "group") not in _GROUPS or text_at(entry, "kind") not in _ROUTES:
        return ""
    pointers = [text.rstrip("/") for text in list_at(entry, "jsonPointers") if isinstance(text, str)]
    expressions = [text.strip() for text in list_at(entry, "jqPathExpressions") if isinstance(text, str)]
    of_rules = any(text in ("", "/spec") or f"{text}/".startswith("/spec/rules/") for text in pointers)
    of_rules = of_rules or any(text in (".", ".spec") or ".spec.rules" in text for text in expressions)
    if of_rules or list_at(entry, "managedFieldsManagers"):
        return "rules"
    of_spec = any(text.startswith("/spec/") for text in pointers) or any(".spec" in text for text in expressions)
    return "spec" if of_spec else ""


def _cascades(data: JsonObject, application: JsonObject, at: FieldPath) -> Iterator[SyncHazard]:
    for index, name in enumerate(list_at(application, "metadata", "finalizers")):
        if isinstance(name, str) and name.partition("/")[0] == _CASCADE:
            yield SyncHazard(Danger.CASCADES, (*at, "metadata", "finalizers", index), hint="Remove the finalizer.")
    if text_at(data, "kind") == "ApplicationSet" and object_at(data, *_POLICY).get(_PRESERVE) is not True:
        hint = f"Set `spec.syncPolicy.{_PRESERVE}: true`."
        yield SyncHazard(Danger.CASCADES, (*_POLICY, _PRESERVE), hint=hint, level=Level.NOTE)
