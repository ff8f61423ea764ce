"""Where a command's answer goes: `-f` and `-o` in pairs, files written whole or not at all, colour where it is wanted.

A command takes `cls=OutputCommand` and `@output_options(FORMATS)`; it is called with `output`, and ends with
`output.write(render)`, where `render(format, style)` gives the text of one format.

Whether standard output gets colour.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click
from msgspec import Struct

from gateshift.cli.console import clean, clear_line, columns, for_log, leave_stdout, tell
from gateshift.cli.defects import Session
from gateshift.errors import NoVerdict, UserError, undelivered
from gateshift.report.style import Style
from gateshift.system.atomic_write import append_file, replace_file, waits

Render = Callable[[str, Style], str]
T = TypeVar("T")

_ORDER = "gateshift.output.order"
_SUMMARY_LIMIT = 1 << 20
"""GitHub refuses a step summary of more bytes than this."""
_ASCII = Style(unicode=False)
_FORMATS = frozenset({"text", "concise", "json", "sarif", "junit", "github", "gitlab", "markdown"})
_CUT = b"\n\n(The rest is longer than a step summary may be.)\n"


class Target(Struct, frozen=True):
    """One format and the file it is written to; None is standard output."""

    format: str
    path: Path | None = None


class Output(Struct, frozen=True):
    """Every target of a run, and how text is drawn on standard output.

    `summary` is the file of GitHub's step summary, which gets the Markdown where the `github` format is shown.
    """

    targets: tuple[Target, ...]
    style: Style = _ASCII
    summary: Path | None = None

    def write(self, render: Render) -> None:
        """Render each target and write it: the files first, so that a refused file is no half answer."""
        Session.current().has_written = True
        clear_line()
        for target in self.targets:
            if target.path is not None:
                write_file(target.path, render(target.format, _ASCII))
        for target in self.targets:
            if target.path is None:
                _write_stdout(render(target.format, self.style), target.format, plain=not self.style.colour)
                if target.format == "github" and self.summary is not None:
                    _append_summary(self.summary, render("markdown", Style()))


class GroupedCommand(click.Command):
    """A command whose help shows its own options first."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The command's own options first, then those of every answer, then programs and schemas."""
        groups: dict[str, list[tuple[str, str]]] = {"Options": [], "Answer": [], "Programs and schemas": []}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None and isinstance(parameter, click.Option):
                groups[parameter.group if isinstance(parameter, GroupedOption) else "Options"].append(record)
        for title, records in groups.items():
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)


class OutputCommand(GroupedCommand):
    """A command that remembers the order of `-f` and `-o`, since an `-o` belongs to the `-f` before it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse as click does, and keep the order of the options."""
        _, _, order = self.make_parser(ctx).parse_args(list(args))
        ctx.meta[_ORDER] = [parameter.name for parameter in order]
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Call the command, once it is told that an interrupted run waits."""
        if waits(Path()):
            tell(
                "gateshift: an interrupted run changed a part of its files here\n"
                "  `gateshift generate` finishes it; look at the changes before you commit them."
            )
        return super().invoke(ctx)


class GroupedOption(click.Option):
    """An option that the help shows in a group of its own, since every command has it."""

    group = "Answer"


class FormatOption(GroupedOption):
    """An option whose environment variable is meant for every command: one that has not the format keeps its own."""

    def value_from_envvar(self, ctx: click.Context) -> Any:
        """What the variable names of this command's formats."""
        choice = self.type
        assert isinstance(choice, click.Choice)
        names = (self.resolve_envvar_value(ctx) or "").split()
        known = [name for name in names if name in choice.choices or name not in _FORMATS]
        return known or None if self.multiple else next(iter(known), None)


color_option = click.option(
    "--color",
    cls=GroupedOption,
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    envvar="GATESHIFT_COLOR",
    help="Colour on standard output; auto heeds NO_COLOR, FORCE_COLOR and whether it is a terminal.",
)
"""`--color`, whose value `style_of` takes."""


def output_options(formats: Iterable[str]) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """Give a command the options `-f`, `-o` and `--color`; its function gets the keyword `output` instead of them."""

    names = tuple(formats)

    def wrap(function: Callable[..., T]) -> Callable[..., T]:
        @wraps(function)
        def call(*args: Any, **kwargs: Any) -> T:
            chosen, files, color = kwargs.pop("format"), kwargs.pop("output"), kwargs.pop("color")
            order = click.get_current_context().meta.get(_ORDER, ())
            return function(*args, output=_output(_default(names, os.environ), chosen, files, color, order), **kwargs)

        for option in reversed(_options(names)):
            call = option(call)
        return call

    return wrap


def _options(formats: Sequence[str]) -> tuple[Callable[[Callable[..., Any]], Callable[..., Any]], ...]:
    return (
        click.option(
            "-f",
            "--format",
            "format",
            cls=FormatOption,
            type=click.Choice(formats),
            multiple=True,
            envvar="GATESHIFT_FORMAT",
            help="Form of the answer; repeatable, each with its own -o. Default: text"
            + ("; in GitHub Actions github." if "github" in formats else "."),
        ),
        click.option(
            "-o",
            "--output",
            "output",
            cls=GroupedOption,
            metavar="FILE",
            multiple=True,
            type=click.Path(dir_okay=False, path_type=Path),
            envvar="GATESHIFT_OUTPUT",
            help="The file for the -f before it; `-` is standard output.",
        ),
        color_option,
    )


def _default(formats: Sequence[str], environ: Mapping[str, str]) -> str:
    return "github" if "github" in formats and environ.get("GITHUB_ACTIONS") == "true" else "text"


def _output(default: str, formats: Sequence[str], files: Sequence[Path], color: str, order: Sequence[str]) -> Output:
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    style = style_of(color)
    return Output(pair(formats, files, order, default), style, Path(summary) if summary else None)


def pair(formats: Sequence[str], files: Sequence[Path], order: Sequence[str], default: str) -> tuple[Target, ...]:
    """Each format with its file. `order` holds "format" and "output" as they were given.

    A file belongs to the format before it, or, where it comes first, to the first format; without any format it is
    text. What comes from environment variables has no order and is paired by position. Raises a usage error for two
    formats on standard output, two files for one format, or one file for two formats.
    """
    if not formats:
        formats = (default if not files or files[0] == Path("-") else "text",)
    scalars: list[Path | None] = [None] * len(formats)
    for scalar, file in zip(_slots(formats, files, order), files, strict=True):
        if scalar >= len(scalars) or scalars[scalar] is not None:
            raise click.UsageError(f"{file} has no format of its own: give each -o FILE behind its -f FORMAT")
        scalars[scalar] = file
    targets = tuple(
        Target(name, None if file == Path("-") else file) for name, file in zip(formats, scalars, strict=True)
    )
    _refuse_clashes(targets)
    return targets


def _slots(formats: Sequence[str], files: Sequence[Path], order: Sequence[str]) -> Iterator[int]:
    """For each file, the index of the format it belongs to."""
    if order.count("format") != len(formats) or order.count("output") != len(files):
        yield from range(len(files))
        return
    seen = 0
    for name in order:
        seen += name == "format"
        if name == "output":
            yield max(seen - 1, 0)


def _refuse_clashes(targets: Sequence[Target]) -> None:
    shown = [target.format for target in targets if target.path is None]
    if len(shown) > 1:
        raise click.UsageError(f"{' and '.join(shown)} would share standard output: give all but one an -o FILE")
    files = [os.path.realpath(target.path) for target in targets if target.path is not None]
    if len(set(files)) < len(files):
        raise click.UsageError("two formats would write the same file: give each its own -o FILE")


def style_of(color: str) -> Style:
    """How text is drawn on standard output, by the value of `--color`."""
    if sys.stdout is None:  # where it was closed before the program began
        return _ASCII
    terminal = sys.stdout.isatty()
    utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    return Style(
        colour=colour_wanted(color, os.environ, terminal=terminal), unicode=terminal and utf8, width=columns(sys.stdout)
    )


def write_file(path: Path, text: str) -> None:
    """Write a file that the user named, whole or not at all; `-` is standard output. Raises UserError."""
    if path == Path("-"):
        _write_stdout(text, "file")
        return
    try:
        replace_file(path, text.encode(errors="backslashreplace"))
    except OSError as error:
        raise undelivered(error) or UserError(
            f"cannot write {path}: {error.strerror}", next_step="Give -o another file."
        ) from error


def _write_stdout(rendered: str, form: str, *, plain: bool = False) -> None:
    """Text in the terminal's own encoding, without control characters where it has no colour; every other format is
    defined as UTF-8."""
    if sys.stdout is None:  # where it was closed before the program began
        raise NoVerdict("standard output is closed", next_step="Give -o a file, or open standard output.")
    text = form in ("text", "concise")
    if text and plain:
        rendered = clean(rendered)
    rendered = for_log(rendered, form)
    encoding = (sys.stdout.encoding or "utf-8") if text else "utf-8"
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(rendered.encode(encoding, errors="backslashreplace"))
        sys.stdout.buffer.flush()
    except OSError as error:
        leave_stdout()
        raise undelivered(error) or error from error


def _append_summary(path: Path, markdown: str) -> None:
    """Add the Markdown to the step summary, cut at a line where it is longer than GitHub shows."""
    content = markdown.encode(errors="backslashreplace")
    if len(content) > _SUMMARY_LIMIT:
        content = content[: _SUMMARY_LIMIT - len(_CUT)].rpartition(b"\n")[0] + _CUT
    try:
        append_file(path, content)
    except OSError as error:
        raise undelivered(error) or UserError(f"cannot write the step summary {path}: {error.strerror}") from error


def colour_wanted(choice: str, environ: Mapping[str, str], *, terminal: bool) -> bool:
    """`always` and `never` are heard first, then NO_COLOR (no-color.org) and FORCE_COLOR; else a terminal that can."""
    if choice != "auto":
        return choice == "always"
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR"):
        return environ["FORCE_COLOR"] != "0"
    return terminal and environ.get("TERM") != "dumb"
