"""A faultless draft -> the Rollout."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gateshift.config.build.delivery import (
    autoscaling_of,
    environment_of,
    live_of,
    pointers_of,
    policy_of,
    schemas_of,
    suppression_of,
    variables_of,
)
from gateshift.config.build.measure import gate_of, verify_of
from gateshift.config.build.routing import pairs_at, route_of, stage_of
from gateshift.config.draft import Draft, number, objects
from gateshift.config.own_objects import OwnObjects
from gateshift.config.schema.pod import CONTAINER_KEYS, DEPLOYMENT_KEYS, POD_KEYS
from gateshift.config.schema.schema_types import SchemaType
from gateshift.config.schema.service import SERVICE_SPEC
from gateshift.config.semantics.manifest import Manifest
from gateshift.model.place import Place
from gateshift.model.rollout import (
    DeclaredService,
    DeclaredWorkload,
    Environment,
    LiveWorkload,
    ManifestWorkload,
    OwnFile,
    Rollout,
    RouteKind,
    Version,
)
from gateshift.yamldoc import Document
from gateshift.yamldoc.data import FieldPath, JsonObject, list_at, object_at, text_at


def build(
    draft: Draft,
    document: Document,
    file: Path,
    manifests: Mapping[str, Manifest],
    texts: Mapping[str, str],
    objects_of: OwnObjects,
) -> Rollout:
    """The rollout that the draft declares. `manifests` are the owner's own Deployments by version, `texts` those of
    the plain manifests that ran before, by path, and `objects_of` the owner's other objects."""
    data = draft.data
    return Rollout(
        file=file,
        service=_service(draft, manifests),
        route=route_of(draft),
        versions=tuple(
            _version(draft, name, manifests.get(name), objects_of.at("versions", name)) for name in draft.versions
        ),
        stages=tuple(
            stage_of(draft, item, _place(document, file, ("stages", at)), objects_of.at("stages", at))
            for at, item in draft.stages()
        ),
        policy=policy_of(object_at(data, "policy")),
        verify=verify_of(object_at(data, "verify")),
        gate=gate_of(object_at(data, "gate")),
        pointers=pointers_of(object_at(data, "pointers")),
        environments=tuple(environment_of(draft, at, item, texts) for at, item in draft.environments())
        or (Environment(),),
        suppressions=tuple(
            suppression_of(item, _place(document, file, ("ignore", at)))
            for at, item in objects(list_at(data, "ignore"))
        ),
        schemas=schemas_of(object_at(data, "schemas")),
        live=live_of(object_at(data, "live"), texts),
        objects=objects_of.at(),
    )


def _place(document: Document, file: Path, at: FieldPath) -> Place:
    _, span = document.nearest(at)
    return Place(file, span.line, span.column, span.end_line, span.end_column)


def _service(draft: Draft, manifests: Mapping[str, Manifest]) -> DeclaredService:
    grpc = draft.kind is RouteKind.GRPC
    data = object_at(draft.data, "service")
    port = draft.split_port
    target = port.get("targetPort")
    return DeclaredService(
        name=draft.service,
        namespace=draft.namespace,
        port=draft.port,
        target_port=target if isinstance(target, str) else number(target, draft.port),
        port_name=text_at(port, "name") or ("" if "ports" in data else "grpc" if grpc else "http"),
        app_protocol=text_at(port, "appProtocol"),
        named_port=next((manifest.port(target) for manifest in manifests.values()), 0)
        if isinstance(target, str)
        else 0,
        selector=tuple(draft.selector.items()),
        version_label=draft.version_label,
        ports=tuple(port for _, port in draft.ports()),
        spec={key: value for key, value in data.items() if key in SERVICE_SPEC},
        labels=pairs_at(data, "labels"),
        annotations=pairs_at(data, "annotations"),
    )


def _version(draft: Draft, name: str, manifest: Manifest | None, own: tuple[OwnFile, ...]) -> Version:
    data = draft.version(name)
    scaling = object_at(data, "autoscaling") if "autoscaling" in data else None
    live = draft.live_objects(name)
    decided_elsewhere = scaling is not None or manifest is not None or bool(live)
    return Version(
        name=name,
        deployment=manifest.deployment if manifest else draft.deployment_of(name),
        service=draft.service_of(name),
        workload=LiveWorkload(live)
        if live
        else ManifestWorkload(manifest.path, manifest.text)
        if manifest
        else _workload(draft, data),
        replicas=number(data["replicas"], 1) if "replicas" in data else None if decided_elsewhere else 1,
        autoscaling=None if scaling is None else autoscaling_of(scaling),
        objects=own,
        selector=tuple((key, value) for key, value in object_at(data, "selector").items() if isinstance(value, str)),
    )


def _workload(draft: Draft, version: JsonObject) -> DeclaredWorkload:
    data = {**object_at(draft.data, "workload"), **version}
    return DeclaredWorkload(
        image=text_at(data, "image"),
        container=text_at(data, "container") or draft.service,
        image_pull_policy=text_at(data, "imagePullPolicy"),
        service_account=text_at(data, "serviceAccount"),
        env=variables_of(data.get("env")),
        resources=object_at(data, "resources"),
        readiness_probe=object_at(data, "readinessProbe"),
        liveness_probe=object_at(data, "livenessProbe"),
        startup_probe=object_at(data, "startupProbe"),
        own_container=_only(data, CONTAINER_KEYS),
        sidecars=tuple(item for _, item in objects(list_at(data, "sidecars"))),
        pod={_POD_NAMES.get(key, key): value for key, value in _only(data, POD_KEYS).items()},
        spec=_only(data, DEPLOYMENT_KEYS),
        labels=pairs_at(data, "labels"),
        annotations=pairs_at(data, "annotations"),
        pod_labels=pairs_at(data, "podLabels"),
        pod_annotations=pairs_at(data, "podAnnotations"),
    )


_POD_NAMES = {"podSecurityContext": "securityContext"}


def _only(data: JsonObject, keys: Mapping[str, SchemaType]) -> JsonObject:
    """The fields with these keys, in the order of the keys."""
    return {key: data[key] for key in keys if key in data}
