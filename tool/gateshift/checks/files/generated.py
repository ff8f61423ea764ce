"""GS7xx: generated files that are not what gateshift.yaml asks for. Pure: the texts were read before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec import Struct

from gateshift.model.finding import Finding, Level
from gateshift.model.place import Place
from gateshift.model.release import FileState, FileStatus
from gateshift.model.rule import check

_HINT = "Run `gateshift generate`."
_FORCE = "Move the change into gateshift.yaml, or give it up with `gateshift generate --force`."


class Files(Struct, frozen=True):
    """The states of a rollout's files; their paths are relative to `top`, the directory of gateshift.yaml."""

    top: Path
    states: tuple[FileState, ...]


@check("GS701", source="product contract, generate --check")
def generated_file_stale(files: Files) -> Iterator[Finding]:
    """A generated file is older than gateshift.yaml.

    A pointer would deliver a stage that the rollout no longer describes, so a review of gateshift.yaml says nothing
    about what reaches the cluster.
    """
    yield from _findings(files, FileStatus.STALE, lambda _: "its content is not what gateshift.yaml asks for", _HINT)


@check("GS702", source="product contract, generate")
def generated_file_edited(files: Files) -> Iterator[Finding]:
    """A generated file was edited by hand.

    The next run of generate would take the edit back; until then the stage differs from the one that gateshift.yaml,
    its plan and its reviewers know.
    """

    def message(state: FileState) -> str:
        return "edited by hand" if state.expected is not None else "edited by hand, and no stage asks for it any longer"

    yield from _findings(files, FileStatus.EDITED, message, _FORCE)


@check("GS703", source="product contract, generate --check")
def generated_file_missing(files: Files) -> Iterator[Finding]:
    """A file that gateshift.yaml asks for does not exist.

    A stage without one of its files does not build, or builds without its route or its Service.
    """
    yield from _findings(
        files, FileStatus.MISSING, lambda _: "the file does not exist, and gateshift.yaml asks for it", _HINT
    )


@check("GS704", source="product contract, generate")
def generated_file_left_over(files: Files) -> Iterator[Finding]:
    """A generated file remains that gateshift.yaml no longer asks for.

    A pointer can still name the stage it belongs to, and nobody keeps that stage up to date.
    """
    yield from _findings(files, FileStatus.LEFT_OVER, lambda _: "gateshift.yaml no longer asks for this file", _HINT)


@check("GS705", source="product contract, generate")
def strange_file_in_the_way(files: Files) -> Iterator[Finding]:
    """A file that gateshift did not write stands where a generated one belongs.

    The stage is built from it, whatever it says; generate neither overwrites nor deletes it.
    """

    def message(state: FileState) -> str:
        writer = f"it was generated for the rollout {state.owner}" if state.owner else "gateshift did not write it"
        return f"a generated file belongs here, and {writer}"

    yield from _findings(
        files, FileStatus.STRANGER, message, "Move it away, or give gateshift.yaml a directory of its own."
    )


@check("GS706", source="product contract, plain manifests of a version that ran before")
def copy_differs_from_original(files: Files) -> Iterator[Finding]:
    """A copy of a manifest that ran before the rollout differs from its original.

    Every stage is built from the copy, so a change of the original alone reaches nothing once a pointer names a stage.
    """
    for state in files.states:
        if _differing_copy(state):
            edited = state.status is FileStatus.EDITED
            why = "the copy was edited" if edited else "the original changed since it was copied"
            message = f"{state.path} differs from {state.original}, of which it is a copy: {why}"
            hint = f"Make the change in {state.original}, then run `gateshift generate --force`." if edited else _HINT
            yield Finding(Level.ERROR, message, Place(files.top / state.path, _first_difference(state)), help=hint)


def _differing_copy(state: FileState) -> bool:
    return bool(state.original) and state.status in (FileStatus.STALE, FileStatus.EDITED)


def _findings(files: Files, status: FileStatus, message: Callable[[FileState], str], hint: str) -> Iterator[Finding]:
    for state in files.states:
        if state.status is status and not _differing_copy(state):
            place = Place(files.top / state.path, _first_difference(state))
            yield Finding(Level.ERROR, f"{state.path}: {message(state)}", place, help=hint)


def _first_difference(state: FileState) -> int:
    """The first line, from 1, whose text differs, the header apart; 1 where one of the texts does not exist."""
    if state.found is None or state.expected is None:
        return 1
    lines, expected_lines = state.found.split("\n"), state.expected.split("\n")
    for number, (there, wanted) in enumerate(zip(lines, expected_lines, strict=False), start=1):
        if (number > 1 or state.original) and there != wanted:
            return number
    return 1 if len(lines) == len(expected_lines) else min(len(lines), len(expected_lines))
