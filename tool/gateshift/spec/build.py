"""A faultless draft -> the Rollout."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from pathlib import Path

from gateshift.documents import Document
from gateshift.documents.data import Json, JsonObject, Pointer, list_at, look_up, object_at, text_at
from gateshift.model.place import Place
from gateshift.model.rollout import (
    ArgoPointer,
    Autoscaling,
    Environment,
    FluxPointer,
    Gate,
    GatewayParent,
    ManifestWorkload,
    Parent,
    Pointers,
    Policy,
    Rollout,
    Route,
    RouteKind,
    SchemaChoice,
    Service,
    ServiceParent,
    Suppression,
    Version,
    Workload,
)
from gateshift.spec.build_stage import stage_of
from gateshift.spec.delivery import day_of
from gateshift.spec.draft import Draft, number, objects
from gateshift.spec.manifest import Manifest
from gateshift.spec.routes import milliseconds, parent_identity


def build(draft: Draft, document: Document, file: Path, manifests: Mapping[str, Manifest]) -> Rollout:
    """The rollout that the draft declares. `manifests` are the owner's own Deployments by version."""
    data = draft.data
    return Rollout(
        file=file,
        service=_service(draft),
        route=_route(draft),
        versions=tuple(_version(draft, name, manifests.get(name)) for name in draft.versions),
        stages=tuple(stage_of(draft, item, _place(document, file, ("stages", at))) for at, item in draft.stages()),
        policy=_policy(object_at(data, "policy")),
        gate=_gate(object_at(data, "gate")),
        pointers=_pointers(object_at(data, "pointers")),
        environments=tuple(_environment(draft, item) for _, item in draft.environments()) or (Environment(),),
        suppressions=tuple(
            _suppression(item, _place(document, file, ("ignore", at))) for at, item in objects(list_at(data, "ignore"))
        ),
        schemas=_schemas(object_at(data, "schemas")),
    )


def _place(document: Document, file: Path, at: Pointer) -> Place:
    _, span = document.nearest(at)
    return Place(file, span.line, span.column, span.end_line, span.end_column)


def _service(draft: Draft) -> Service:
    grpc = draft.kind is RouteKind.GRPC
    target = look_up(draft.data, ("service", "targetPort"))
    return Service(
        name=draft.service,
        namespace=draft.namespace,
        port=draft.port,
        target_port=target if isinstance(target, str) else number(target, draft.port),
        port_name=text_at(draft.data, "service", "portName") or ("grpc" if grpc else "http"),
        app_protocol=text_at(draft.data, "service", "appProtocol"),
        selector=tuple(draft.selector.items()),
        version_label=draft.version_label,
    )


def _texts(data: Json, *at: str | int) -> tuple[str, ...]:
    return tuple(item for item in list_at(data, *at) if isinstance(item, str))


def _mappings(data: Json, *at: str | int) -> tuple[JsonObject, ...]:
    return tuple(item for _, item in objects(list_at(data, *at)))


def _route(draft: Draft) -> Route:
    route = object_at(draft.data, "route")
    return Route(
        kind=draft.kind,
        name=text_at(route, "name") or draft.service,
        parents=_parents(route, draft.namespace),
        hostnames=_texts(route, "hostnames"),
        matches=_mappings(route, "matches"),
        filters=_mappings(route, "filters"),
        timeouts=object_at(route, "timeouts"),
        other_rules=_mappings(route, "rules"),
    )


def _parents(data: JsonObject, namespace: str) -> tuple[Parent, ...]:
    return tuple(_parent(item, namespace) for _, item in objects(list_at(data, "parents")))


def _parent(data: JsonObject, namespace: str) -> Parent:
    port = number(data.get("port"), 0) or None
    if "service" in data:
        return ServiceParent(port)
    kind, found, name = parent_identity(data, namespace)
    return GatewayParent(found, name, text_at(data, "section"), port, kind)


def _version(draft: Draft, name: str, manifest: Manifest | None) -> Version:
    data = draft.version(name)
    scaling = object_at(data, "autoscaling") if "autoscaling" in data else None
    decided_elsewhere = scaling is not None or manifest is not None
    return Version(
        name=name,
        deployment=manifest.deployment if manifest else draft.deployment_of(name),
        service=draft.service_of(name),
        workload=ManifestWorkload(manifest.path, manifest.text) if manifest else _workload(draft, data),
        replicas=number(data["replicas"], 1) if "replicas" in data else None if decided_elsewhere else 1,
        autoscaling=None
        if scaling is None
        else Autoscaling(number(scaling.get("min"), 1), number(scaling["max"], 1), number(scaling.get("cpu"), 80)),
    )


def _workload(draft: Draft, version: JsonObject) -> Workload:
    data = {**object_at(draft.data, "workload"), **version}
    return Workload(
        image=text_at(data, "image"),
        container=text_at(data, "container") or draft.service,
        image_pull_policy=text_at(data, "imagePullPolicy"),
        service_account=text_at(data, "serviceAccount"),
        env=_env(data.get("env")),
        resources=object_at(data, "resources"),
        readiness_probe=object_at(data, "readinessProbe"),
        liveness_probe=object_at(data, "livenessProbe"),
        startup_probe=object_at(data, "startupProbe"),
    )


def _env(data: Json) -> tuple[JsonObject, ...]:
    if isinstance(data, dict):
        return tuple({"name": name, "value": value} for name, value in data.items())
    return tuple(item for _, item in objects(data)) if isinstance(data, list) else ()


def _policy(data: JsonObject) -> Policy:
    return Policy(max_step=_figure(data.get("maxStep")), allow_skip=data.get("allowSkip") is True)


def _figure(value: Json) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _gate(data: JsonObject) -> Gate | None:
    if not data:
        return None
    labels = object_at(data, "labels")
    p99 = text_at(data, "p99")
    return Gate(
        prometheus=text_at(data, "prometheus"),
        labels=tuple((name, value) for name, value in labels.items() if isinstance(value, str)),
        success_rate=_figure(data.get("successRate")),
        p99_ms=float(milliseconds(p99)) if p99 else None,
        request_rate=_figure(data.get("requestRate")),
    )


def _pointers(data: JsonObject) -> Pointers | None:
    if not data:
        return None
    path = posixpath.normpath(text_at(data, "path") or ".")
    return Pointers(
        repository=text_at(data, "repository"),
        revision=text_at(data, "revision") or "main",
        path="" if path == "." else path,
        argocd=_argocd(object_at(data, "argocd")) if "argocd" in data else None,
        flux=_flux(object_at(data, "flux")) if "flux" in data else None,
    )


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


def _environment(draft: Draft, data: JsonObject) -> Environment:
    namespace = text_at(data, "namespace") or None
    return Environment(
        name=text_at(data, "name"),
        namespace=namespace,
        parents=_parents_there(draft, data, namespace),
        hostnames=_texts(data, "hostnames") if "hostnames" in data else None,
        replicas=tuple((name, number(count, 0)) for name, count in object_at(data, "replicas").items()),
        revision=text_at(data, "revision") or None,
    )


def _parents_there(draft: Draft, data: JsonObject, namespace: str | None) -> tuple[Parent, ...] | None:
    """The environment's parents; None where they are the route's, also by namespace: a Gateway without one stands
    beside the service, wherever the environment puts it."""
    if "parents" in data:
        return _parents(data, namespace or draft.namespace)
    route = object_at(draft.data, "route")
    there = _parents(route, namespace or draft.namespace)
    return None if there == _parents(route, draft.namespace) else there


def _suppression(data: JsonObject, place: Place) -> Suppression:
    return Suppression(
        rule=text_at(data, "rule"),
        reason=" ".join(text_at(data, "reason").split()),
        until=day_of(text_at(data, "until")),
        file=text_at(data, "file"),
        resource=text_at(data, "resource"),
        place=place,
    )


def _schemas(data: JsonObject) -> SchemaChoice:
    return SchemaChoice(
        kubernetes=text_at(data, "kubernetes").removeprefix("v"),
        gateway_api=text_at(data, "gatewayApi").removeprefix("v"),
        channel=text_at(data, "channel"),
        crds=_texts(data, "crds"),
    )
