"""Reads the commands as they are declared into the manual."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import click

from gateshift.errors import Exit
from gateshift.model.manual import CommandEntry, Example, Manual, OptionEntry

EXIT_CODES = {
    Exit.OK: "nothing at or above `--fail-on`; a safe step; files up to date",
    Exit.FINDINGS: "findings, an unsafe step, a stale file",
    Exit.USAGE: "a wrong use, or a gateshift.yaml that cannot be read",
    Exit.NO_VERDICT: "no verdict: a needed program is missing, crashed or hung; what was found is still printed",
    Exit.NOTHING_FOUND: "there is no root, rollout or file under the paths",
    Exit.DEFECT: "a defect of gateshift's own; what was found is still printed, and a file holds the report",
    Exit.INTERRUPTED: "interrupted by Ctrl-C",
}

_GAP = re.compile(r" {2,}")


def manual(root: click.Group) -> Manual:
    """The manual of the whole program."""
    context = click.Context(root, info_name="gateshift", **root.context_settings)
    return Manual(
        summary=_paragraphs(root)[0],
        options=tuple(_options(root, context)),
        commands=tuple(entry for name in root.list_commands(context) for entry in _commands(root, name, context)),
        exit_codes=tuple((code.value, meaning) for code, meaning in EXIT_CODES.items()),
    )


def _commands(group: click.Group, name: str, parent: click.Context) -> Iterator[CommandEntry]:
    command = group.get_command(parent, name)
    if command is None or command.hidden:
        return
    context = click.Context(command, info_name=name, parent=parent)
    first, *more = _paragraphs(command)
    yield CommandEntry(
        name=context.command_path,
        usage=" ".join([context.command_path, *command.collect_usage_pieces(context)]),
        summary=first,
        paragraphs=tuple(more),
        options=tuple(_options(command, context)),
        examples=tuple(_examples(command)),
    )
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            yield from _commands(command, inner, context)


def _paragraphs(command: click.Command) -> list[str]:
    text = inspect.cleandoc(command.help or "").partition("\f")[0]
    return [" ".join(part.split()) for part in text.split("\n\n") if part.strip()]


def _options(command: click.Command, context: click.Context) -> Iterator[OptionEntry]:
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context) if isinstance(parameter, click.Option) else None
        if record is not None and isinstance(parameter, click.Option):
            yield OptionEntry(
                record[0], parameter.help or "", _default(parameter), tuple(_variables(parameter, context))
            )


def _default(option: click.Option) -> str:
    return str(option.default) if option.show_default else ""


def _variables(option: click.Option, context: click.Context) -> Iterator[str]:
    if isinstance(option.envvar, str):
        yield option.envvar
    elif option.allow_from_autoenv and option.name not in (None, "help", "version") and context.auto_envvar_prefix:
        yield f"{context.auto_envvar_prefix}_{str(option.name).upper()}"


def _examples(command: click.Command) -> Iterator[Example]:
    """The lines below `Examples:` in the epilog; two blanks part a line from what it is for."""
    lines = inspect.cleandoc(command.epilog or "").replace("\b", "").partition("Examples:")[2].splitlines()
    for line in lines:
        if line.strip():
            typed, *meaning = _GAP.split(line.strip(), maxsplit=1)
            yield Example(typed, meaning[0] if meaning else "")
