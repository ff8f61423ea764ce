"""`gateshift status`: where the rollout stands."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from gateshift.app.promote.promotion_gate import StageJudge
from gateshift.app.shared.rollouts import repository_rollout_files, rollout_files_named
from gateshift.app.shared.snapshots import Snapshots
from gateshift.app.shared.tool_choices import Choices
from gateshift.app.status.live_verdicts import live_verdict
from gateshift.app.status.status import repository_status
from gateshift.cli.options import pointer_option, tool_options
from gateshift.cli.output import Output, OutputCommand, output_options
from gateshift.errors import Exit
from gateshift.model.status import RepositoryStatus
from gateshift.report.release.status import FORMATS

_EPILOG = """\b
Examples:
  gateshift status                             every rollout of the repository
  gateshift status services/shop               one of them in full
  gateshift status --live verify.json gate.json
"""


@click.command(cls=OutputCommand, epilog=_EPILOG)
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(exists=True, path_type=Path))
@click.option("--live", is_flag=True, help="Show the verdicts in PATH, the JSON of `verify` and `gate`, as well.")
@pointer_option
@tool_options
@output_options(FORMATS)
def command(
    paths: tuple[Path, ...],
    live: bool,  # noqa: FBT001 -- click's flag
    files: tuple[Path, ...],
    choices: Choices,
    output: Output,
) -> int:
    """Show where every pointer stands: stage, shares, since when, and whether the next step is safe.

    Without PATH all rollouts of the repository are shown, from any directory in it: a line for each environment, or all
    that is known where there is one rollout. The stage in force is the one the last commit names. Exits 0 whatever it
    finds, for `plan` and `promote` judge; but 3 where nothing could be said of a next step or of a rollout.
    """
    verdicts = [live_verdict(path) for path in paths] if live else []
    rollouts = rollout_files_named(paths) if paths and not live else repository_rollout_files()
    with Snapshots() as snapshots:
        now = datetime.now(UTC)
        judge = StageJudge(choices, now.date(), snapshots)
        report = repository_status(rollouts or rollout_files_named(()), files, judge, now, verdicts)
    output.write(lambda form, style: FORMATS[form](report, style))
    return Exit.NO_VERDICT if report.gaps or _is_unknown(report) else Exit.OK


def _is_unknown(report: RepositoryStatus) -> bool:
    steps = (pointer.next_step for rollout in report.rollouts for pointer in rollout.pointers)
    return any(step is not None and step.safe is None for step in steps)
