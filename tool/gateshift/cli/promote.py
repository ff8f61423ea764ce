"""`gateshift promote`: move the pointers of a rollout to another stage."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from gateshift.app.promote.promote import PromoteOptions, promote
from gateshift.app.promote.promotion_gate import StageJudge
from gateshift.app.promote.select_pointers import PromoteRequest
from gateshift.app.shared.rollouts import rollout_here
from gateshift.app.shared.snapshots import Snapshots
from gateshift.app.shared.tool_choices import Choices
from gateshift.cli import completion
from gateshift.cli.options import pointer_option, tool_options
from gateshift.cli.output import Output, OutputCommand, output_options
from gateshift.errors import Exit
from gateshift.model.rollout import Engine
from gateshift.report.release.promotion import FORMATS

_EPILOG = """\b
Examples:
  gateshift promote                 to the next stage
  gateshift promote --dry-run       show what that would change
  gateshift promote canary          to a stage by name
  gateshift promote --back          one stage back
  gateshift promote --commit --branch promote/half
"""


@click.command(cls=OutputCommand, epilog=_EPILOG)
@click.argument("stage", required=False, default="", metavar="[STAGE]", shell_complete=completion.stages)
@click.option(
    "--to", "to", default="", metavar="STAGE", help="The same as naming STAGE.", shell_complete=completion.stages
)
@click.option("--back", is_flag=True, help="Go to the stage before the one in force.")
@click.option(
    "--env",
    "environment",
    default="",
    metavar="NAME",
    help="The environment whose pointers move.",
    shell_complete=completion.environments,
)
@click.option(
    "--engine", type=click.Choice([engine.value for engine in Engine]), help="Move only this engine's pointers."
)
@pointer_option
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option("--commit", is_flag=True, help="Commit the pointers, and nothing else.")
@click.option("--branch", default="", metavar="NAME", help="Make this branch for the commit; needs --commit.")
@click.option("--force", is_flag=True, help="Do it although something speaks against it, and say what that is.")
@tool_options
@output_options(FORMATS)
def command(
    stage: str,
    to: str,
    back: bool,  # noqa: FBT001 -- click's flag
    environment: str,
    engine: str | None,
    files: tuple[Path, ...],
    dry_run: bool,  # noqa: FBT001 -- click's flag
    commit: bool,  # noqa: FBT001 -- click's flag
    branch: str,
    force: bool,  # noqa: FBT001 -- click's flag
    choices: Choices,
    output: Output,
) -> int:
    """Move the pointer of Argo CD or Flux to STAGE, or to the stage after the one in force.

    One scalar of each pointer changes, every other byte stays, and all pointers move or none. Refused where the stage
    does not validate, where the step is unsafe for an engine that has a pointer, where generated files are stale, and
    where the pointer names no stage or was edited.
    """
    if sum((bool(stage), bool(to), back)) > 1:
        raise click.UsageError("STAGE, --to and --back each say where to go: give one")
    if branch and not commit:
        raise click.UsageError("--branch is for the commit: give --commit too")
    request = PromoteRequest(stage or to, back, environment, Engine(engine) if engine else None, files)
    options = PromoteOptions(dry_run, commit, branch, force)
    with Snapshots() as snapshots:
        now = datetime.now(UTC)
        report = promote(rollout_here(), request, options, StageJudge(choices, now.date(), snapshots), now)
    base = Path.cwd().resolve()
    output.write(lambda form, style: FORMATS[form](report, base, style))
    return Exit.FINDINGS if report.refusals else Exit.OK
