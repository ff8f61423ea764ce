"""Kustomize's messages in the words of the files: without Go's types, pointers and absolute paths."""

from __future__ import annotations

import re
from pathlib import Path

from gateshift.kustomize.tree.field_names import FIELDS

UNKNOWN_FIELD = r'unknown field "(?P<field>[^"]*)"'
WRONG_TYPE = r"cannot unmarshal (?P<found>\w+) into Go struct field (?P<field>\S+) of type (?P<type>\S+)"
OBJECT_ID = (
    r"\b(?P<kind>[A-Z]\w*)\.(?:\[noVer\]|v\w+)\.(?:\[noGrp\]|[\w.-]+)/"
    r"(?P<name>[^\s\"':\[]+)\.(?P<namespace>\[noNs\]|[\w-]+)(?=[^\w.-]|\Z)"
)
PATCH_SOURCE = r'\[(?:path: "(?P<path>[^"]+)"|patch: (?P<text>"(?:[^"\\]|\\.)*"))\]'
_STRUCT_ID = (
    r'(?:id )?resid\.ResId\{Gvk:resid\.Gvk\{[^}]*Kind:"(?P<kind>[^"]*)"[^}]*\}, Name:"(?P<name>[^"]*)", '
    r'Namespace:"(?P<namespace>[^"]*)"\}'
)
_CONFIGURED = r"(?s)\Atrouble configuring builtin (?P<kind>\w+) with config: `.*`: (?P<rest>.*)\Z"
_GENERATOR = r"\Amerging from generator &\{[^}]*\}: "
_KINDS = r"(\w+)\.\[noVer\]\.\[noGrp\]"
_DECODING = r"\A(?:invalid Kustomization: |error unmarshaling JSON: while decoding JSON: )?json: "
_OBJECT = r"(?s) in object \{\{.*\Z"
_NO_PATCH_TARGET = (
    r"(?:no resource matches strategic merge patch .*)?no matches for Id (?P<id>[^;]+); failed to find .*"
)
_NO_REPLICAS = r"resource with name (?P<name>\S+) does not match a config with the following GVK \[(?P<kinds>.*)\]"
_NO_SOURCE = r"nothing selected by (?P<id>\S+ \S+?):(?P<field>\S*)\Z"
_SEVERAL_PATCHES = r"Multiple Strategic-Merge Patches in one `patches` entry .* field: (?P<patch>.*)"
_PLAINER = (
    (_SEVERAL_PATCHES, r"\g<patch> holds several strategic merge patches, and then its entry may not set `target`"),
    (r"(?s)(namespace transformation produces ID conflict): .*", r"\1: two objects get the same name"),
    (r"may not add resource with an already registered id: (?P<id>[^:]+)", r"\g<id> is defined twice"),
    (_NO_PATCH_TARGET, r"a patch is for \g<id>, which is not in the build"),
    (_NO_REPLICAS, r"replicas are set for \g<name>, but no object of that name is one of: \g<kinds>"),
    (_NO_SOURCE, r"a replacement takes \g<field> of \g<id>, which is not in the build"),
    (r"\A(?:MalformedYAMLError|invalid Kustomization|loading KV pairs): ", ""),
)
_GO_TYPES = {"number": "a number", "string": "a string", "bool": "a boolean", "array": "a list", "object": "a mapping"}


def reworded(message: str, repository: Path) -> str:
    """One line that says the same in words of the files; paths are relative to the repository."""
    message = message.replace(f"{repository}/", "")
    configured = re.match(_CONFIGURED, message)
    if configured:
        message = f"{configured['kind']}: {configured['rest'].partition(chr(10))[0]}"
    message = re.sub(PATCH_SOURCE, lambda match: match["path"] or "the inline patch", message)
    message = re.sub(_GENERATOR, "", message)
    message = re.sub(_STRUCT_ID, _named, re.sub(OBJECT_ID, _named, message))
    message = re.sub(_KINDS, r"\1", re.sub(_OBJECT, "", message))
    for pattern, plainer in _PLAINER:
        message = re.sub(pattern, plainer, message)
    return " ".join(_decoded(message).split())


def field_path(match: re.Match[str]) -> tuple[str, ...]:
    """The field names of a type error: Go names the type first, then the path below it."""
    return tuple(match["field"].split(".")[1:])


def _named(match: re.Match[str]) -> str:
    namespace = match["namespace"]
    in_namespace = f"{namespace}/" if namespace not in ("", "[noNs]") else ""
    return f"{match['kind']} {in_namespace}{match['name']}"


def _decoded(message: str) -> str:
    message = re.sub(_DECODING, "", message)
    unknown, wrong = re.search(UNKNOWN_FIELD, message), re.search(WRONG_TYPE, message)
    if unknown:
        from difflib import get_close_matches

        near = get_close_matches(unknown["field"], FIELDS, 1)
        return f'unknown field "{unknown["field"]}"' + (f'; did you mean "{near[0]}"?' if near else "")
    if wrong:
        found = _GO_TYPES.get(wrong["found"], wrong["found"])
        return f"{'.'.join(field_path(wrong))} is {found} where {_wanted(wrong['type'])} is needed"
    return message


def _wanted(go_type: str) -> str:
    if go_type.startswith("[]"):
        return "a list"
    return {"string": "a string", "bool": "a boolean", "int": "a number", "int64": "a number"}.get(go_type, "a mapping")
