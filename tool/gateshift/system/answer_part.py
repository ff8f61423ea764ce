"""The answers of one run in a file, for a run elsewhere that puts several of them together."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec
from msgspec import Struct

from gateshift.errors import UserError
from gateshift.system.answer_store import AnswerStore, digest
from gateshift.system.atomic_write import replace_file

_MAGIC = b"gateshift part 1\n"
_LARGEST = 2 << 30


class PartHead(Struct, frozen=True):
    """Which part of how many a file is, counted from 1, and what they are parts of, for whoever wrote them."""

    number: int
    count: int
    of: msgspec.Raw


class _Part(Struct, frozen=True):
    head: PartHead
    answers: dict[bytes, bytes]


class AnswerPart:
    """Answers by their names: those that were read or put, beside those of the store below, which may be none."""

    def __init__(self, below: AnswerStore | None, answers: dict[bytes, bytes] | None = None) -> None:
        self.below = below
        self._answers = answers or {}

    def get(self, key: bytes) -> bytes | None:
        """What is known under the key; it belongs to the part from now on."""
        known = self._answers.get(key)
        if known is None and self.below is not None:
            known = self.below.get(key)
            if known is not None:
                self._answers[key] = known
        return known

    def put(self, key: bytes, payload: bytes) -> None:
        """Keep the payload under the key, in the store below too."""
        self._answers[key] = payload
        if self.below is not None:
            self.below.put(key, payload)

    def write(self, file: Path, head: PartHead) -> None:
        """Write everything into a file, whole or not at all. Raises UserError."""
        content = msgspec.msgpack.encode(_Part(head, self._answers))
        try:
            replace_file(file, _MAGIC + digest(content) + content)
        except OSError as error:
            raise UserError(f"cannot write {file}: {error.strerror}", next_step="Give --part another file.") from error


def read_parts(files: Iterable[Path]) -> tuple[AnswerPart, tuple[PartHead, ...]]:
    """The answers of all files together, which go into no store, and their heads. Raises UserError for a file that is
    no part, or that is damaged."""
    parts = [_read(file) for file in files]
    answers = {key: payload for part in parts for key, payload in part.answers.items()}
    return AnswerPart(None, answers), tuple(part.head for part in parts)


def _read(file: Path) -> _Part:
    try:
        if file.stat().st_size > _LARGEST:
            raise UserError("it is too large for a part", where=str(file))
        content = file.read_bytes()
    except OSError as error:
        raise UserError(f"it cannot be read: {error.strerror}", where=str(file)) from error
    start = len(_MAGIC) + len(digest())
    if content[:start] != _MAGIC + digest(content[start:]):
        raise UserError(
            "it is not a part that `gateshift validate --shard` wrote, or it is damaged",
            where=str(file),
            next_step="Run that shard again.",
        )
    try:
        return msgspec.msgpack.decode(content[start:], type=_Part)
    except msgspec.MsgspecError as error:
        raise UserError("it is a part of another release of gateshift", where=str(file)) from error
