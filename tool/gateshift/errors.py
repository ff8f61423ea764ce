"""The one exception that is meant for people; every other exception is a defect of ours and ends with exit code 70."""

from __future__ import annotations

import errno
from enum import IntEnum

_LONGEST = 200
"""The most characters of a defect in one line."""


class Exit(IntEnum):
    """The process's exit codes, the same for every command."""

    OK = 0
    FINDINGS = 1
    USAGE = 2
    NO_VERDICT = 3
    NOTHING_FOUND = 4
    DEFECT = 70
    INTERRUPTED = 130


INTERRUPTED = "interrupted, nothing was changed"
"""What an interrupt is answered with: what a run writes it writes whole, or takes back."""


class UserError(Exception):
    """Something the user can mend: what is wrong, where, and the next step.

    `where` is `file`, `file:line` or `file:line:column`, or empty where no file is at fault.
    `next_step` is a full sentence or a command, or empty where `what` says it already.
    """

    def __init__(self, what: str, *, where: str = "", next_step: str = "", exit_code: Exit = Exit.USAGE) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.next_step = next_step
        self.exit_code = exit_code

    def __str__(self) -> str:
        """`file:line:column: what` and, on a line of its own, the next step."""
        head = f"{self.where}: {self.what}" if self.where else self.what
        return f"{head}\n  {self.next_step}" if self.next_step else head


class NoVerdict(UserError):  # noqa: N818 -- what the user has, not what we met
    """A needed program is missing, crashed, hung or left an object unreported: nothing can be said, exit 3."""

    def __init__(self, what: str, *, where: str = "", next_step: str = "") -> None:
        super().__init__(what, where=where, next_step=next_step, exit_code=Exit.NO_VERDICT)


class RootDefect(Exception):  # noqa: N818 -- the field says defect
    """A defect of ours that was caught while one root was looked at, for a caller that needs that very root.

    `line` says it in one line, `trace` is the traceback.
    """

    def __init__(self, line: str, trace: str) -> None:
        super().__init__(line)
        self.line = line
        self.trace = trace


_SURROUNDINGS = frozenset(
    {
        errno.EACCES,
        errno.EPERM,
        errno.ENAMETOOLONG,
        errno.ELOOP,
        errno.EROFS,
        errno.EMFILE,
    }
)
_OUT_OF_ROOM = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EIO: "the disk or terminal fails",
    errno.EPIPE: "the reader of the answer has gone",
}
"""Why an answer that is ready does not arrive: exit code 3, as nobody can say what it was."""


def undelivered(error: OSError) -> NoVerdict | None:
    """What keeps an answer from its reader, who then has none; None for any other error."""
    reason = _OUT_OF_ROOM.get(error.errno or 0)
    if reason is None:
        return None
    where = str(error.filename) if isinstance(error.filename, str) else ""
    return NoVerdict(f"{reason}, so what was to be written is not whole", where=where)


def of_surroundings(error: OSError) -> UserError | None:
    """What the disk, its rights or its names refuse, which no program can help; None for any other error."""
    if error.errno not in _SURROUNDINGS:
        return undelivered(error)
    where = str(error.filename) if isinstance(error.filename, str) else ""
    return UserError(error.strerror or "the file system refuses it", where=where)


def defect_line(error: BaseException) -> str:
    """The kind of an exception and what it says, in one line of printable characters."""
    said = "".join(letter if letter.isprintable() else " " for letter in str(error))
    return f"{type(error).__name__}: {said}".removesuffix(": ")[:_LONGEST]
