"""base/: what the stages share, and a sub-base for each version's Deployment and for the Service that selects it.

A kustomization.yaml that lists what it builds from, and no patch.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from gateshift.config.own_objects import copied_name, namespaces_of
from gateshift.manifests.metadata import metadata, selector
from gateshift.manifests.workload import autoscaler, deployment, service_account
from gateshift.model.rollout import DeclaredWorkload, Environment, ManifestWorkload, OwnFile, Rollout, Version
from gateshift.yamldoc import UnreadableYaml, dump, dump_all, load_all
from gateshift.yamldoc.data import FieldPath, Json, JsonObject, object_at

_DEPLOYMENT = "deployment.yaml"
OWN_FOLDER = "own"
"""The folder for copies of the owner's objects."""


def shared_files(rollout: Rollout) -> Iterator[tuple[str, str]]:
    """The Service and the service accounts, which every stage has. A Service that ran before is not written."""
    accounts = service_accounts(rollout)
    resources = ["serviceaccount.yaml"] if accounts else []
    if accounts:
        described = [dump(service_account(rollout, account), {(): "The pods' identity."}) for account in accounts]
        yield "base/serviceaccount.yaml", dump_all(*described)
    if not _ran_before(rollout):
        yield "base/service.yaml", service_file(rollout)
        resources.append("service.yaml")
    resources += own_resources(rollout.objects, "base")
    yield from own_files(rollout, rollout.objects, "base")
    if resources:
        yield "base/kustomization.yaml", kustomization("What every stage has.", resources)


def service_file(rollout: Rollout) -> str:
    """The service's own Service."""
    note = f"The Service {rollout.service.name}, which callers know. It selects the pods of every version."
    return dump(own_service(rollout), {(): note})


def _ran_before(rollout: Rollout) -> bool:
    return any(rollout.live_in(environment) is not None for environment in rollout.environments)


def has_shared_files(rollout: Rollout) -> bool:
    """Whether base/ itself holds anything."""
    return any(True for _ in shared_files(rollout))


def service_accounts(rollout: Rollout) -> list[str]:
    """The accounts the workloads name, each once; Kubernetes makes the one called default by itself, and a service that
    ran before has its own."""
    if _ran_before(rollout):
        return []
    names = [
        version.workload.service_account
        for version in rollout.versions
        if isinstance(version.workload, DeclaredWorkload)
    ]
    return [name for name in dict.fromkeys(names) if name not in ("", "default")]


def version_files(rollout: Rollout, version: Version) -> Iterator[tuple[str, str]]:
    """The sub-base of one version, and within it the one of its Service, and one for each environment in which other
    things run; nothing for a version that ran before."""
    if version.live:
        return
    folder = f"base/{version.name}"
    yield from _workload_files(rollout, version, folder, f"What runs as {version.name}.")
    yield from own_files(rollout, version.objects, folder)
    for environment in rollout.environments:
        there = rollout.version_in(version, environment)
        if there != version:
            purpose = f"What runs as {version.name} in {environment.name}."
            yield from _workload_files(rollout, there, version_folder(rollout, version, environment), purpose)
    note = f"The pods of {version.name} alone; the route sends its share here."
    yield f"{folder}/subset/service.yaml", dump(_version_service(rollout, version), {(): note})
    yield f"{folder}/subset/kustomization.yaml", kustomization(f"A Service for {version.name}.", ["service.yaml"])


def version_folder(rollout: Rollout, version: Version, environment: Environment) -> str:
    """The sub-base of what runs as the version in the environment."""
    differs = rollout.version_in(version, environment) != version
    return f"base/{version.name}/in-{environment.name}" if differs else f"base/{version.name}"


def _workload_files(rollout: Rollout, version: Version, folder: str, purpose: str) -> Iterator[tuple[str, str]]:
    manifest = version.workload if isinstance(version.workload, ManifestWorkload) else None
    resources = [_DEPLOYMENT]
    if isinstance(version.workload, DeclaredWorkload):
        yield f"{folder}/{_DEPLOYMENT}", dump(deployment(rollout, version, version.workload), {(): purpose})
    elif manifest is not None:
        own = _within(manifest.path, folder)
        if own:
            resources = [own]
        else:
            yield f"{folder}/{_DEPLOYMENT}", manifest.text
    if version.autoscaling is not None:
        resources.append("horizontalpodautoscaler.yaml")
        note = f"How many pods run as {version.name}."
        yield (
            f"{folder}/horizontalpodautoscaler.yaml",
            dump(autoscaler(rollout, version, version.autoscaling), {(): note}),
        )
    yield (
        f"{folder}/kustomization.yaml",
        kustomization(
            purpose,
            [*resources, *own_resources(version.objects, folder, f"base/{version.name}")],
            namespace=_namespace_to_set(rollout, manifest),
            replicas=_replicas_to_set(version, manifest),
        ),
    )


def own_resources(files: Sequence[OwnFile], folder: str, home: str = "") -> list[str]:
    """How a kustomization in the folder names the owner's objects, whose copies lie below `home`, else the folder."""
    copies = posixpath.relpath(f"{home or folder}/{OWN_FOLDER}", folder)
    folders = [posixpath.relpath(file.path, folder) for file in files if file.text is None]
    return ([copies] if len(folders) < len(files) else []) + folders


def own_files(rollout: Rollout, files: Sequence[OwnFile], folder: str) -> Iterator[tuple[str, str]]:
    """The copies of the owner's files. They get the service's namespace where they name no other."""
    copied = [file for file in files if file.text is not None]
    if not copied:
        return
    for file in copied:
        yield f"{folder}/{OWN_FOLDER}/{copied_name(file.path)}", file.text or ""
    named = {name for file in copied for name in namespaces_of(file)}
    yield (
        f"{folder}/{OWN_FOLDER}/kustomization.yaml",
        kustomization(
            "Objects of the owner's, as gateshift.yaml names them.",
            [copied_name(file.path) for file in copied],
            namespace=rollout.service.namespace if named <= {None, rollout.service.namespace} else "",
        ),
    )


def _within(path: str, folder: str) -> str:
    """The owner's manifest relative to the sub-base where it lies inside it, else "": Kustomize reads no file from
    outside its own folder, so that one is copied."""
    normal = posixpath.normpath(path)
    return normal.removeprefix(f"{folder}/") if normal.startswith(f"{folder}/") else ""


def _namespace_to_set(rollout: Rollout, manifest: ManifestWorkload | None) -> str:
    """The service's namespace where the owner's manifest leaves it to Kustomize or says another."""
    if manifest is None:
        return ""
    try:
        documents = load_all(manifest.text)
    except UnreadableYaml:
        return ""
    named = {object_at(document, "metadata").get("namespace") for document in documents if document is not None}
    return "" if named == {rollout.service.namespace} else rollout.service.namespace


def _replicas_to_set(version: Version, manifest: ManifestWorkload | None) -> list[tuple[str, int]]:
    if manifest is None or version.replicas is None:
        return []
    return [(version.deployment, version.replicas)]


def own_service(rollout: Rollout) -> JsonObject:
    """The Service that callers know, with everything that is declared of it."""
    declared = rollout.service
    labels = selector(rollout)
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata(
            rollout, declared.name, wave=0, labels=labels | dict(declared.labels), annotations=declared.annotations
        ),
        "spec": {**declared.spec, "selector": labels, "ports": list(declared.ports) or [split_port(rollout)]},
    }


def _version_service(rollout: Rollout, version: Version) -> JsonObject:
    """The Service that selects the version's pods alone, with the one port that the route names."""
    labels = selector(rollout, version)
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata(rollout, version.service, wave=0, labels=labels),
        "spec": {"selector": labels, "ports": [split_port(rollout)]},
    }


def split_port(rollout: Rollout) -> JsonObject:
    """The port of a Service that the route names."""
    port: JsonObject = {}
    if rollout.service.port_name:
        port["name"] = rollout.service.port_name
    if rollout.service.app_protocol:
        port["appProtocol"] = rollout.service.app_protocol
    return port | {"port": rollout.service.port, "targetPort": rollout.service.target_port}


def kustomization(
    purpose: str,
    resources: Sequence[str],
    *,
    namespace: str = "",
    replicas: Sequence[tuple[str, int]] = (),
    patches: Sequence[Json] = (),
    comments: Mapping[FieldPath, str] = MappingProxyType({}),
) -> str:
    """The file's text; `replicas` are counts by the name of a Deployment, `patches` take objects out."""
    data: JsonObject = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"}
    if namespace:
        data["namespace"] = namespace
    data["resources"] = list(resources)
    if replicas:
        data["replicas"] = [{"name": name, "count": count} for name, count in replicas]
    if patches:
        data["patches"] = list(patches)
    return dump(data, {(): purpose, **comments})
