"""`gateshift docs`: the pages that are made from what the program itself knows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from gateshift.cli.output import write_file

_EPILOG = """\b
Examples:
  gateshift docs commands -o docs/commands.md
  gateshift docs config -o docs/config.md
"""


def _commands(root: click.Group) -> str:
    from gateshift.cli.manual import manual
    from gateshift.report.docs.manual import markdown

    return markdown(manual(root))


def _config(_: click.Group) -> str:
    from gateshift.config.schema.json_schema import json_schema, settings_schema
    from gateshift.report.docs.reference import markdown

    return markdown(json_schema(), settings_schema())


PAGES: dict[str, Callable[[click.Group], str]] = {"commands": _commands, "config": _config}
"""Each page's name and what makes it."""


@click.command("docs", epilog=_EPILOG)
@click.argument("page", type=click.Choice(list(PAGES)))
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    default=Path("-"),
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write it; standard output unless given.",
)
@click.pass_context
def command(context: click.Context, page: str, output: Path) -> None:
    """Write a page of the documentation: the commands, or the reference of gateshift.yaml."""
    root = context.find_root().command
    assert isinstance(root, click.Group)
    write_file(output, PAGES[page](root))
