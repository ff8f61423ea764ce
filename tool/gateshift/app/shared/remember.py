"""An answer that was finished before is given again where everything it depends on is as it was.

What a run is asked, on which files, with which programs and by which code names an entry of the store; the entry says
which contents the run saw, and is believed where these are still the same. Anything else is worked out anew.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from gateshift.app.shared.kept_values import decoded, encoded
from gateshift.errors import NoVerdict
from gateshift.model.lasting import Lasting
from gateshift.system.answer_store import AnswerStore, digest
from gateshift.system.cache import cache_root
from gateshift.system.folder_state import folder_state
from gateshift.system.observations import Observations, observing
from gateshift.system.own_state import own_state
from gateshift.system.repositories import is_work_tree, repository_of
from gateshift.tools.find import find
from gateshift.tools.program import program_state

T = TypeVar("T")

_FORMAT = b"1"
_OWN = ("answers", "tools", "versions.json")
"""What of the cache is not looked at: the store itself, and what says which programs there are."""


class RunQuestion(Struct, frozen=True):
    """What a run is asked: the command and its options, all that decides its answer; the paths that it is about; the
    programs that the user named, by name, for all that the run needs; and the day, in ISO 8601."""

    command: str
    options: tuple[str, ...]
    paths: tuple[Path, ...]
    programs: tuple[tuple[str, Path | None], ...]
    day: str


class _Entry(Struct, frozen=True):
    """What was answered, on which day if that matters, and what the run saw."""

    day: str
    observations: Observations
    answer: msgspec.Raw


class Memory:
    """Gives finished answers again; with no store it knows none and keeps none."""

    def __init__(self, store: AnswerStore | None) -> None:
        self._store = store

    def answer(
        self, question: RunQuestion, work_out: Callable[[], T], form: type[T], lasting: Callable[[T], Lasting]
    ) -> T:
        """The answer to the question. `form` is its type, `lasting` says how long it may be given again."""
        if self._store is None:
            return work_out()
        name = _name(question, self._store)
        if name is None:
            return work_out()
        known = _known(self._store.get(name), question.day, form)
        if known is not None:
            return known
        return self._worked_out(question, name, work_out, lasting)

    def _worked_out(
        self, question: RunQuestion, name: bytes, work_out: Callable[[], T], lasting: Callable[[T], Lasting]
    ) -> T:
        store = self._store
        assert store is not None
        with observing((cache_root() / own for own in _OWN), _repositories(question.paths)) as observer:
            answer = work_out()
        lasts = lasting(answer)
        seen = observer.observations() if lasts is not Lasting.THIS_RUN else None
        if seen is not None and _name(question, store) == name:
            day = question.day if lasts is Lasting.THIS_DAY else ""
            with suppress(ValueError, TypeError):  # an answer may quote what no file can hold
                store.put(name, encoded(_Entry(day, seen, msgspec.Raw(encoded(answer)))))
                store.prune()
        return answer


def _known(payload: bytes | None, day: str, form: type[T]) -> T | None:
    """The answer of an entry that holds; None where it does not, or cannot be read."""
    entry = None if payload is None else decoded(payload, _Entry)
    if entry is None or entry.day not in ("", day) or not entry.observations.hold():
        return None
    return decoded(entry.answer, form)


def _name(question: RunQuestion, store: AnswerStore) -> bytes | None:
    """The name of the question's entry; None where a program is missing or may start another, where a path is not
    Unicode, or where there is too much to look at."""
    try:
        asked = encoded((question.command, question.options, question.paths))
    except ValueError:  # it names what is not Unicode
        return None
    try:
        programs = [program_state(find(name, named)) for name, named in question.programs]
    except (NoVerdict, OSError):
        return None
    places = list(_places(question.paths))
    if None in (*places, *programs):
        return None
    here = os.fsencode(os.getcwd()), os.fsencode(shutil.which("git") or "")
    return digest(_FORMAT, own_state(store), *here, asked, *filter(None, (*programs, *places)))


def _places(paths: Sequence[Path]) -> Iterator[bytes | None]:
    """The repositories of the paths, what is where in each, and what the folders above say of where they end."""
    for top in _repositories(paths):
        yield os.fsencode(top)
        yield folder_state(top)
        above = [(is_work_tree(folder), (folder / "gateshift.yaml").is_file()) for folder in top.parents]
        yield repr(above).encode()


def _repositories(paths: Sequence[Path]) -> list[Path]:
    return sorted({repository_of(path) for path in paths or (Path(),)})
