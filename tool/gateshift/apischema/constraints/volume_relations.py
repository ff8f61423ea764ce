"""Relations between volumes, the mounts of containers, and what the downward API gives.

Source: k8s.io/kubernetes, pkg/apis/core/validation/validation.go; the rows name the functions.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.apischema.constraints.constraint import Breach
from gateshift.apischema.constraints.pod_relations import containers_of
from gateshift.apischema.constraints.predicates import is_qualified_name
from gateshift.yamldoc.data import FieldPath, JsonObject, list_at, object_at, text_at


def _volumes(pod: JsonObject) -> dict[str, JsonObject]:
    return {text_at(volume, "name"): object_at(volume) for volume in list_at(pod, "volumes")}


def missing_volumes(pod: JsonObject) -> Iterator[Breach]:
    """A mount or device of a volume that the pod does not have."""
    yield from _missing(pod, _volumes(pod))


def missing_volumes_of_set(spec: JsonObject) -> Iterator[Breach]:
    """The same in a StatefulSet, whose volumeClaimTemplates are volumes of its pods."""
    pod = object_at(spec, "template", "spec")
    claims = {text_at(claim, "metadata", "name"): _CLAIM for claim in list_at(spec, "volumeClaimTemplates")}
    for breach in _missing(pod, {**_volumes(pod), **claims}):
        yield Breach(("template", "spec", *breach.at), breach.words, breach.says)


_CLAIM: JsonObject = {"persistentVolumeClaim": {"claimName": ""}}


def _missing(pod: JsonObject, volumes: dict[str, JsonObject]) -> Iterator[Breach]:
    for at, container in containers_of(pod):
        for field in ("volumeMounts", "volumeDevices"):
            for index, mount in enumerate(list_at(container, field)):
                name = text_at(mount, "name")
                place = (*at, field, index, "name")
                if name and "${" not in name and name not in volumes:
                    yield Breach(place, f'is "{name}", and the pod has no such volume', f'Not found: "{name}"')
                elif (
                    field == "volumeDevices"
                    and name
                    and not {"persistentVolumeClaim", "ephemeral"} & volumes[name].keys()
                ):
                    words = f'is "{name}", which is not a volume of a PersistentVolumeClaim'
                    says = f'Invalid value: "{name}": can only use volume source type of PersistentVolumeClaim'
                    yield Breach(place, words, says)


def mounts_and_devices(container: JsonObject) -> Iterator[Breach]:
    """A volume that is mounted and used as a device as well, or the same path for both."""
    devices = list_at(container, "volumeDevices")
    for key, other in (("name", "name"), ("devicePath", "mountPath")):
        taken = {text_at(mount, other) for mount in list_at(container, "volumeMounts")}
        for index, device in enumerate(devices):
            if text_at(device, key) and text_at(device, key) in taken:
                value = text_at(device, key)
                says = f'Invalid value: "{value}": must not already exist in volumeMounts'
                yield Breach(("volumeDevices", index, key), f'is "{value}", which volumeMounts use already', says)


def files_outside_empty_dirs(pod: JsonObject) -> Iterator[Breach]:
    """A variable from a file on a volume that is not an emptyDir of the pod."""
    volumes = _volumes(pod)
    for at, container in containers_of(pod):
        for index, variable in enumerate(list_at(container, "env")):
            place = ("valueFrom", "fileKeyRef", "volumeName")
            name = text_at(variable, *place)
            if name and "emptyDir" not in volumes.get(name, {}):
                words = f'is "{name}", which is not an emptyDir of the pod'
                yield Breach(
                    (*at, "env", index, *place),
                    words,
                    f'Invalid value: "{name}": referenced volume must be of type emptyDir',
                )


def repeated_projections(volume: JsonObject) -> Iterator[Breach]:
    """Two sources of a projected volume that write the same file."""
    seen: set[str] = set()
    for at, path in _projected_paths(volume):
        if path and path in seen:
            yield Breach(
                at, f'is "{path}", which another source writes', f'Invalid value: "{path}": conflicting duplicate paths'
            )
        seen.add(path)


def _projected_paths(volume: JsonObject) -> Iterator[tuple[FieldPath, str]]:
    for index, source in enumerate(list_at(volume, "sources")):
        for kind in ("secret", "configMap", "downwardAPI"):
            for place, item in enumerate(list_at(source, kind, "items")):
                yield ("sources", index, kind, "items", place, "path"), text_at(item, "path")
        yield ("sources", index, "clusterTrustBundle", "path"), text_at(source, "clusterTrustBundle", "path")
        for name in ("credentialBundlePath", "keyPath", "certificateChainPath"):
            yield ("sources", index, "podCertificate", name), text_at(source, "podCertificate", name)


_OF_POD = ("metadata.name", "metadata.namespace", "metadata.uid")

_ENVIRONMENT = (
    *_OF_POD,
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
)

_VOLUME = (*_OF_POD, "metadata.labels", "metadata.annotations")


def unknown_field_of_variable(reference: JsonObject) -> Iterator[Breach]:
    """A variable from a field that the downward API does not give."""
    yield from _unknown_field(reference, _ENVIRONMENT)


def unknown_field_of_volume(reference: JsonObject) -> Iterator[Breach]:
    """A file from a field that the downward API does not give."""
    yield from _unknown_field(reference, _VOLUME)


def _unknown_field(reference: JsonObject, known: tuple[str, ...]) -> Iterator[Breach]:
    path = text_at(reference, "fieldPath")
    if not path or "${" in path or path in known:
        return
    name, bracket, rest = path.partition("['")
    subscript = rest.removesuffix("']")
    if bracket and rest.endswith("']") and name in ("metadata.labels", "metadata.annotations"):
        if is_qualified_name(subscript.lower() if name.endswith("annotations") else subscript):
            return
        words = f'is "{path}", and {subscript} is not a qualified name'
        yield Breach(
            ("fieldPath",), words, f'Invalid value: "{subscript}": name part must consist of alphanumeric characters'
        )
        return
    words = f'is "{path}", and must be one of {", ".join(known)}'
    yield Breach(("fieldPath",), words, f'Unsupported value: "{path}": supported values: {", ".join(known)}')


_RESOURCES = (
    "limits.cpu",
    "limits.memory",
    "limits.ephemeral-storage",
    "requests.cpu",
    "requests.memory",
    "requests.ephemeral-storage",
)

_UNITS = frozenset({"1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"})


def unknown_resource_field(reference: JsonObject) -> Iterator[Breach]:
    """A resource that the downward API does not give, or a divisor that it does not take."""
    name = text_at(reference, "resource")
    huge = name.startswith(("requests.hugepages-", "limits.hugepages-"))
    if not name or "${" in name:
        return
    if name not in _RESOURCES and not huge:
        words = f'is "{name}", and must be one of {", ".join(_RESOURCES)}'
        yield Breach(("resource",), words, f'Unsupported value: "{name}": supported values: {", ".join(_RESOURCES)}')
        return
    divisor = str(reference.get("divisor") or "0")
    allowed = frozenset({"1", "1m"}) if name.endswith(".cpu") else _UNITS
    if divisor != "0" and divisor not in allowed:
        words = f'is "{divisor}", and must be one of {", ".join(sorted(allowed))}'
        yield Breach(
            ("divisor",),
            words,
            f'Invalid value: "{name}": only divisor\'s values {", ".join(sorted(allowed))} are supported',
        )
