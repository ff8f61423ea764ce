"""`gateshift merge`: the report of a validation that several runs did in parts."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from gateshift.app.shared.tool_choices import Choices
from gateshift.cli.defects import Session, tell_gaps
from gateshift.cli.options import tool_options
from gateshift.cli.output import Output, OutputCommand, output_options
from gateshift.cli.validate import exit_code
from gateshift.model.finding import Level
from gateshift.report.findings.formats import VALIDATION, Setting

_EPILOG = """\b
Examples:
  gateshift merge part-*                       the parts of `gateshift validate --shard I/N --part FILE`
  gateshift merge -f sarif -o a.sarif part-*
"""


@click.command("merge", cls=OutputCommand, epilog=_EPILOG)
@click.argument("parts", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--fail-on",
    type=click.Choice([level.value for level in Level]),
    default=Level.ERROR.value,
    show_default=True,
    envvar="GATESHIFT_FAIL_ON",
    help="The least level of a finding that makes the exit code 1.",
)
@click.option("--notes", is_flag=True, help="In text and Markdown, show every note; else they are one line a rule.")
@click.option("-q", "--quiet", is_flag=True, help="In text, show only what makes the exit code other than 0.")
@tool_options
@output_options(VALIDATION)
def command(
    parts: tuple[Path, ...],
    fail_on: str,
    notes: bool,  # noqa: FBT001 -- click's flag
    quiet: bool,  # noqa: FBT001 -- click's flag
    choices: Choices,
    output: Output,
) -> int:
    """Put the PARTS of a validation together: what one run would have said.

    Runs where the parts were made, in a checkout of the same commit. What no part knows is built and checked now, and
    so is what several roots do together.
    """
    from gateshift.app.validate.shards import merge
    from gateshift.checks.registry import rules_for

    report = merge(parts, choices, datetime.now(UTC).date())
    rules = rules_for({finding.rule for finding in report.findings})
    output.write(
        lambda form, style: VALIDATION[form](report, Setting(style, rules, Level(fail_on), quiet, notes=notes))
    )
    tell_gaps(report.gaps, Session.current())
    return exit_code(report, Level(fail_on))
