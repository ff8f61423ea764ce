"""`gateshift promote`: move the pointers of a rollout to another stage."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from gateshift.app.gate.gate import gated
from gateshift.app.promote.promote import PromoteOptions, promote
from gateshift.app.promote.promotion_gate import StageJudge
from gateshift.app.promote.select_pointers import PromoteRequest
from gateshift.app.shared.rollouts import rollout_here
from gateshift.app.shared.snapshots import Snapshots
from gateshift.app.shared.tool_choices import Choices
from gateshift.cli import completion
from gateshift.cli.live_options import prometheus_options, prometheus_server, tls_options
from gateshift.cli.options import pointer_option, tool_options
from gateshift.cli.output import Output, OutputCommand, output_options
from gateshift.errors import Exit
from gateshift.live.endpoint import TlsOptions
from gateshift.model.gate import GateVerdict
from gateshift.model.rollout import Engine
from gateshift.report.release.promotion import FORMATS

_EPILOG = """\b
Examples:
  gateshift promote                 to the next stage
  gateshift promote --dry-run       show what that would change
  gateshift promote canary          to a stage by name
  gateshift promote --back          one stage back
  gateshift promote --commit --branch promote/half
  gateshift promote --gate          only where Prometheus knows the candidate to be well
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
@click.option("--gate", "gated_step", is_flag=True, help="Ask Prometheus first; a step back is not asked about.")
@prometheus_options
@tls_options
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
    gated_step: bool,  # noqa: FBT001 -- click's flag
    prometheus: str,
    token_file: Path | None,
    tls: TlsOptions,
    choices: Choices,
    output: Output,
) -> int:
    """Move the pointer of Argo CD or Flux to STAGE, or to the stage after the one in force.

    One scalar of each pointer changes, every other byte stays, and all pointers move or none. Refused where the stage
    does not validate, where the step is unsafe for an engine that has a pointer, where generated files are stale, and
    where the pointer was edited or nobody knows what it brought into the cluster; with --gate, where the gate does not
    pass (exit code 3 where it is not proven). A pointer that names no stage is judged by what its path builds.
    """
    if sum((bool(stage), bool(to), back)) > 1:
        raise click.UsageError("STAGE, --to and --back each say where to go: give one")
    if branch and not commit:
        raise click.UsageError("--branch is for the commit: give --commit too")
    request = PromoteRequest(stage or to, back, environment, Engine(engine) if engine else None, files)
    options = PromoteOptions(dry_run, commit, branch, force)
    rollout = rollout_here()
    server = prometheus_server(gated(rollout).prometheus, prometheus, token_file, tls) if gated_step else None
    with Snapshots() as snapshots:
        now = datetime.now(UTC)
        judge = StageJudge(choices, now.date(), snapshots, server)
        report = promote(rollout, request, options, judge, now)
    base = Path.cwd().resolve()
    output.write(lambda form, style: FORMATS[form](report, base, style))
    if not report.refusals:
        return Exit.OK
    unproven = report.gate is not None and report.gate.verdict is GateVerdict.NOT_PROVEN
    return Exit.NO_VERDICT if unproven else Exit.FINDINGS
