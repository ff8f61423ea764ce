"""What one kustomization refers to, and what each text leads to: a file, a folder, YAML of its own, or a refusal.

The order is that of api/internal/target/kusttarget.go of Kustomize v5.8.

The strings of a kustomization's entries that name files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from gateshift.kustomize.tree.field_names import keys_of, member
from gateshift.kustomize.tree.remote import is_remote_file
from gateshift.kustomize.tree.targets import Follow, ReferenceTargets
from gateshift.model.kustomization import FileRole, Kustomization, Problem, Reference, Refused, Target
from gateshift.model.resource import objects_in
from gateshift.model.source import EmbeddedSource, SourceFile
from gateshift.system.source_files import Sources
from gateshift.yamldoc.data import FieldPath, Json, JsonObject, list_at, object_at, text_at

_FUNCTION_ANNOTATIONS = ("config.kubernetes.io/function", "config.k8s.io/function")
_FOLDER_LISTS = {"resources": FileRole.RESOURCE, "bases": FileRole.RESOURCE}
_FILE_LISTS = {"configurations": FileRole.CONFIGURATION, "crds": FileRole.CRD}
_CONFIGURED_LISTS = {
    "generators": FileRole.GENERATOR,
    "transformers": FileRole.TRANSFORMER,
    "validators": FileRole.VALIDATOR,
}
_PLAIN_FIELDS = frozenset({"apiVersion", "kind", "metadata", "resources"})


class References:
    """Reads the references of one kustomization; `follow` reads the kustomization in another folder."""

    def __init__(self, node: Kustomization, repository: Path, sources: Sources, follow: Follow) -> None:
        self.node = node
        self.targets = ReferenceTargets(node, repository, sources, follow)

    def read(self) -> Iterator[Reference]:
        """Every reference, in the order in which Kustomize comes to them."""
        for field, role in _FOLDER_LISTS.items():
            for at in self._texts(field):
                yield self._reference(role, at, self.targets.resource(at[1]))
        for field, role in _FILE_LISTS.items():
            for at in self._texts(field):
                yield self._file(role, at)
        for at in texts_at("path")(self.node.data.get("openapi"), self.node.pointer("openapi")):
            yield self._file(FileRole.OPENAPI, at)
        for field in ("configMapGenerator", "secretGenerator"):
            for at in self._each(field, data_paths):
                yield self._file(FileRole.DATA, at)
        yield from self._configured("generators")
        for at in self._texts("components"):
            yield self._reference(FileRole.COMPONENT, at, self.targets.component(at[1]))
        yield from self._patches()
        for at in self._each("replacements", texts_at("path")):
            yield self._file(FileRole.REPLACEMENT, at)
        yield from self._configured("transformers")
        yield from self._configured("validators")

    def _patches(self) -> Iterator[Reference]:
        for at in self._texts("patchesStrategicMerge"):
            yield self._file_or_inline(self.node.file, 0, FileRole.PATCH, at)
        for field in ("patches", "patchesJson6902"):
            for at in self._each(field, texts_at("path")):
                yield self._file(FileRole.PATCH, at)
            for at in self._each(field, texts_at("patch")):
                yield self._reference(FileRole.PATCH, at, EmbeddedSource(self.node.file, at[0]))

    def _configured(self, field: str) -> Iterator[Reference]:
        """Generators, transformers or validators: YAML in the string, or a file or folder of them; and what each
        of the configurations names in turn."""
        role = _CONFIGURED_LISTS[field]
        for at in self._texts(field):
            target = self._configuration_files(at)
            yield self._reference(role, at, target)
            for file in _files_of(target):
                for index in range(len(file.documents)):
                    for pointer, config in objects_in(file.data(index)):
                        yield from self._configuration(role, file, index, pointer, config)

    def _configuration_files(self, at: Text) -> Target:
        pointer, text = at
        if not is_remote_file(text) and _holds_object(inline := EmbeddedSource(self.node.file, pointer)):
            return inline
        target = self.targets.resource(text)
        if isinstance(target, Kustomization):
            for below in _all_below(target):
                if extra := sorted(below.data.keys() - _PLAIN_FIELDS):
                    return Refused(Problem.INDIRECT, ", ".join(extra))
        return target

    def _configuration(
        self, role: FileRole, file: SourceFile, document: int, at: FieldPath, config: JsonObject
    ) -> Iterator[Reference]:
        annotations = object_at(config, "metadata", "annotations")
        kind = text_at(config, "kind")
        function = next((name for name in _FUNCTION_ANNOTATIONS if name in annotations), None)
        if function or text_at(config, "apiVersion") != "builtin":
            where = (*at, "metadata", "annotations", function) if function else (*at, "kind")
            yield Reference(role, file, where, kind, Refused(Problem.PROGRAM, kind), document)
        elif kind == "HelmChartInflationGenerator":
            yield Reference(role, file, (*at, "kind"), kind, Refused(Problem.HELM, kind), document)
        else:
            yield from self._named_by_configuration(file, document, at, config)

    def _named_by_configuration(
        self, file: SourceFile, document: int, at: FieldPath, config: JsonObject
    ) -> Iterator[Reference]:
        kind = text_at(config, "kind")
        if kind in ("ConfigMapGenerator", "SecretGenerator"):
            for pointer, text in data_paths(config, at):
                yield Reference(FileRole.DATA, file, pointer, text, self.targets.file(text, FileRole.DATA), document)
        elif kind == "ReplacementTransformer":
            key, entries = member(config, "replacements")
            for index, entry in enumerate(entries if isinstance(entries, list) else ()):
                for pointer, text in texts_at("path")(entry, (*at, key, index)):
                    yield Reference(FileRole.REPLACEMENT, file, pointer, text, self.targets.file(text), document)
        else:
            for pointer, text in texts_at("path")(config, at):
                yield Reference(FileRole.PATCH, file, pointer, text, self.targets.file(text), document)
            for patch in texts_at("paths")(config, at):
                yield self._file_or_inline(file, document, FileRole.PATCH, patch)

    def _file_or_inline(self, file: SourceFile, document: int, role: FileRole, at: Text) -> Reference:
        """An entry of patchesStrategicMerge: a file where there is one, else a patch in itself."""
        pointer, text = at
        target = self.targets.file(text)
        if isinstance(target, Refused) and target.problem is Problem.MISSING:
            inline = EmbeddedSource(file, pointer, document)
            target = inline if isinstance(inline.data(), dict) else target
        return Reference(role, file, pointer, text, target, document)

    def _texts(self, field: str) -> Iterator[Text]:
        for index, text in enumerate(list_at(self.node.data, field)):
            if isinstance(text, str):
                yield self.node.pointer(field, index), text

    def _each(self, field: str, find: Callable[[Json, FieldPath], Iterator[Text]]) -> Iterator[Text]:
        for index, entry in enumerate(list_at(self.node.data, field)):
            yield from find(entry, self.node.pointer(field, index))

    def _reference(self, role: FileRole, at: Text, target: Target) -> Reference:
        return Reference(role, self.node.file, at[0], at[1], target)

    def _file(self, role: FileRole, at: Text) -> Reference:
        return self._reference(role, at, self.targets.file(at[1], role))


def _holds_object(file: SourceFile) -> bool:
    return any(text_at(document.data, "kind") for document in file.documents)


def _all_below(node: Kustomization) -> Iterator[Kustomization]:
    """The kustomization and all it leads to, each once."""
    waiting, seen = [node], {id(node)}
    while waiting:
        node = waiting.pop()
        yield node
        for reference in node.references:
            child = reference.target
            if isinstance(child, Kustomization) and id(child) not in seen:
                seen.add(id(child))
                waiting.append(child)


def _files_of(target: Target) -> Iterator[SourceFile]:
    """The files of configurations that a generator's or transformer's entry leads to."""
    if isinstance(target, SourceFile):
        yield target
    elif isinstance(target, Kustomization):
        for node in _all_below(target):
            for reference in node.references:
                if isinstance(reference.target, SourceFile):
                    yield reference.target


Text = tuple[FieldPath, str]
"""A string, and the pointer that leads to it."""


def texts_at(name: str) -> Callable[[Json, FieldPath], Iterator[Text]]:
    """Finds the strings of a field that holds one string or a list of them."""

    def find(entry: Json, at: FieldPath) -> Iterator[Text]:
        for key in keys_of(entry, name):
            value = entry[key] if isinstance(entry, dict) else None
            if isinstance(value, str) and value:
                yield (*at, key), value
            for index, item in enumerate(value if isinstance(value, list) else ()):
                if isinstance(item, str):
                    yield (*at, key, index), item

    return find


def data_paths(entry: Json, at: FieldPath) -> Iterator[Text]:
    """The files of a generator; those of `files` may be written as `key=path` (ParseFileSource)."""
    for pointer, text in texts_at("files")(entry, at):
        yield pointer, text.partition("=")[2] or text
    yield from texts_at("envs")(entry, at)
    yield from texts_at("env")(entry, at)
