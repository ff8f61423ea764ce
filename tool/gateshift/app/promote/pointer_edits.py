"""The scalars that move a rollout's pointers, and the locks under which they are written."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from msgspec import Struct

from gateshift.engines.edit import move_to, replace_value
from gateshift.errors import UserError
from gateshift.model.rollout import Environment, Stage
from gateshift.model.sync_pointer import EditableScalar, RolloutPointers, StagePointer
from gateshift.system.owned_files import locked
from gateshift.system.source_files import real_path
from gateshift.yamldoc import bytes_like, parse_all, text_of


class Edit(Struct, frozen=True):
    """One scalar of one document and the value it gets; `path` is the path that the pointer then names."""

    file: Path
    document: int
    scalar: EditableScalar
    value: str

    @property
    def path(self) -> str:
        """The whole path that the pointer names after the edit."""
        return self.scalar.before + self.value + self.scalar.after

    @property
    def line(self) -> int:
        """The line of the scalar, from 1."""
        span = parse_all(text_of(self.file.read_bytes()))[self.document].span(self.scalar.at)
        return span.line if span else 1


def edit_to(pointing: RolloutPointers, stage_pointer: StagePointer, environment: Environment, stage: Stage) -> Edit:
    """The edit that makes the pointer name the stage. Raises UserError where no one scalar does."""
    scalar, value = move_to(stage_pointer.pointer, pointing.folder(stage, environment))
    file = pointing.repository / scalar.file if scalar.file else stage_pointer.pointer.file
    return Edit(file, 0 if scalar.file else stage_pointer.pointer.document, scalar, value)


def edited(old: Mapping[Path, bytes], edits: Iterable[Edit]) -> dict[Path, bytes]:
    """The files' contents with the edits made, by real path. Raises UserError where one would change anything else."""
    new = dict(old)
    for edit in edits:
        file = real_path(edit.file)
        raw = new[file]
        try:
            new[file] = bytes_like(raw, replace_value(text_of(raw), edit.document, edit.scalar.at, edit.value))
        except UserError as error:
            raise UserError(error.what, where=str(edit.file), next_step=error.next_step) from error
    return new


@contextlib.contextmanager
def locked_rollout(pointing: RolloutPointers) -> Iterator[None]:
    """Hold the rollout's folder and the repository against other runs. Raises UserError where one is writing."""
    with contextlib.ExitStack() as stack:
        for folder in dict.fromkeys((real_path(pointing.rollout.file.parent), pointing.repository)):
            stack.enter_context(locked(folder))
        yield
