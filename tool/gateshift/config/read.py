"""gateshift.yaml, as a text or from the disk -> Rollout, with every mistake in it in one run."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import islice
from pathlib import Path

from msgspec import Struct

from gateshift.config.build import build
from gateshift.config.describe import dotted
from gateshift.config.draft import Draft
from gateshift.config.own_objects import ListFolder, ReadFile, read_objects
from gateshift.config.schema import ROLLOUT
from gateshift.config.schema.schema_types import SchemaType
from gateshift.config.semantics.delivery import check_delivery
from gateshift.config.semantics.environments import check_environments
from gateshift.config.semantics.kept import check_kept
from gateshift.config.semantics.live import check_live
from gateshift.config.semantics.manifest import Manifest, Unreadable, check_manifest, read_manifest
from gateshift.config.semantics.measure import check_measure
from gateshift.config.semantics.names import check_deployments, check_names
from gateshift.config.semantics.routes import check_route
from gateshift.config.semantics.service import check_service
from gateshift.config.semantics.stages import check_stages
from gateshift.config.semantics.warnings import warnings_of
from gateshift.config.semantics.workloads import check_workloads
from gateshift.config.semantics.yaml_ambiguities import check_surprises
from gateshift.config.spec_errors import ConfigError, Mistake, SpecError, SpecErrors
from gateshift.config.structure import check_structure
from gateshift.errors import UserError
from gateshift.model.finding import Finding
from gateshift.model.place import Place
from gateshift.model.rollout import FILE_NAME, Rollout
from gateshift.system.repositories import repository_of
from gateshift.system.source_files import refuse_link_out
from gateshift.yamldoc import Document, ReadLimits, Span, UnreadableYaml, parse_all, text_of
from gateshift.yamldoc.data import FieldPath, Json, list_at, text_at

MOST_BYTES = 1 << 20
_MOST_COPIED = 16 << 20
_LIMITS = ReadLimits(size=MOST_BYTES, values=200_000)

_MOST_FILES = 1000
_BREAK = "\r\n|[\r\n\x85\u2028\u2029]"


class Parsed(Struct, frozen=True):
    """A rollout, and what is doubtful in its file."""

    rollout: Rollout
    warnings: tuple[Finding, ...] = ()


def read_rollout(text: str, file: Path, read_file: ReadFile) -> Rollout:
    """The rollout that the text declares. Raises ConfigError with every mistake in it."""
    return parse_rollout(text, file, read_file).rollout


def parse_rollout(text: str, file: Path, read_file: ReadFile, list_folder: ListFolder = lambda _: None) -> Parsed:
    """The rollout that the text declares, and warnings. Raises ConfigError with every mistake in it."""
    document = only_document(text, file)
    faults = SpecErrors()
    draft = Draft(structure_of(document, ROLLOUT, faults))
    checks = (
        check_names,
        check_service,
        check_route,
        check_kept,
        check_workloads,
        check_live,
        check_stages,
        check_environments,
        check_delivery,
        check_measure,
    )
    for check in checks:
        check(draft, faults)
    manifests, in_manifests = _manifests(draft, file, read_file, faults)
    texts = _live_texts(draft, file, read_file, faults)
    check_deployments(draft, {name: manifest.deployment for name, manifest in manifests.items()}, faults)
    objects = read_objects(draft, read_file, list_folder, faults)
    mistakes = [*(as_mistake(document, file, fault) for fault in faults), *in_manifests]
    if mistakes:
        raise ConfigError(file, tuple(mistakes), faults.more)
    return Parsed(build(draft, document, file, manifests, texts, objects), tuple(warnings_of(draft, document, file)))


def structure_of(document: Document, form: SchemaType, faults: SpecErrors) -> Json:
    """The document's data with None for every part that does not have the form, and a fault for each of those."""
    for duplicate in document.duplicates:
        at = duplicate.pointer
        faults.add(
            at,
            f"{dotted(at)}: the key stands twice, first in line {duplicate.first.line}",
            "remove one of them",
            key=True,
        )
    check_surprises(document, faults)
    return check_structure(document.data, form, faults, document.plain)


def only_document(text: str, file: Path) -> Document:
    """The document that a gateshift.yaml is. Raises ConfigError where it is none, or more than one."""
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise _refused(
            file, f"U+{ord(text[error.start]):04X} is not a character", text.count("\n", 0, error.start) + 1
        ) from error
    if size > MOST_BYTES:
        raise _refused(file, f"more than {MOST_BYTES:,} bytes; a gateshift.yaml is for people and never so long")
    try:
        documents = parse_all(text, yaml_1_2=True, limits=_LIMITS)
    except UnreadableYaml as error:
        tab = "\t" in line_of(text, error.line)
        raise _refused(
            file,
            f"not YAML: {error.what}",
            error.line,
            error.column,
            text,
            hint="YAML is indented by spaces; there is a tab in this line" if tab else "",
        ) from error
    if not documents or (len(documents) == 1 and documents[0].data is None):
        raise _refused(
            file, "the file is empty", hint="write one with `gateshift init NAME --image v1=... --image v2=...`"
        )
    if len(documents) > 1:
        span = documents[1].span() or Span(0, 0, 1, 1, 1, 1)
        raise _refused(
            file,
            f"{len(documents)} YAML documents; a gateshift.yaml is one",
            span.line,
            span.column,
            text,
            hint="give each service's rollout a directory and a gateshift.yaml of its own",
        )
    return documents[0]


def _refused(file: Path, what: str, line: int = 1, column: int = 1, text: str = "", *, hint: str = "") -> ConfigError:
    return ConfigError(file, (Mistake(Place(file, line, column), what, hint, line_of(text, line)),))


def line_of(text: str, number: int) -> str:
    """The line of that number, counted as YAML counts them; "" beyond the end."""
    lines = _lines(text)
    return lines[number - 1] if 0 < number <= len(lines) else ""


@lru_cache(maxsize=4)
def _lines(text: str) -> tuple[str, ...]:
    return tuple(re.split(_BREAK, text))


def as_mistake(document: Document, file: Path, fault: SpecError) -> Mistake:
    """The fault at its place in the file."""
    _, span = document.nearest(fault.pointer, key=fault.key)
    place = Place(file, span.line, span.column, span.end_line, span.end_column)
    return Mistake(place, fault.message, fault.hint, line_of(document.text, span.line))


def _manifests(
    draft: Draft, file: Path, read_file: ReadFile, faults: SpecErrors
) -> tuple[dict[str, Manifest], list[Mistake]]:
    """The owner's Deployments by version, and the mistakes in them."""
    manifests: dict[str, Manifest] = {}
    mistakes: list[Mistake] = []
    for version in draft.versions:
        path = text_at(draft.version(version), "manifest")
        if not path:
            continue
        try:
            text = read_file(path)
        except ConfigError as error:
            mistakes.extend(error.mistakes)
            continue
        if text is None:
            at = ("versions", version, "manifest")
            faults.add(at, f"{dotted(at)}: the file `{path}` does not exist next to {file.name}")
            continue
        manifest = read_manifest(path, text)
        mistakes.extend(_in_manifest(draft, version, manifest, file.parent / path, text))
        if isinstance(manifest, Manifest):
            manifests[version] = manifest
    return manifests, mistakes


def _live_texts(draft: Draft, file: Path, read_file: ReadFile, faults: SpecErrors) -> dict[str, str]:
    """The texts of the plain manifests that ran before, by path."""
    places: list[FieldPath] = [("live",), *(("environments", index, "live") for index, _ in draft.environments())]
    texts: dict[str, str] = {}
    for place in places:
        for index, path in enumerate(list_at(draft.data, *place, "files")):
            text = read_file(path) if isinstance(path, str) else None
            if isinstance(path, str) and text is not None:
                texts[path] = text
            elif isinstance(path, str):
                at = (*place, "files", index)
                faults.add(at, f"{dotted(at)}: the file `{path}` does not exist, seen from {file.name}'s directory")
    return texts


def _in_manifest(
    draft: Draft, version: str, manifest: Manifest | Unreadable, file: Path, text: str
) -> Iterator[Mistake]:
    if isinstance(manifest, Unreadable):
        place = Place(file, manifest.line, manifest.column)
        yield Mistake(place, manifest.what, line=line_of(text, manifest.line))
        return
    for fault in check_manifest(draft, version, manifest):
        yield as_mistake(manifest.document, file, fault)


def open_rollout(path: Path) -> Parsed:
    """The rollout of a gateshift.yaml, or of the folder that holds one. Raises UserError, such as ConfigError."""
    file = path / FILE_NAME if path.is_dir() else path
    refuse_link_out(file)
    try:
        return parse_rollout(text_of_file(file), file, file_reader(file.parent), folder_lister(file.parent))
    except ConfigError as error:
        raise error.seen_from(Path.cwd()) from error


def file_reader(folder: Path) -> Callable[[str], str | None]:
    """Reads the owner's files in the folder or below, and by a path that begins with `..` those of the repository;
    a file outside, also by a symbolic link, is not there."""

    def read(name: str) -> str | None:
        file = (folder / name).resolve()
        top = repository_of(folder) if name.startswith("../") else folder.resolve()
        if not file.is_relative_to(top) or not file.is_file():
            return None
        return _bytes_as_text(file) if name.startswith("../") else text_of_file(folder / name)

    return read


def _bytes_as_text(file: Path) -> str:
    """A file that is copied byte for byte; bytes that are not UTF-8 are kept as surrogates."""
    try:
        if file.stat().st_size > _MOST_COPIED:
            raise UserError(f"more than {_MOST_COPIED:,} bytes, so it is not copied", where=str(file))
        return file.read_bytes().decode("utf-8", "surrogateescape")
    except OSError as error:
        raise UserError(f"cannot read the file: {error.strerror}", where=str(file)) from error


def folder_lister(folder: Path) -> ListFolder:
    """Lists the owner's files in a directory of the folder; one outside, by `..` or a symbolic link, is not there."""

    def files(name: str) -> tuple[str, ...] | None:
        top = folder.resolve()
        within = (folder / name).resolve()
        if not within.is_relative_to(top) or not within.is_dir():
            return None
        names = (
            (Path(name) / Path(path).relative_to(within) / file).as_posix()
            for path, _, names in os.walk(within)
            for file in names
            if not file.startswith(".")
        )
        return tuple(sorted(islice(names, _MOST_FILES)))

    return files


def text_of_file(file: Path) -> str:
    """What the file says. Raises UserError where it cannot be read."""
    if file.exists() and not file.is_file():  # reading a pipe or a device may never end
        raise UserError("cannot read the file: it is not a regular file", where=str(file))
    try:
        with file.open("rb") as stream:
            raw = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise UserError(f"cannot read the file: {error.strerror}", where=str(file)) from error
    try:
        return text_of(raw, ReadLimits(size=MOST_BYTES))
    except UnreadableYaml as error:
        raise ConfigError(file, (Mistake(Place(file, error.line, error.column), error.what),)) from error
