"""What is wrong with a gateshift.yaml: every fault with its place, gathered in one run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from gateshift.errors import UserError
from gateshift.model.place import Place
from gateshift.yamldoc.data import FieldPath

MOST_FAULTS = 100
"""So many faults are reported of one file; a file with more is not a gateshift.yaml, and nobody reads more anyway."""
_WIDEST = 160


class SpecError(Struct, frozen=True):
    """One mistake: the value at `pointer`, or with `key` the key that names it. `hint` is what to write instead."""

    pointer: FieldPath
    message: str
    hint: str = ""
    key: bool = False


class SpecErrors(Struct):
    """Gathers faults: the first at each spot counts, and beyond MOST_FAULTS they are only counted."""

    faults: dict[tuple[FieldPath, bool], SpecError] = field(default_factory=dict)
    more: int = 0

    @property
    def full(self) -> bool:
        """Whether another fault would only be counted."""
        return len(self.faults) >= MOST_FAULTS

    def add(self, pointer: FieldPath, message: str, hint: str = "", *, key: bool = False) -> None:
        """Report a mistake, unless the same spot already has one."""
        if (pointer, key) in self.faults:
            return
        if self.full:
            self.more += 1
            return
        self.faults[pointer, key] = SpecError(pointer, message, hint, key)

    def __iter__(self) -> Iterator[SpecError]:
        return iter(self.faults.values())


class Mistake(Struct, frozen=True):
    """A fault at its place, with the source line it stands on ("" where there is none)."""

    place: Place
    message: str
    hint: str = ""
    line: str = ""

    def __str__(self) -> str:
        """`file:line:column: message`, the source line with a caret, and the way out."""
        parts = [f"{self.place}: {self.message}"]
        if self.line.strip() and self.place.column <= _WIDEST:
            number = str(self.place.line)
            shown = self.line[:_WIDEST].replace("\t", " ")
            parts += [
                f"  {number} | {shown}",
                f"  {' ' * len(number)} | {' ' * (self.place.column - 1)}{self._caret()}",
            ]
        if self.hint:
            parts.append(f"  {self.hint}")
        return "\n".join(parts)

    def _caret(self) -> str:
        same_line = self.place.end_line == self.place.line
        width = self.place.end_column - self.place.column if same_line else 1
        return "^" * max(1, min(width, _WIDEST - self.place.column))


class ConfigError(UserError):
    """A gateshift.yaml that cannot be read, with every mistake in it, in the order of their places."""

    def __init__(self, file: Path, mistakes: tuple[Mistake, ...], more: int = 0) -> None:
        total = len(mistakes) + more
        super().__init__(f"{file}: {total} mistake{'s' if total != 1 else ''}")
        self.file = file
        self.mistakes = tuple(sorted(mistakes, key=lambda mistake: mistake.place))
        self.more = more

    def seen_from(self, folder: Path) -> ConfigError:
        """The same with the files in the folder named relative to it, as people who work there read them."""
        mistakes = (replace(mistake, place=_seen_from(folder, mistake.place)) for mistake in self.mistakes)
        return ConfigError(_relative(folder, self.file), tuple(mistakes), self.more)

    def __str__(self) -> str:
        """The number of mistakes, then each of them."""
        rest = (f"... and {self.more} more",) if self.more else ()
        return "\n".join((self.what, *map(str, self.mistakes), *rest))


def _seen_from(folder: Path, place: Place) -> Place:
    return replace(place, file=_relative(folder, place.file))


def _relative(folder: Path, file: Path) -> Path:
    return file.relative_to(folder) if file.is_relative_to(folder) else file
