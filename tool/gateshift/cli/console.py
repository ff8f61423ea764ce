"""What a terminal or a CI log is given: no input steers the one or commands the other."""

from __future__ import annotations

import contextlib
import os
import re
import sys
from typing import TextIO

import click

from gateshift.errors import UserError
from gateshift.report.plain_text import printable, without_commands

_FOREIGN_ENDS = "[\u2028\u2029\x85\x0b\x0c\x1c-\x1e\r]"


def tell(text: str) -> None:
    """Say it on standard error, in lines as wide as the terminal."""
    from gateshift.report.style import Style  # who has nothing to tell does not pay for its start-up

    clear_line()
    click.echo(Style(width=columns(sys.stderr)).fit(clean(text)), err=True)


def has_status_line() -> bool:
    """Whether standard error is a terminal on which a line can be written over."""
    return sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def clear_line() -> None:
    """Clear what a status line left on the terminal."""
    if has_status_line():
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()


def columns(stream: TextIO | None) -> int:
    """The width of the terminal that the stream is; 0 where it is none or does not tell. `COLUMNS` goes first, as for
    other programs."""
    if stream is None or not stream.isatty():
        return 0
    wanted = os.environ.get("COLUMNS", "")
    if wanted.isdecimal() and int(wanted):
        return int(wanted)
    try:
        return os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        return 0


def tell_error(error: UserError) -> None:
    """Say what the user can mend; a file's name stays in its line."""
    said = str(error)
    if "\n" in error.where:
        said = said.replace(error.where, error.where.replace("\n", "\\x0a"))
    tell(f"gateshift: {said}")


def clean(text: str) -> str:
    """The text's lines with control characters spelled out, and without what a runner takes for a command."""
    return "\n".join(without_commands(printable(line)) for line in text.split("\n"))


def for_log(rendered: str, form: str) -> str:
    """An answer for standard output. In the log of GitHub Actions or Azure Pipelines, whose runner reads every line,
    what looks like one of its commands is written in another way, by which data stay what they are."""
    if form == "github" or not (os.environ.get("GITHUB_ACTIONS") or os.environ.get("TF_BUILD")):
        return rendered
    if form in ("json", "sarif", "gitlab"):
        return re.sub(r"##(?=\[|vso\[)", r"\\u0023#", rendered)
    if form == "junit":
        rendered = re.sub(r"##(?=\[|vso\[)", "&#35;#", rendered)
        return re.sub(r"(?m)^(\s*)::", r"\1&#58;:", rendered)
    return "\n".join(map(without_commands, re.sub(_FOREIGN_ENDS, " ", rendered).split("\n")))


def leave_stdout() -> None:
    """Let what standard output still holds go nowhere: the interpreter flushes it at exit, and would fail again."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
