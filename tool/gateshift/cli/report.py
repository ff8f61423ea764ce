"""`gateshift report`: the rollout as one HTML page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from gateshift.app.report.report import page
from gateshift.app.shared.rollouts import rollout_files_named
from gateshift.app.shared.tool_choices import Choices
from gateshift.cli.console import tell
from gateshift.cli.defects import Session, tell_gaps
from gateshift.cli.options import tool_options
from gateshift.cli.output import write_file
from gateshift.cli.validate import exit_code
from gateshift.errors import UserError
from gateshift.model.finding import Level
from gateshift.report.page.html import render, render_problem
from gateshift.system.page_server import LiveServer, Watched
from gateshift.system.repositories import repository_of

PORT = 7420

_EPILOG = """\b
Examples:
  gateshift report                          writes report.html about the rollouts found here
  gateshift report services/checkout -o checkout.html
  gateshift report --serve                  shows it on this machine, new with every change of a file
"""


@click.command("report", epilog=_EPILOG)
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    default=Path("report.html"),
    show_default=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write the page; `-` is standard output.",
)
@click.option("--serve", is_flag=True, help="Serve the page on the loopback address instead, and keep it fresh.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="With --serve; 0 is any free port."
)
@tool_options
def command(paths: tuple[Path, ...], output: Path, port: int, choices: Choices, *, serve: bool) -> int:
    """Draw each rollout as one self-contained HTML page.

    The page shows every stage as a picture of its traffic, which version gets which request, where the pointers stand
    and what validation found. It holds no link to anything outside itself. PATHS are gateshift.yaml files or folders
    that hold some.
    """
    if serve:
        _serve(paths, choices, port)
        return 0
    shown = page(paths, choices, datetime.now(UTC).date())
    write_file(output, render(shown))
    if output != Path("-"):
        stages = sum(len(rollout.stages) for rollout in shown.rollouts)
        tell(f"{output}: {stages} {'stage' if stages == 1 else 'stages'}")
    tell_gaps(shown.validation.gaps, Session.current())
    return exit_code(shown.validation, Level.ERROR)


def _serve(paths: Sequence[Path], choices: Choices, port: int) -> None:
    folders = dict.fromkeys(repository_of(file) for file in rollout_files_named(paths))
    server = LiveServer(lambda: _live_page(paths, choices), Watched(folders), port)
    tell(f"{server.url} shows the report; Ctrl-C ends it.")
    server.run()


def _live_page(paths: Sequence[Path], choices: Choices) -> str:
    """The page, or, while a file is half edited, what is wrong with it."""
    try:
        return render(page(paths, choices, datetime.now(UTC).date()), live=True)
    except UserError as error:
        return render_problem(str(error), live=True)
