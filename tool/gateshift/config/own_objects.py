"""The owner's own objects that gateshift.yaml names: found through the reader, and checked as far as it takes to build
them with the rest."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator

from msgspec import Struct

from gateshift.config.describe import dotted
from gateshift.config.draft import Draft
from gateshift.config.spec_errors import SpecErrors
from gateshift.errors import UserError
from gateshift.model.rollout import OwnFile
from gateshift.yamldoc import UnreadableYaml, load_all
from gateshift.yamldoc.data import FieldPath, list_at, look_up

KUSTOMIZATIONS = frozenset({"kustomization.yaml", "kustomization.yml", "Kustomization"})
_ENDINGS = (".yaml", ".yml", ".json")

ReadFile = Callable[[str], str | None]
"""The text of a file named relative to gateshift.yaml; None where there is none."""
ListFolder = Callable[[str], tuple[str, ...] | None]
"""The files below a directory named relative to gateshift.yaml, each relative to that too; None where there is none."""


class OwnObjects(Struct, frozen=True):
    """The files by the path of the list that names them."""

    lists: dict[FieldPath, tuple[OwnFile, ...]]

    def at(self, *pointer: str | int) -> tuple[OwnFile, ...]:
        """What the list `objects` of that part names."""
        return self.lists.get((*pointer, "objects"), ())


def read_objects(draft: Draft, read_file: ReadFile, list_folder: ListFolder, faults: SpecErrors) -> OwnObjects:
    """Every file that a list of objects names. What is missing, is no object, or cannot be told apart is a fault."""
    lists: dict[FieldPath, tuple[OwnFile, ...]] = {}
    for at in _lists(draft):
        files: list[OwnFile] = []
        for index, path in enumerate(list_at(draft.data, *at)):
            if isinstance(path, str):
                files += _files(path, (*at, index), read_file, list_folder, faults)
        _told_apart(files, at, faults)
        _one_way_of_namespaces(draft, files, at, faults)
        lists[at] = tuple(files)
    return OwnObjects(lists)


def _lists(draft: Draft) -> Iterator[FieldPath]:
    yield ("objects",)
    for version in draft.versions:
        yield ("versions", version, "objects")
    for index, _ in draft.stages():
        yield ("stages", index, "objects")


def _files(
    path: str, at: FieldPath, read_file: ReadFile, list_folder: ListFolder, faults: SpecErrors
) -> Iterator[OwnFile]:
    path = posixpath.normpath(path)
    below = list_folder(path)
    if below is None:
        yield from _file(path, at, read_file, faults)
    elif any(posixpath.dirname(file) == path and posixpath.basename(file) in KUSTOMIZATIONS for file in below):
        yield OwnFile(path, None)
    else:
        files = [file for file in below if file.endswith(_ENDINGS)]
        if not files:
            faults.add(at, f"{dotted(at)}: there is no YAML file in `{path}`")
        for file in files:
            yield from _file(file, at, read_file, faults)


def _file(path: str, at: FieldPath, read_file: ReadFile, faults: SpecErrors) -> Iterator[OwnFile]:
    try:
        text = read_file(path)
        documents = [] if text is None else [document for document in load_all(text) if document is not None]
    except (UserError, UnreadableYaml) as error:
        faults.add(at, f"{dotted(at)}: `{path}` cannot be read: {error.what}")
        return
    if text is None:
        faults.add(at, f"{dotted(at)}: `{path}` does not exist next to gateshift.yaml")
    elif not documents or not all(look_up(document, ("kind",)) for document in documents):
        faults.add(at, f"{dotted(at)}: `{path}` holds something that is not a Kubernetes object")
    else:
        yield OwnFile(path, text)


def _told_apart(files: list[OwnFile], at: FieldPath, faults: SpecErrors) -> None:
    first: dict[str, str] = {}
    for file in files:
        name = copied_name(file.path)
        if file.text is not None and first.setdefault(name, file.path) != file.path:
            faults.add(at, f"{dotted(at)}: `{file.path}` and `{first[name]}` would both be copied to `{name}`")


def copied_name(path: str) -> str:
    """The name of the copy of a file."""
    return posixpath.normpath(path).replace("/", "-")


def _one_way_of_namespaces(draft: Draft, files: list[OwnFile], at: FieldPath, faults: SpecErrors) -> None:
    """Kustomize sets the namespace of all objects of a directory or of none."""
    bare = next((file.path for file in files if None in namespaces_of(file)), "")
    other = next((file.path for file in files if namespaces_of(file) - {None, draft.namespace}), "")
    if bare and other:
        faults.add(
            at,
            f"{dotted(at)}: `{other}` names a namespace that is not the service's, and `{bare}` names none, so that "
            "Kustomize would move both",
            f"write the namespace into `{bare}`",
        )


def namespaces_of(file: OwnFile) -> set[str | None]:
    """The namespaces that the file's objects name; None for an object without one."""
    names = (look_up(document, ("metadata", "namespace")) for document in load_all(file.text or "") if document)
    return {name if isinstance(name, str) else None for name in names}
