"""Relations between the fields of configuration, metadata, roles and priorities.

Source: k8s.io/kubernetes, pkg/apis/GROUP/validation/validation.go; the rows name the functions.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator

from gateshift.apischema.constraints.constraint import Breach
from gateshift.yamldoc.data import Json, JsonObject, list_at, look_up, object_at, text_at

_KEYS = {
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
}


def secret_keys(secret: JsonObject) -> Iterator[Breach]:
    """A Secret without the keys that its type stands for."""
    kind = text_at(secret, "type")
    present = {**object_at(secret, "data"), **object_at(secret, "stringData")}
    lacking = [
        key for key in _KEYS.get(kind, ()) if not (present.get(key) if kind.endswith("ssh-auth") else key in present)
    ]
    if lacking:
        words = f"lacks {' and '.join(lacking)}, which a Secret of type {kind} holds"
        yield Breach(("data",), words, f"data[{lacking[0]}]: Required value")
    if kind == "kubernetes.io/basic-auth" and not {"username", "password"} & present.keys():
        yield Breach(("data",), "lacks username and password, one of which it needs", "data[username]: Required value")
    account = "kubernetes.io/service-account.name"
    if kind == "kubernetes.io/service-account-token" and not text_at(secret, "metadata", "annotations", account):
        words = f"lack {account}, which a token's Secret needs"
        yield Breach(("metadata", "annotations"), words, f"metadata.annotations[{account}]: Required value")


def secret_json(secret: JsonObject) -> Iterator[Breach]:
    """Credentials of a registry, in stringData, that are not a JSON object."""
    import json

    for key in (".dockercfg", ".dockerconfigjson"):
        text = object_at(secret, "stringData").get(key)
        if text_at(secret, "type").endswith(key.removeprefix(".")) and isinstance(text, str) and "${" not in text:
            try:
                whole = isinstance(json.loads(text), dict)
            except (ValueError, RecursionError):
                whole = False
            if not whole:
                yield Breach(
                    ("stringData", key),
                    "is not a JSON object",
                    f"data[{key}]: Invalid value: <secret contents redacted>",
                )


_LARGEST = 1 << 20


def _size(value: Json, *, encoded: bool) -> int:
    if not isinstance(value, str):
        return 0
    if not encoded:
        return len(value.encode())
    try:
        return len(base64.b64decode(value))
    except (binascii.Error, ValueError):
        return 0


def data_too_large(config: JsonObject) -> Iterator[Breach]:
    """A ConfigMap of more than 1 MiB."""
    total = sum(_size(value, encoded=False) for value in object_at(config, "data").values())
    total += sum(_size(value, encoded=True) for value in object_at(config, "binaryData").values())
    if total > _LARGEST:
        yield Breach(
            ("data",),
            f"is {total:,} bytes, and must be at most {_LARGEST:,}",
            "Too long: may not be more than 1048576 bytes",
        )


def secret_too_large(secret: JsonObject) -> Iterator[Breach]:
    """A Secret of more than 1 MiB."""
    plain = object_at(secret, "stringData")
    total = sum(_size(value, encoded=False) for value in plain.values())
    total += sum(_size(value, encoded=True) for key, value in object_at(secret, "data").items() if key not in plain)
    if total > _LARGEST:
        yield Breach(
            ("data",),
            f"is {total:,} bytes, and must be at most {_LARGEST:,}",
            "Too long: may not be more than 1048576 bytes",
        )


def keys_in_both(config: JsonObject) -> Iterator[Breach]:
    """A key of a ConfigMap that both data and binaryData hold."""
    for key in object_at(config, "data"):
        if key in object_at(config, "binaryData"):
            yield Breach(
                ("data", key),
                "is a key of binaryData as well",
                f'Invalid value: "{key}": duplicate of key present in binaryData',
            )


def annotations_too_large(metadata: JsonObject) -> Iterator[Breach]:
    """Annotations of more than 256 KiB."""
    total = sum(
        len(key.encode()) + _size(value, encoded=False) for key, value in object_at(metadata, "annotations").items()
    )
    if total > 262_144:
        yield Breach(
            ("annotations",),
            f"are {total:,} bytes, and must be at most 262,144",
            "Too long: may not be more than 262144 bytes",
        )


def both_ways_to_delete(metadata: JsonObject) -> Iterator[Breach]:
    """Finalizers that ask for dependents to be deleted and to be left."""
    finalizers = list_at(metadata, "finalizers")
    if "orphan" in finalizers and "foregroundDeletion" in finalizers:
        yield Breach(
            ("finalizers",),
            "must not hold both orphan and foregroundDeletion",
            "Invalid value: finalizer orphan and foregroundDeletion cannot be both set",
        )


def two_controllers(metadata: JsonObject) -> Iterator[Breach]:
    """Two owners that both control the object."""
    owners = [
        index
        for index, owner in enumerate(list_at(metadata, "ownerReferences"))
        if look_up(owner, ("controller",)) is True
    ]
    for index in owners[1:]:
        yield Breach(
            ("ownerReferences", index, "controller"),
            "must be true of one owner only",
            "Invalid value: Only one reference can have Controller set to true",
        )


def rule_of_both(rule: JsonObject) -> Iterator[Breach]:
    """A rule of a role for resources and for URLs."""
    if list_at(rule, "nonResourceURLs") and any(
        list_at(rule, name) for name in ("apiGroups", "resources", "resourceNames")
    ):
        words = "must not be set next to apiGroups, resources or resourceNames"
        yield Breach(
            ("nonResourceURLs",),
            words,
            "Invalid value: rules cannot apply to both regular resources and non-resource URLs",
        )


_SYSTEM = {"system-node-critical": 2_000_001_000, "system-cluster-critical": 2_000_000_000}


def reserved_priority(priority: JsonObject) -> Iterator[Breach]:
    """A PriorityClass that takes a name or a value of the system's own."""
    name, value = text_at(priority, "metadata", "name"), priority.get("value")
    if name.startswith("system-"):
        if _SYSTEM.get(name) != value or priority.get("globalDefault") is True:
            says = "Forbidden: priority class names with 'system-' prefix are reserved for system use only"
            yield Breach(("metadata", "name"), "must not begin with system-", says)
    elif isinstance(value, int) and value > 1_000_000_000:
        says = "Forbidden: maximum allowed value of a user defined priority is 1000000000"
        yield Breach(("value",), f"is {value}, and must be at most 1000000000", says)
