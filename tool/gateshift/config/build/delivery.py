"""What surrounds the stages of a faultless draft -> policy, pointers, environments, suppressions, schemas."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from gateshift.config.build.measure import figure
from gateshift.config.build.routing import pairs_at, parents_of, texts_at
from gateshift.config.draft import Draft, live_objects, number, objects
from gateshift.config.semantics.delivery import day_of
from gateshift.model.place import Place
from gateshift.model.rollout import (
    ArgoPointer,
    Autoscaling,
    Environment,
    ExistingPointer,
    FluxPointer,
    LiveFile,
    LiveManifests,
    Parent,
    Pointers,
    Policy,
    SchemaChoice,
    Suppression,
)
from gateshift.yamldoc.data import Json, JsonObject, list_at, object_at, text_at


def policy_of(data: JsonObject) -> Policy:
    """The limits of a promotion."""
    return Policy(max_step=figure(data.get("maxStep")), allow_skip=data.get("allowSkip") is True)


def pointers_of(data: JsonObject) -> Pointers | None:
    """The pointers; None where the file has none."""
    if not data:
        return None
    path = posixpath.normpath(text_at(data, "path") or ".")
    return Pointers(
        repository=text_at(data, "repository"),
        revision=text_at(data, "revision") or "main",
        path="" if path == "." else path,
        argocd=_argocd(object_at(data, "argocd")) if "argocd" in data else None,
        flux=_flux(object_at(data, "flux")) if "flux" in data else None,
        existing=tuple(_existing(item) for _, item in objects(list_at(data, "existing"))),
    )


def _existing(data: JsonObject) -> ExistingPointer:
    kind, _, name = text_at(data, "object").partition("/")
    return ExistingPointer(posixpath.normpath(text_at(data, "file")), kind, name, text_at(data, "environment"))


def _argocd(data: JsonObject) -> ArgoPointer:
    default = ArgoPointer()
    return ArgoPointer(
        namespace=text_at(data, "namespace") or default.namespace,
        project=text_at(data, "project") or default.project,
        server=text_at(data, "server") or default.server,
    )


def _flux(data: JsonObject) -> FluxPointer:
    default = FluxPointer()
    return FluxPointer(
        namespace=text_at(data, "namespace") or default.namespace,
        interval=text_at(data, "interval") or default.interval,
    )


def live_of(data: JsonObject, texts: Mapping[str, str]) -> LiveManifests | None:
    """What ran before the rollout; None where the file names nothing. `texts` are those of plain manifests by path."""
    if not data:
        return None
    return LiveManifests(
        path=posixpath.normpath(text_at(data, "path")) if "path" in data else "",
        files=tuple(LiveFile(path, texts[path]) for path in texts_at(data, "files")),
        replaces=live_objects(list_at(data, "replaces")),
    )


def autoscaling_of(data: JsonObject) -> Autoscaling:
    """The limits of an autoscaler."""
    return Autoscaling(number(data.get("min"), 1), number(data["max"], 1), number(data.get("cpu"), 80))


def variables_of(data: Json) -> tuple[JsonObject, ...]:
    """Environment variables as Kubernetes lists them."""
    if isinstance(data, dict):
        return tuple({"name": name, "value": value} for name, value in data.items())
    return tuple(item for _, item in objects(data)) if isinstance(data, list) else ()


def environment_of(draft: Draft, index: int, data: JsonObject, texts: Mapping[str, str]) -> Environment:
    """One environment, with only what differs from the rollout."""
    namespace = text_at(data, "namespace") or None
    return Environment(
        name=text_at(data, "name"),
        namespace=namespace,
        parents=_parents_there(draft, data, namespace),
        hostnames=texts_at(data, "hostnames") if "hostnames" in data else None,
        replicas=tuple((name, number(count, 0)) for name, count in object_at(data, "replicas").items()),
        revision=text_at(data, "revision") or None,
        live=live_of(object_at(data, "live"), texts),
        autoscaling=tuple(
            (name, autoscaling_of(scaling))
            for name, scaling in object_at(data, "autoscaling").items()
            if isinstance(scaling, dict)
        ),
        images=pairs_at(data, "image"),
        env=variables_of(data.get("env")),
        resources=object_at(data, "resources"),
        skipped=texts_at(data, "skipStages"),
        after=draft.after(index, data),
    )


def _parents_there(draft: Draft, data: JsonObject, namespace: str | None) -> tuple[Parent, ...] | None:
    """The environment's parents; None where they are the route's, also by namespace: a Gateway without one stands
    beside the service, wherever the environment puts it."""
    if "parents" in data:
        return parents_of(draft, data, namespace or draft.namespace)
    route = object_at(draft.data, "route")
    there = parents_of(draft, route, namespace or draft.namespace)
    return None if there == parents_of(draft, route, draft.namespace) else there


def suppression_of(data: JsonObject, place: Place) -> Suppression:
    """One accepted finding."""
    return Suppression(
        rule=text_at(data, "rule"),
        reason=" ".join(text_at(data, "reason").split()),
        until=day_of(text_at(data, "until")),
        file=text_at(data, "file"),
        resource=text_at(data, "resource"),
        kind=text_at(data, "kind"),
        name=text_at(data, "name"),
        path=text_at(data, "path"),
        place=place,
    )


def schemas_of(data: JsonObject) -> SchemaChoice:
    """The versions of the schemas to check against."""
    return SchemaChoice(
        kubernetes=text_at(data, "kubernetes").removeprefix("v"),
        gateway_api=text_at(data, "gatewayApi").removeprefix("v"),
        channel=text_at(data, "channel"),
        crds=texts_at(data, "crds"),
    )
