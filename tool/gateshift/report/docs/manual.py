"""The manual of the commands, as Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.model.manual import CommandEntry, Manual, OptionEntry
from gateshift.report.markdown_text import cell, code, own_prose

_OPTIONS_OF_ALL = "-h, --help"
_VARIABLES = (
    ("NO_COLOR", "No colour, if not empty (https://no-color.org)."),
    ("FORCE_COLOR", "Colour even where standard output is not a terminal."),
    ("GITHUB_ACTIONS", "`true` makes `github` the format of whoever asks for none."),
)


def markdown(manual: Manual) -> str:
    """The page docs/commands.md."""
    blocks = [
        "# Commands",
        "Made by `gateshift docs commands`; do not edit. `gateshift COMMAND --help` says the same in the terminal.",
        manual.summary,
        *_options(manual.options),
    ]
    for command in manual.commands:
        blocks += _command(command)
    codes = "\n".join(f"| {number} | {meaning} |" for number, meaning in manual.exit_codes)
    blocks += ["## Exit codes", f"| code | meaning |\n| ---: | --- |\n{codes}"]
    variables = "\n".join(f"| `{name}` | {meaning} |" for name, meaning in _VARIABLES)
    blocks += [
        "## Environment",
        "Every option has a variable, which the tables above name; an option given wins over it.",
        f"| variable | meaning |\n| --- | --- |\n{variables}",
    ]
    return "\n\n".join(blocks) + "\n"


def _command(command: CommandEntry) -> Iterator[str]:
    yield f"## {command.name}"
    yield code(command.usage)
    yield command.summary
    yield from command.paragraphs
    if command.examples:
        yield "\n".join(
            f"- {code(example.line)}" + (f": {example.meaning}" if example.meaning else "")
            for example in command.examples
        )
    yield from _options(command.options)


def _options(options: tuple[OptionEntry, ...]) -> Iterator[str]:
    own = [option for option in options if option.forms != _OPTIONS_OF_ALL]
    if own:
        yield "\n".join(["| option | meaning | variable |", "| --- | --- | --- |", *(_row(option) for option in own)])


def _row(option: OptionEntry) -> str:
    return f"| {cell(option.forms)} | {_meaning(option)} | {', '.join(cell(name) for name in option.variables)} |"


def _meaning(option: OptionEntry) -> str:
    default = f" Default: {code(option.default)}." if option.default else ""
    return own_prose(option.help) + default
