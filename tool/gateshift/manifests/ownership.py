"""What generating would do to each file, from the texts that should be there and those that are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from gateshift.manifests.carry import carry_over
from gateshift.manifests.seal import read_seal


class Standing(Enum):
    """How a file stands to what the rollout asks for."""

    FRESH = "fresh"
    STALE = "stale"
    EDITED = "edited"
    MISSING = "missing"
    LEFT_OVER = "left over"
    STRANGER = "not gateshift's"

    @property
    def in_the_way(self) -> bool:
        """Whether writing or deleting the file would destroy what someone wrote."""
        return self in (Standing.EDITED, Standing.STRANGER)


@dataclass(frozen=True, slots=True)
class FileState:
    """One file: its path relative to the rollout's folder, how it stands, the text that is there and the one that
    should be (None where there is, or should be, no file). `owner` is the rollout that a header names, or ""."""

    path: str
    standing: Standing
    found: str | None
    expected: str | None
    owner: str = ""


def compare(name: str, expected: Mapping[str, str], found: Mapping[str, str]) -> tuple[FileState, ...]:
    """Every file that is expected, and every other file found that carries this rollout's header, by path."""
    return tuple(sorted(_states(name, expected, found), key=lambda state: state.path))


def _states(name: str, expected: Mapping[str, str], found: Mapping[str, str]) -> Iterator[FileState]:
    for path, wanted in expected.items():
        there = found.get(path)
        yield FileState(path, Standing.MISSING, None, wanted) if there is None else _state(name, path, wanted, there)
    for path in found.keys() - expected.keys():
        seal = read_seal(found[path])
        if seal is not None and seal.name == name:
            standing = Standing.LEFT_OVER if seal.intact else Standing.EDITED
            yield FileState(path, standing, found[path], None, name)


def _state(name: str, path: str, wanted: str, there: str) -> FileState:
    wanted = carry_over(wanted, there)
    seal = read_seal(there)
    owner = seal.name if seal else ""
    if there == wanted:
        standing = Standing.FRESH
    elif seal is None or seal.name != name:
        standing = Standing.STRANGER
    else:
        standing = Standing.STALE if seal.intact else Standing.EDITED
    return FileState(path, standing, there, wanted, owner)
