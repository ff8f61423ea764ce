"""A Kubernetes object as it was built, and where it came from.

The Kubernetes objects in a YAML document: one, or the items of a list.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from gateshift.model.place import Place
from gateshift.model.unknown_values import ENCRYPTED, encrypted_values, without_encryption
from gateshift.yamldoc.data import FieldPath, Json, JsonObject, text_at


class ResourceId(Struct, frozen=True, order=True):
    """Identity in a cluster: API group, kind, namespace and name; the version is not part of it.

    `namespace` is "" where the manifest names none (a cluster-scoped object, or one whose namespace
    the sync engine decides).
    """

    group: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        """`HTTPRoute default/customers`, without the namespace where there is none."""
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"


class Transformer(Struct, frozen=True):
    """One configuration that an object passed through on its way, whether or not it changed anything.

    `file` is the kustomization (or transformer configuration) that holds it; `kind` is Kustomize's own name
    of it, such as PatchTransformer or ImageTagTransformer. `name` is that of a configuration that is an object of its
    own, and "" for the fields of a kustomization.
    """

    file: Path
    kind: str
    name: str = ""


class Origin(Struct, frozen=True):
    """The document an object was read from, and the transformers it passed, innermost first.

    `generated_by` is the kustomization file of a generator, for objects that stand in no file.
    `document` counts the YAML documents of `file` from 0.
    """

    file: Path
    document: int = 0
    generated_by: Path | None = None
    transformers: tuple[Transformer, ...] = ()


class Resource(Struct, frozen=True, eq=False):
    """One object of a build: its data without any annotation that the build added to trace it, and without the metadata
    of its encryption, if it is `encrypted`.

    `unknown` are the places of the values that the files do not tell: any value may stand there in the cluster. `text`
    is the object as Kustomize printed it, kept only where more is to be done with it.
    """

    api_version: str
    id: ResourceId
    data: JsonObject
    origin: Origin
    unknown: frozenset[FieldPath] = frozenset()
    encrypted: bool = False
    text: str = ""

    @staticmethod
    def of(
        data: JsonObject,
        origin: Origin,
        unknown: frozenset[FieldPath] = frozenset(),
        *,
        encrypted: bool = False,
    ) -> Resource:
        """The resource that an object's data describes; what is absent or no string is "" in its identity."""
        api_version, kind = text_at(data, "apiVersion"), text_at(data, "kind")
        metadata = data.get("metadata")
        namespace, name = _scalar_text(metadata, "namespace"), _scalar_text(metadata, "name")
        group = api_version.rpartition("/")[0]
        identity = ResourceId(group, kind, namespace, name)
        return Resource(api_version, identity, data, origin, unknown, encrypted)

    @staticmethod
    def read(data: JsonObject, origin: Origin, text: str, unknown: frozenset[FieldPath] = frozenset()) -> Resource:
        """The resource of an object that was read from a text; what that holds encrypted is not known."""
        if ENCRYPTED not in text:
            return Resource.of(data, origin, unknown)
        plain = without_encryption(data)
        places = frozenset(encrypted_values(plain))
        return Resource.of(plain, origin, unknown | places, encrypted=plain is not data or bool(places))

    def is_known(self, pointer: FieldPath) -> bool:
        """Whether the files tell the value at the pointer, and all values above it."""
        return not self.unknown or not any(pointer[: len(at)] == at for at in self.unknown)

    def is_wholly_known(self, pointer: FieldPath) -> bool:
        """Whether the files tell the value at the pointer with all that is below it."""
        return self.is_known(pointer) and not any(at[: len(pointer)] == pointer for at in self.unknown)

    @property
    def kind(self) -> str:
        """The kind, such as HTTPRoute."""
        return self.id.kind

    @property
    def version(self) -> str:
        """The API version without its group: `v1` of `gateway.networking.k8s.io/v1`."""
        return self.api_version.rpartition("/")[2]


class Build(Struct, frozen=True, eq=False):
    """What Kustomize built from one root: the folder (or the plain YAML file), its objects in output order,
    and the text of Kustomize's own warnings."""

    root: Path
    resources: tuple[Resource, ...]
    warnings: tuple[str, ...] = ()


class Unbuilt(Struct, frozen=True, eq=False):
    """A root that Kustomize refused: its message made readable, the place it speaks of, and all that it said."""

    root: Path
    message: str
    place: Place
    said: str


def _scalar_text(data: Json, key: str) -> str:
    value = data.get(key) if isinstance(data, dict) else None
    return value if isinstance(value, str) else "" if value is None else str(value)


_DEEPEST_LIST = 20


def objects_in(data: Json, pointer: FieldPath = ()) -> Iterator[tuple[FieldPath, JsonObject]]:
    """Each object of a document with its pointer: `kind: SomethingList` with `items` stands for its items, as
    Kustomize's resource factory (inlineAnyEmbeddedLists) and kubectl take it."""
    if not isinstance(data, dict):
        return
    if text_at(data, "kind").endswith("List") and "items" in data and len(pointer) < _DEEPEST_LIST:
        items = data["items"]
        for index, item in enumerate(items if isinstance(items, list) else ()):
            yield from objects_in(item, (*pointer, "items", index))
    elif data:
        yield pointer, data
