"""Values of an object that its files do not tell: what SOPS encrypted, and what only the cluster fills in.

Source: getsops/sops, README (the metadata under `sops`, values as `ENC[...]`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateshift.yamldoc.data import FieldPath, Json, JsonObject, object_at, walk

ENCRYPTED = "ENC["
_METADATA = "sops"
_ENCRYPTED_VALUE = r"ENC\[[A-Z0-9_]+,data:.*\]"
_OF_SOPS = frozenset({"mac", "lastmodified", "version"})
_OPEN, _CLOSE = "\ue000", "\ue001"
_MARKED = f"{_OPEN}([^{_OPEN}{_CLOSE}]*){_CLOSE}"


def is_encrypted(data: JsonObject) -> bool:
    """Whether a document has the metadata that SOPS adds to what it encrypts."""
    return bool(_OF_SOPS & object_at(data, _METADATA).keys())


def without_encryption(data: JsonObject) -> JsonObject:
    """The document without that metadata, as it is when it was decrypted."""
    return {key: value for key, value in data.items() if key != _METADATA} if is_encrypted(data) else data


def encrypted_values(data: JsonObject) -> Iterator[FieldPath]:
    """The places of the values that SOPS encrypted."""
    for at, value in walk(data):
        if isinstance(value, str) and value.startswith(ENCRYPTED) and re.fullmatch(_ENCRYPTED_VALUE, value, re.DOTALL):
            yield at


def marked(name: str) -> str:
    """What stands for the value of a variable that is not known, until the text around it was read."""
    return f"{_OPEN}{name}{_CLOSE}"


def revealed(data: Json, at: FieldPath = ()) -> tuple[Json, frozenset[FieldPath]]:
    """The data with every mark as its variable, `${name}`, and the places of the strings that held one."""
    if isinstance(data, str):
        text, count = re.subn(_MARKED, r"${\1}", data)
        return text, frozenset({at} if count else ())
    places: set[FieldPath] = set()
    if isinstance(data, dict):
        fields: JsonObject = {}
        for key, value in data.items():
            name = re.sub(_MARKED, r"${\1}", key)
            fields[name], below = revealed(value, (*at, name))
            places |= below if name == key else {(*at, name)}
        return fields, frozenset(places)
    if isinstance(data, list):
        items = [revealed(item, (*at, index)) for index, item in enumerate(data)]
        return [item for item, _ in items], frozenset(place for _, below in items for place in below)
    return data, frozenset()
