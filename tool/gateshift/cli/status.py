"""`gateshift status`: where the rollout stands."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from gateshift.app.promote.promotion_gate import StageJudge
from gateshift.app.shared.rollouts import rollout_here
from gateshift.app.shared.snapshots import Snapshots
from gateshift.app.shared.tool_choices import Choices
from gateshift.app.status.status import status
from gateshift.cli.options import pointer_option, tool_options
from gateshift.cli.output import Output, OutputCommand, output_options
from gateshift.errors import Exit
from gateshift.report.release.status import FORMATS

_EPILOG = """\b
Examples:
  gateshift status             every pointer, its stage, since when, and what is next
  gateshift status -f json
"""


@click.command(cls=OutputCommand, epilog=_EPILOG)
@pointer_option
@tool_options
@output_options(FORMATS)
def command(files: tuple[Path, ...], choices: Choices, output: Output) -> int:
    """Show where every pointer of the rollout stands: stage, shares, since when, and whether the next step is safe.

    The stage in force is the one the last commit names. Exits 0 whatever it finds, for `plan` and `promote`
    judge; but 3 where nothing could be said of a next step.
    """
    with Snapshots() as snapshots:
        now = datetime.now(UTC)
        report = status(rollout_here(), files, StageJudge(choices, now.date(), snapshots), now)
    output.write(lambda form, style: FORMATS[form](report, style))
    unknown = any(pointer.next_step is not None and pointer.next_step.safe is None for pointer in report.pointers)
    return Exit.NO_VERDICT if unknown else Exit.OK
