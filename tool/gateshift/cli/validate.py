"""`gateshift validate`: build every root, check it, and point at the lines at fault."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from msgspec.structs import replace

from gateshift.app.shared.paths import shown_path
from gateshift.app.shared.tool_choices import Choices
from gateshift.app.validate.scope import ValidationScope
from gateshift.app.validate.validation_memory import remembered
from gateshift.cli import completion
from gateshift.cli.console import tell
from gateshift.cli.defects import Session, tell_gaps
from gateshift.cli.options import cache_option, tool_options
from gateshift.cli.output import Output, OutputCommand, output_options
from gateshift.errors import Exit, NoVerdict
from gateshift.model.finding import Level
from gateshift.model.report import ValidationReport
from gateshift.model.shard import Shard
from gateshift.report.findings.formats import VALIDATION, Setting


class ShardOf(click.ParamType[Shard]):
    """`2/4`: the second of four shares."""

    name = "shard"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Shard:
        """The share. Raises click's usage error."""
        if isinstance(value, Shard):
            return value
        number, _, count = str(value).partition("/")
        if not (number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count) <= _MOST_SHARDS):
            self.fail(f"{value} is not a share such as 2/4, at most of {_MOST_SHARDS}", param, ctx)
        return Shard(int(number), int(count))


_MOST_SHARDS = 1000
_EPILOG = """\b
Examples:
  gateshift validate                      every stage of the rollouts found, their pointers and files
  gateshift validate overlays/canary      one stage
  gateshift validate k8s/ extra.yaml      any Kustomize roots, any plain YAML
  gateshift validate -f sarif -o a.sarif -f text
  gateshift validate --shard 2/4 --part part-2 .
"""


@click.command(cls=OutputCommand, epilog=_EPILOG)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--affected-by", "affected", is_flag=True, help="PATHS are changed files: validate the roots that read them."
)
@click.option(
    "--since",
    default="",
    metavar="REF",
    shell_complete=completion.revisions,
    help="Suppress only what the merge base with REF suppresses too; list first what this change suppresses itself.",
)
@click.option(
    "--fail-on",
    type=click.Choice([level.value for level in Level]),
    default=Level.ERROR.value,
    show_default=True,
    envvar="GATESHIFT_FAIL_ON",
    help="The least level of a finding that makes the exit code 1.",
)
@click.option(
    "--require-complete",
    is_flag=True,
    envvar="GATESHIFT_REQUIRE_COMPLETE",
    help="End with exit code 3 where anything was left out: a chart, a remote entry, a refused or unreadable root.",
)
@click.option(
    "--without-cel",
    is_flag=True,
    envvar="GATESHIFT_WITHOUT_CEL",
    help="Leave the CEL rules of CRDs out, where the evaluator is not available.",
)
@click.option(
    "--fix",
    is_flag=True,
    help="First write out the defaults that routes leave out, in their own files; what they mean stays the same.",
)
@click.option("--notes", is_flag=True, help="In text and Markdown, show every note; else they are one line a rule.")
@click.option("--statistics", is_flag=True, help="In text, count the findings of each rule instead of telling them.")
@click.option("-q", "--quiet", is_flag=True, help="In text, show only what makes the exit code other than 0.")
@click.option(
    "-v",
    "--verbose",
    is_flag=True,
    help="Show every finding in full and all notes, the programs and schemas that are used, and a defect's traceback.",
)
@click.option(
    "--shard",
    type=ShardOf(),
    metavar="I/N",
    help="Look at one of N shares of the roots, and write what came of them to --part for `gateshift merge`.",
)
@click.option("--part", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="The file of --shard.")
@cache_option
@tool_options
@output_options(VALIDATION)
def command(
    paths: tuple[Path, ...],
    affected: bool,  # noqa: FBT001 -- click's flag
    since: str,
    fail_on: str,
    require_complete: bool,  # noqa: FBT001 -- click's flag
    without_cel: bool,  # noqa: FBT001 -- click's flag
    fix: bool,  # noqa: FBT001 -- click's flag
    statistics: bool,  # noqa: FBT001 -- click's flag
    notes: bool,  # noqa: FBT001 -- click's flag
    quiet: bool,  # noqa: FBT001 -- click's flag
    verbose: bool,  # noqa: FBT001 -- click's flag
    shard: Shard | None,
    part: Path | None,
    choices: Choices,
    output: Output,
) -> int:
    """Check every manifest under PATHS.

    Builds each Kustomize root, and reads the YAML that no kustomization reads a folder at a time. Checks every object
    against the schemas of Kubernetes and the Gateway API and their CEL rules, and the references, routes and weights
    between objects. PATHS are folders, which mean all that is below them, or YAML files; without any, the rollouts of
    the current folder. The last line counts what was looked at and what was left out.
    """
    session = Session.current()
    if verbose:
        session.verbose = True
        _tell_programs(choices)
        choices = replace(choices, say=tell, cached=False)  # what is told on the way is in no answer
    scope = ValidationScope(paths, affected=affected, cel=not without_cel, since=since)
    if fix:
        from gateshift.app.validate.fix import write_fixes  # it needs more than a validation does

        for path in write_fixes(scope, choices):
            session.has_written = True
            tell(f"fixed {shown_path(path)}")
    if (shard is None) != (part is None):
        raise click.UsageError("--shard I/N and --part FILE belong together")
    if shard is not None and part is not None:
        return _validate_shard(scope, choices, shard, part)
    answer = remembered(scope, choices, datetime.now(UTC).date())
    report = answer.report
    output.write(
        lambda form, style: VALIDATION[form](
            report,
            Setting(style, answer.rules, Level(fail_on), quiet, notes=notes, verbose=verbose, statistics=statistics),
        )
    )
    tell_gaps(report.gaps, session)
    code = exit_code(report, Level(fail_on))
    incomplete = require_complete and code in (Exit.OK, Exit.FINDINGS) and report.coverage.left_out
    return Exit.NO_VERDICT if incomplete else code


def _validate_shard(scope: ValidationScope, choices: Choices, shard: Shard, part: Path) -> Exit:
    """One line on what was done; the findings are for `merge` to tell, and what has no verdict is told here too."""
    from gateshift.app.validate.shards import validate_shard  # it needs what an answer that is known does not

    report = validate_shard(scope, choices.begun(), shard, part)
    tell(f"shard {shard.number}/{shard.count}: {report.roots} of {report.every} roots, written to {part}")
    for gap in report.gaps:
        tell(f"no verdict: {gap.what}: {gap.why}")
    tell_gaps(report.gaps, Session.current())
    return Exit.DEFECT if any(gap.defect for gap in report.gaps) else Exit.NO_VERDICT if report.gaps else Exit.OK


def _tell_programs(choices: Choices) -> None:
    from gateshift.tools.find import find

    for name, named in (("kustomize", choices.kustomize), ("kubeconform", choices.kubeconform)):
        try:
            program = find(name, named)
        except NoVerdict as error:
            tell(f"{name}: {error.what}")
            continue
        tell(f"{name} {program.version}: {program.argv[0]}")
        for warning in program.warnings:
            tell(f"warning: {warning}")


def exit_code(report: ValidationReport, fail_on: Level) -> Exit:
    """70 for a defect of ours, 3 where something could not be checked, 1 for findings at or above the level, else 0."""
    if any(gap.defect for gap in report.gaps):
        return Exit.DEFECT
    if report.gaps:
        return Exit.NO_VERDICT
    failed = any(finding.level.rank <= fail_on.rank for finding in report.findings)
    return Exit.FINDINGS if failed else Exit.OK
