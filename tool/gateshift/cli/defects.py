"""How a run ends before its answer: by a defect of gateshift's own, which is one line and the file that holds the
report, or by an interrupt."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gateshift import __version__
from gateshift.cli.console import tell
from gateshift.errors import INTERRUPTED, Exit, RootDefect, defect_line

if TYPE_CHECKING:
    from gateshift.model.report import Gap


class Session:
    """What a whole run shares: whether it shows the traceback of a defect, and whether it may have changed anything for
    good."""

    def __init__(self) -> None:
        self.verbose = False
        self.has_written = False

    @staticmethod
    def current() -> Session:
        """That of the command that runs; a new one outside the program's own entry."""
        context = click.get_current_context(silent=True)
        return context.ensure_object(Session) if context is not None else Session()


def tell_defect(error: Exception, session: Session) -> Exit:
    """Say that a command ended by a defect."""
    if isinstance(error, RootDefect):
        return _tell({error.trace: error.line}, session)
    import traceback  # nobody without a defect pays for its start-up

    return _tell({"".join(traceback.format_exception(error)): defect_line(error)}, session)


def tell_interrupt(session: Session) -> Exit:
    """Say that a run was interrupted, and what is to be done where it changed a part of what it was to change."""
    from gateshift.system.atomic_write import waits  # nobody who is not interrupted pays for its start-up

    if waits(Path()):
        tell("gateshift: interrupted while files were replaced\n  `gateshift generate` finishes it.")
    else:
        tell(f"gateshift: {'interrupted' if session.has_written else INTERRUPTED}")
    return Exit.INTERRUPTED


def tell_gaps(gaps: Iterable[Gap], session: Session) -> None:
    """Say which defects left gaps in an answer that was written."""
    lines = {gap.defect: gap.defect_line for gap in gaps if gap.defect}
    if lines:
        _tell(lines, session)


def _tell(lines: dict[str, str], session: Session) -> Exit:
    """Say each defect in its line; the tracebacks, which are the keys, go into a file."""
    report = "\n".join(lines)
    file = _write(report)
    where = f"the report is in {file}" if file else "the report could not be written, -v shows it"
    for line in dict.fromkeys(lines.values()):
        tell(f"gateshift: a defect of gateshift's own: {line}; {where}")
    if session.verbose:
        tell(report.removesuffix("\n"))
    return Exit.DEFECT


def _write(report: str) -> str:
    """The file with the report, which only its user can read; "" where none can be written."""
    import platform
    import tempfile

    head = f"gateshift {__version__}, Python {platform.python_version()}, {platform.platform()}\n\n"
    try:
        number, file = tempfile.mkstemp(prefix="gateshift-defect-", suffix=".txt")
        with os.fdopen(number, "w", encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(head + report)
    except OSError:
        return ""
    return file
