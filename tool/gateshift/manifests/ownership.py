"""What generating would do to each file, from the texts that should be there and those that are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gateshift.manifests.carry import carry_over
from gateshift.manifests.seal import read_seal
from gateshift.model.generated import FileState, Standing


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
