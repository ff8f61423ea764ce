"""rollout.yaml text -> Rollout, with every mistake of it in one run."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from gateshift.documents import Document, Limits, Span, UnreadableYaml, parse_all
from gateshift.documents.data import text_at
from gateshift.model.finding import Finding
from gateshift.model.place import Place
from gateshift.model.rollout import Rollout
from gateshift.spec.build import build
from gateshift.spec.draft import Draft
from gateshift.spec.faults import Fault, Faults, Mistake, SpecError
from gateshift.spec.form import ROLLOUT
from gateshift.spec.sense.delivery import check_delivery
from gateshift.spec.sense.kept import check_kept
from gateshift.spec.sense.manifest import Manifest, Unreadable, check_manifest, read_manifest
from gateshift.spec.sense.names import check_deployments, check_names
from gateshift.spec.sense.routes import check_route
from gateshift.spec.sense.stages import check_stages
from gateshift.spec.sense.warnings import warnings_of
from gateshift.spec.sense.workloads import check_workloads
from gateshift.spec.shown import dotted
from gateshift.spec.structure import check_structure
from gateshift.spec.surprises import check_surprises

MOST_BYTES = 1 << 20
_LIMITS = Limits(size=MOST_BYTES, values=200_000)

_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")

ReadFile = Callable[[str], str | None]
"""The text of a file named relative to rollout.yaml; None where there is none."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A rollout, and what is doubtful in its file."""

    rollout: Rollout
    warnings: tuple[Finding, ...] = ()


def read_rollout(text: str, file: Path, read_file: ReadFile) -> Rollout:
    """The rollout that the text declares. Raises SpecError with every mistake in it."""
    return parse_rollout(text, file, read_file).rollout


def parse_rollout(text: str, file: Path, read_file: ReadFile) -> Parsed:
    """The rollout that the text declares, and warnings. Raises SpecError with every mistake in it."""
    document = _only_document(text, file)
    faults = Faults()
    for duplicate in document.duplicates:
        at = duplicate.pointer
        faults.add(
            at,
            f"{dotted(at)}: the key stands twice, first in line {duplicate.first.line}",
            "remove one of them",
            key=True,
        )
    check_surprises(document, faults)
    draft = Draft(check_structure(document.data, ROLLOUT, faults, document.plain))
    for check in (check_names, check_route, check_kept, check_workloads, check_stages, check_delivery):
        check(draft, faults)
    manifests, in_manifests = _manifests(draft, file, read_file, faults)
    check_deployments(draft, {name: manifest.deployment for name, manifest in manifests.items()}, faults)
    mistakes = [*(_mistake(document, file, fault) for fault in faults), *in_manifests]
    if mistakes:
        raise SpecError(file, tuple(mistakes), faults.more)
    return Parsed(build(draft, document, file, manifests), tuple(warnings_of(draft, document, file)))


def _only_document(text: str, file: Path) -> Document:
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise _refused(
            file, f"U+{ord(text[error.start]):04X} is no character", text.count("\n", 0, error.start) + 1
        ) from error
    if size > MOST_BYTES:
        raise _refused(file, f"more than {MOST_BYTES:,} bytes; a rollout.yaml is for people and never so long")
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
            way_out="YAML is indented by spaces; there is a tab in this line" if tab else "",
        ) from error
    if not documents or (len(documents) == 1 and documents[0].data is None):
        raise _refused(
            file, "the file is empty", way_out="write one with `gateshift init NAME --image v1=... --image v2=...`"
        )
    if len(documents) > 1:
        span = documents[1].span() or Span(0, 0, 1, 1, 1, 1)
        raise _refused(
            file,
            f"{len(documents)} YAML documents; a rollout.yaml is one",
            span.line,
            span.column,
            text,
            way_out="give each service's rollout a folder and a rollout.yaml of its own",
        )
    return documents[0]


def _refused(file: Path, what: str, line: int = 1, column: int = 1, text: str = "", *, way_out: str = "") -> SpecError:
    return SpecError(file, (Mistake(Place(file, line, column), what, way_out, line_of(text, line)),))


def line_of(text: str, number: int) -> str:
    """The line of that number, counted as YAML counts them; "" beyond the end."""
    lines = _lines(text)
    return lines[number - 1] if 0 < number <= len(lines) else ""


@lru_cache(maxsize=4)
def _lines(text: str) -> tuple[str, ...]:
    return tuple(_BREAK.split(text))


def _mistake(document: Document, file: Path, fault: Fault) -> Mistake:
    _, span = document.nearest(fault.pointer, key=fault.key)
    place = Place(file, span.line, span.column, span.end_line, span.end_column)
    return Mistake(place, fault.message, fault.way_out, line_of(document.text, span.line))


def _manifests(
    draft: Draft, file: Path, read_file: ReadFile, faults: Faults
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
        except SpecError as error:
            mistakes.extend(error.mistakes)
            continue
        if text is None:
            at = ("versions", version, "manifest")
            faults.add(at, f"{dotted(at)}: there is no file `{path}` beside {file.name}")
            continue
        manifest = read_manifest(path, text)
        mistakes.extend(_in_manifest(draft, version, manifest, file.parent / path, text))
        if isinstance(manifest, Manifest):
            manifests[version] = manifest
    return manifests, mistakes


def _in_manifest(
    draft: Draft, version: str, manifest: Manifest | Unreadable, file: Path, text: str
) -> Iterator[Mistake]:
    if isinstance(manifest, Unreadable):
        place = Place(file, manifest.line, manifest.column)
        yield Mistake(place, manifest.what, line=line_of(text, manifest.line))
        return
    for fault in check_manifest(draft, version, manifest):
        yield _mistake(manifest.document, file, fault)
