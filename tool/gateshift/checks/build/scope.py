"""What a kustomization can act upon: the objects below it, under the names and labels they have in their files and
under those they are built with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from gateshift.checks.subject import Subject
from gateshift.model.kustomization import FileRole, Kind, Kustomization, KustomizationTree, Refused
from gateshift.model.resource import objects_in
from gateshift.model.source import EmbeddedSource, SourceFile
from gateshift.yamldoc.data import JsonObject, list_at, object_at, text_at

_GENERATORS = {"configMapGenerator": "ConfigMap", "secretGenerator": "Secret"}
_HOLDERS = (FileRole.RESOURCE, FileRole.COMPONENT)


class Known(Struct, frozen=True):
    """An object that a kustomization can act upon, as a file has it or as it was built."""

    api_version: str
    kind: str
    namespace: str
    name: str
    data: JsonObject

    @property
    def group(self) -> str:
        """The API group."""
        return self.api_version.rpartition("/")[0]

    @property
    def version(self) -> str:
        """The API version without its group."""
        return self.api_version.rpartition("/")[2]


class KustomizationScope(Struct, frozen=True):
    """The objects below a kustomization. `complete` is False where it has others that no file shows: those of a
    generator, a chart or a remote base."""

    objects: tuple[Known, ...]
    complete: bool


def scope_of(subject: Subject, tree: KustomizationTree, node: Kustomization) -> KustomizationScope:
    """What the kustomization can act upon. A component acts upon everything of the kustomization that includes it, so
    all objects of the tree count for it."""
    nodes = [(part, "", "") for part in tree.kustomizations] if node.kind is Kind.COMPONENT else list(_below(node))
    objects: list[Known] = []
    complete = True
    files: set[Path] = set()
    for part, prefix, suffix in nodes:
        files.add(part.file.path)
        complete = complete and not (part.data.keys() & {"helmCharts", "helmChartInflationGenerator", "generators"})
        objects += _generated(part)
        for reference in part.references:
            if reference.role not in _HOLDERS:
                continue
            if isinstance(reference.target, Refused):
                complete = False
            elif isinstance(reference.target, SourceFile) and not isinstance(reference.target, EmbeddedSource):
                files.add(reference.target.path)
                written = list(_in_file(reference.target))
                objects += written
                if prefix or suffix:
                    objects += [replace(known, name=f"{prefix}{known.name}{suffix}") for known in written]
    origins = files | {path for path, file in tree.files.items() if file.path in files}
    objects += [
        Known(resource.api_version, resource.kind, resource.id.namespace, resource.id.name, resource.data)
        for resource in subject.build.resources
        if resource.origin.file in origins or resource.origin.generated_by in origins
    ]
    return KustomizationScope(tuple(objects), complete)


def _below(node: Kustomization) -> Iterator[tuple[Kustomization, str, str]]:
    """The kustomizations that it builds on, each with the prefix and the suffix that names from it have got here."""
    waiting, seen = [(node, "", "")], {id(node)}
    while waiting:
        node, prefix, suffix = waiting.pop()
        yield node, prefix, suffix
        for reference in node.references:
            child = reference.target
            if isinstance(child, Kustomization) and id(child) not in seen:
                seen.add(id(child))
                renamed = text_at(child.data, "namePrefix"), text_at(child.data, "nameSuffix")
                waiting.append((child, prefix + renamed[0], renamed[1] + suffix))


def _in_file(file: SourceFile) -> Iterator[Known]:
    for document in file.documents:
        for _, data in objects_in(document.data):
            metadata = object_at(data, "metadata")
            yield Known(
                text_at(data, "apiVersion"),
                text_at(data, "kind"),
                text_at(metadata, "namespace"),
                text_at(metadata, "name"),
                data,
            )


def _generated(node: Kustomization) -> Iterator[Known]:
    for field, kind in _GENERATORS.items():
        for entry in list_at(node.data, field):
            yield Known("v1", kind, text_at(entry, "namespace"), text_at(entry, "name"), {})
