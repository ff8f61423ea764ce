"""`gateshift plan`: what a step does to traffic, and whether it is safe."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import click

from gateshift.app.plan.plan_memory import planned
from gateshift.app.plan.plan_request import PlanRequest
from gateshift.app.shared.tool_choices import Choices
from gateshift.cli import completion
from gateshift.cli.defects import Session, tell_gaps
from gateshift.cli.links import links_from
from gateshift.cli.options import cache_option, tool_options
from gateshift.cli.output import Output, OutputCommand, output_options
from gateshift.errors import Exit
from gateshift.model.plan import AnyPlan, PlanReport
from gateshift.report.findings.formats import Setting
from gateshift.report.plan.formats import PLAN

_EPILOG = """\b
Examples:
  gateshift plan                       from the stage in force to the next
  gateshift plan canary half           from one stage to another
  gateshift plan main: overlays/half   from what ran by the pointer on main
  gateshift plan HEAD~1:k8s k8s        the same folder, a commit ago and now
  gateshift plan --since origin/main   what this branch changes
  gateshift plan --all                 every pair of stages
"""


@click.command(cls=OutputCommand, epilog=_EPILOG)
@click.argument("origin", metavar="[FROM]", required=False, shell_complete=completion.sides)
@click.argument("target", metavar="[TO]", required=False, shell_complete=completion.sides)
@click.option(
    "--since",
    metavar="REF",
    help="Plan what changed since this branch left REF: stages and pointers.",
    shell_complete=completion.revisions,
)
@click.option("--all", "every", is_flag=True, help="The matrix of every ordered pair of stages.")
@click.option(
    "--env",
    "environment",
    default="",
    metavar="NAME",
    help="The environment of the stages.",
    shell_complete=completion.environments,
)
@click.option(
    "--comment-id",
    default="",
    metavar="NAME",
    help="Markdown for a comment of this name, so that two jobs keep two comments.",
)
@click.option("-v", "--verbose", is_flag=True, help="With --all, tell each unsafe pair with its safe way.")
@cache_option
@tool_options
@output_options(PLAN)
def command(
    origin: str | None,
    target: str | None,
    since: str | None,
    every: bool,  # noqa: FBT001 -- click's flag
    environment: str,
    comment_id: str,
    verbose: bool,  # noqa: FBT001 -- click's flag
    choices: Choices,
    output: Output,
) -> int:
    """Show what a step from FROM to TO does to traffic and objects, and whether Argo CD and Flux can make it safely.

    FROM and TO are stages, paths, REF: (what the pointer named at that Git revision) or REF:PATH. Without FROM it is
    the stage that the pointer names now, without TO the stage after FROM. The work tree is not touched.
    """
    if not all(character.isalnum() or character in "._-" for character in comment_id):
        raise click.UsageError("--comment-id takes letters, digits, dots, dashes and underscores")
    if sum((origin is not None, since is not None, every)) > 1:
        raise click.UsageError("FROM and TO, --since and --all are three different questions: ask one")
    answer = planned(PlanRequest(origin, target, environment, since, every), choices, datetime.now(UTC))
    report = answer.report
    output.write(
        lambda form, style: PLAN[form](
            report,
            Setting(style, answer.rules, links=links_from(os.environ), comment=comment_id, verbose=verbose),
        )
    )
    tell_gaps(() if isinstance(report, PlanReport) else report.gaps, Session.current())
    return exit_code(report)


def exit_code(report: AnyPlan) -> Exit:
    """70 for a defect of ours; 3 where something could not be judged; 1 for an unsafe step, in a pull request only for
    what is live, in a matrix only for the steps from each stage to the next; else 0."""
    gaps = () if isinstance(report, PlanReport) else report.gaps
    if any(gap.defect for gap in gaps):
        return Exit.DEFECT
    if gaps:
        return Exit.NO_VERDICT
    return Exit.OK if report.safe else Exit.FINDINGS
