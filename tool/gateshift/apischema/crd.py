"""A CustomResourceDefinition -> the schemas of its versions."""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.apischema.sharing import share
from gateshift.apischema.strict import strict_resource
from gateshift.apischema.structural import KindSchema, without_prose
from gateshift.yamldoc.data import FieldPath, Json, JsonObject, list_at, object_at, text_at

_API_VERSION = "apiextensions.k8s.io/v1"


class BrokenCrd(Exception):  # noqa: N818 -- it says what the document is, as the caller's message will
    """The document calls itself a CustomResourceDefinition and cannot be used as one: what is wrong, and where."""

    def __init__(self, what: str, pointer: FieldPath) -> None:
        super().__init__(what)
        self.what = what
        self.pointer = pointer


def is_crd(document: Json) -> bool:
    """Whether the document calls itself a CustomResourceDefinition, of whatever API version."""
    return text_at(document, "kind") == "CustomResourceDefinition"


def schemas_of_crd(document: JsonObject) -> Iterator[KindSchema]:
    """The schemas of each version, served or not. Raises BrokenCrd."""
    if text_at(document, "apiVersion") != _API_VERSION:
        raise BrokenCrd(f"a CustomResourceDefinition has apiVersion {_API_VERSION}", ("apiVersion",))
    group = _text(document, ("spec", "group"))
    kind = _text(document, ("spec", "names", "kind"))
    scope = _text(document, ("spec", "scope"))
    if scope not in ("Namespaced", "Cluster"):
        raise BrokenCrd(f"scope is {scope!r}, not Namespaced or Cluster", ("spec", "scope"))
    versions = list_at(document, "spec", "versions")
    if not versions:
        raise BrokenCrd("it defines no version", ("spec", "versions"))
    for index, version in enumerate(versions):
        name = _text(document, ("spec", "versions", index, "name"))
        schema = object_at(version, "schema", "openAPIV3Schema")
        if not schema:
            where: FieldPath = ("spec", "versions", index)
            raise BrokenCrd(f"version {name} has no schema.openAPIV3Schema", where)
        structural = without_prose(schema)
        own_status = "status" in object_at(version, "subresources")
        yield KindSchema(
            group=group,
            version=name,
            kind=kind,
            namespaced=scope == "Namespaced",
            served=object_at(version).get("served") is True,
            storage=object_at(version).get("storage") is True,
            structural=share(structural),
            strict=share(strict_resource(structural, f"{group}/{name}", kind, own_status=own_status)),
        )


def _text(document: JsonObject, pointer: FieldPath) -> str:
    text = text_at(document, *pointer)
    if not text:
        raise BrokenCrd(f"{'.'.join(str(step) for step in pointer)} is missing or no string", pointer)
    return text
