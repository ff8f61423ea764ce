"""GS60x: what a user's own Application, ApplicationSet or Kustomization says that loses requests.

Each of these speaks of one object alone. What depends on the folder it names is in `pointers`.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.checks.subject import Subject
from gateshift.model.finding import FieldRef, Finding, Level
from gateshift.model.resource import Resource
from gateshift.model.rule import Check, check
from gateshift.yamldoc.data import FieldPath, JsonObject, list_at, object_at, text_at

_ROUTES = ("HTTPRoute", "GRPCRoute")
_GATEWAY_API = "gateway.networking.k8s.io"
_HARMLESS_OVERRIDES = ("version", "kubeVersion", "apiVersions", "ignoreMissingComponents")
_CASCADE = "resources-finalizer.argocd.argoproj.io"
_FLUX_TRANSFORMERS = (
    "targetNamespace",
    "namePrefix",
    "nameSuffix",
    "patches",
    "patchesStrategicMerge",
    "patchesJson6902",
    "images",
    "components",
    "commonMetadata",
)


@check("GS601", source="Argo CD, Sync Options: Prune Last; gitops-engine pkg/sync/sync_context.go")
def prune_without_prune_last(subject: Subject) -> Iterator[Finding]:
    """An Application prunes on its own and does not ask for PruneLast.

    Argo CD then deletes what left the files before it applies what came: the Service that the old route names is gone
    before the new route arrives, and sync waves make the gap longer. With PruneLast=true it deletes behind the last
    wave, when everything is healthy.
    """
    for resource, at, application in _applications(subject):
        policy = object_at(application, "spec", "syncPolicy")
        if _prunes(object_at(policy, "automated")) and "PruneLast=true" not in list_at(policy, "syncOptions"):
            yield Finding(
                "GS601",
                Level.WARNING,
                f"{resource.id} prunes, and without PruneLast=true it prunes before it applies",
                FieldRef(resource, (*at, "spec", "syncPolicy", "automated", "prune"), key=True),
                "a Service that leaves the files is deleted while the live route still names it",
                "Add `PruneLast=true` to `syncPolicy.syncOptions`.",
            )


@check("GS602", source="argoproj/argo-cd#17694, argoproj/argo-cd#27480")
def route_differences_ignored(subject: Subject) -> Iterator[Finding]:
    """An Application ignores differences in the spec of routes.

    Argo CD then shows a route as synced whatever its weights are. With RespectIgnoreDifferences=true it also leaves the
    live list of rules as it is: `rules` is one atomic list, so the weights that are committed never arrive.
    """
    for resource, at, application in _applications(subject):
        options = list_at(application, "spec", "syncPolicy", "syncOptions")
        for index, entry in enumerate(list_at(application, "spec", "ignoreDifferences")):
            hidden = _hidden(object_at(entry))
            if hidden:
                frozen = hidden == "rules" and "RespectIgnoreDifferences=true" in options
                yield Finding(
                    "GS602",
                    Level.ERROR if frozen else Level.WARNING,
                    f"{resource.id} ignores differences in the {hidden} of routes",
                    FieldRef(resource, (*at, "spec", "ignoreDifferences", index)),
                    "the live weights stay, whatever is committed" if frozen else "the route counts as synced",
                    "Remove the entry, and write every defaulted field of the route out instead.",
                )


def _hidden(entry: JsonObject) -> str:
    """What of a route the entry hides: `rules`, where it reaches the weights, `spec`, or nothing."""
    if text_at(entry, "group") not in (_GATEWAY_API, "*") or text_at(entry, "kind") not in (*_ROUTES, "*"):
        return ""
    pointers = [text.rstrip("/") for text in list_at(entry, "jsonPointers") if isinstance(text, str)]
    expressions = [text.strip() for text in list_at(entry, "jqPathExpressions") if isinstance(text, str)]
    of_rules = any(text in ("", "/spec") or f"{text}/".startswith("/spec/rules/") for text in pointers)
    of_rules = of_rules or any(text in (".", ".spec") or ".spec.rules" in text for text in expressions)
    if of_rules or list_at(entry, "managedFieldsManagers"):
        return "rules"
    of_spec = any(text.startswith("/spec/") for text in pointers) or any(".spec" in text for text in expressions)
    return "spec" if of_spec else ""


@check("GS603", source="Argo CD, Kustomize; Flux, Kustomization: spec")
def render_changed_by_pointer(subject: Subject) -> Iterator[Finding]:
    """A sync object changes what Kustomize builds from the folder it names.

    What reaches the cluster is then not what was validated and planned: a namePrefix renames a Service but no route
    that names it, a patch or an image lies beside the review of the overlay.
    """
    for resource, at, application in _applications(subject):
        for place, source in _sources(application):
            overrides = object_at(source, "kustomize")
            yield from _overrides(resource, (*at, *place, "kustomize"), overrides, _HARMLESS_OVERRIDES)
    for resource in _kustomizations(subject):
        spec = object_at(resource.data, "spec")
        found: JsonObject = {key: value for key, value in spec.items() if key in _FLUX_TRANSFORMERS}
        yield from _overrides(resource, ("spec",), found, ())


def _overrides(resource: Resource, at: FieldPath, fields: JsonObject, harmless: tuple[str, ...]) -> Iterator[Finding]:
    for key, value in fields.items():
        if value and key not in harmless:
            yield Finding(
                "GS603",
                Level.WARNING,
                f"{resource.id} changes the built objects by `{key}`",
                FieldRef(resource, (*at, key), key=True),
                "the cluster gets other objects than the ones that were checked",
                f"Move `{key}` into the overlay's kustomization.yaml.",
            )


@check(
    "GS604", source="Argo CD, App Deletion; ApplicationSet, Application Pruning; Flux, Kustomization: deletionPolicy"
)
def objects_die_with_pointer(subject: Subject) -> Iterator[Finding]:
    """Deleting or renaming the sync object deletes every object it has synced.

    A renamed Application or Kustomization is a deleted and a new one: route, Services and Deployments go and come back
    (fluxcd/flux2#3316). A pointer should let go of its objects, not take them along.
    """
    for resource, at, application in _applications(subject):
        for index, name in enumerate(list_at(application, "metadata", "finalizers")):
            if isinstance(name, str) and name.partition("/")[0] == _CASCADE:
                yield _dies(resource, (*at, "metadata", "finalizers", index), Level.WARNING, "Remove the finalizer.")
    for resource in subject.of_kind("argoproj.io", "ApplicationSet"):
        policy = object_at(resource.data, "spec", "syncPolicy")
        if policy.get("preserveResourcesOnDeletion") is not True:
            hint = "Set `spec.syncPolicy.preserveResourcesOnDeletion: true`."
            yield _dies(resource, ("spec", "syncPolicy", "preserveResourcesOnDeletion"), Level.NOTE, hint)
    for resource in _kustomizations(subject):
        spec = object_at(resource.data, "spec")
        policy_name = text_at(spec, "deletionPolicy") or "MirrorPrune"
        deletes = policy_name in ("Delete", "WaitForTermination") or spec.get("prune") is True
        if deletes and policy_name != "Orphan":
            yield _dies(resource, ("spec", "deletionPolicy"), Level.NOTE, "Set `spec.deletionPolicy: Orphan`.")


def _dies(resource: Resource, at: FieldPath, level: Level, hint: str) -> Finding:
    return Finding(
        "GS604",
        level,
        f"{resource.id} takes the objects it has synced along when it is deleted or renamed",
        FieldRef(resource, at),
        "all traffic fails until the objects are back",
        hint,
    )


@check("GS605", source="Argo CD, Sync Options: Force, Replace; Flux, Kustomization: spec.force")
def sync_recreates_objects(subject: Subject) -> Iterator[Finding]:
    """A sync may delete objects and create them anew instead of changing them.

    A Deployment that is recreated has no Ready pod for a while, and its share of the traffic gets 503. An immutable
    field that changed should stop the sync, not delete the object.
    """
    for resource, at, application in _applications(subject):
        for index, option in enumerate(list_at(application, "spec", "syncPolicy", "syncOptions")):
            if option in ("Force=true", "Replace=true"):
                place: FieldPath = (*at, "spec", "syncPolicy", "syncOptions", index)
                yield _recreates(resource, place, str(option))
    for resource in _kustomizations(subject):
        if object_at(resource.data, "spec").get("force") is True:
            yield _recreates(resource, ("spec", "force"), "force: true")


def _recreates(resource: Resource, at: FieldPath, what: str) -> Finding:
    return Finding(
        "GS605",
        Level.WARNING,
        f"{resource.id} may delete and recreate objects: `{what}`",
        FieldRef(resource, at),
        "a recreated Deployment has no Ready pod until its new ones are up",
        "Remove it; recreate a single object by hand where that is ever needed.",
    )


@check("GS606", source="Argo CD, Automated Sync Policy: Automatic Pruning with Allow-Empty")
def empty_build_allowed(subject: Subject) -> Iterator[Finding]:
    """An Application may prune everything when its folder builds nothing.

    A path that was moved or a kustomization that lost its resources then empties the namespace; by default Argo CD
    refuses such a sync.
    """
    for resource, at, application in _applications(subject):
        automated = object_at(application, "spec", "syncPolicy", "automated")
        if automated.get("allowEmpty") is True and _prunes(automated):
            yield Finding(
                "GS606",
                Level.WARNING,
                f"{resource.id} prunes everything when the folder builds nothing",
                FieldRef(resource, (*at, "spec", "syncPolicy", "automated", "allowEmpty")),
                "every object of the folder is deleted",
                "Set `allowEmpty: false`.",
            )


CHECKS: tuple[Check[Subject], ...] = (
    prune_without_prune_last,
    route_differences_ignored,
    render_changed_by_pointer,
    objects_die_with_pointer,
    sync_recreates_objects,
    empty_build_allowed,
)
RULES = tuple(found.rule for found in CHECKS)


def _applications(subject: Subject) -> Iterator[tuple[Resource, FieldPath, JsonObject]]:
    """Every Application, and the template of every ApplicationSet, with the place of that in its object."""
    for resource in subject.of_kind("argoproj.io", "Application"):
        yield resource, (), resource.data
    for resource in subject.of_kind("argoproj.io", "ApplicationSet"):
        yield resource, ("spec", "template"), object_at(resource.data, "spec", "template")


def _prunes(automated: JsonObject) -> bool:
    """Whether an Application prunes on its own: `enabled: false` switches off whatever stands beside it."""
    return automated.get("prune") is True and automated.get("enabled") is not False


def _kustomizations(subject: Subject) -> tuple[Resource, ...]:
    return subject.of_kind("kustomize.toolkit.fluxcd.io", "Kustomization")


def _sources(application: JsonObject) -> Iterator[tuple[FieldPath, JsonObject]]:
    yield ("spec", "source"), object_at(application, "spec", "source")
    for index, source in enumerate(list_at(application, "spec", "sources")):
        yield ("spec", "sources", index), object_at(source)
