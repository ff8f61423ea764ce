"""`gateshift next`: start the next release from a finished rollout."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from gateshift.app.next.next_release import Release, start_next
from gateshift.app.shared.rollouts import rollout_here
from gateshift.app.shared.tool_choices import Choices
from gateshift.cli.options import pointer_option, tool_options
from gateshift.cli.output import Output, OutputCommand, output_options
from gateshift.config.succession import NewVersion
from gateshift.errors import Exit
from gateshift.report.release.next_release import FORMATS

_EPILOG = """\b
Examples:
  gateshift next v3 --image ghcr.io/team/shop:3.0.0
  gateshift next v3 --image ghcr.io/team/shop:3.0.0 --dry-run
  gateshift next v3 --image ghcr.io/team/shop:3.0.0 --instead-of v2
  gateshift next v3 --image ghcr.io/team/shop:3.0.0 --commit --branch release/v3
  gateshift next v3 --manifest deploy/v3.yaml    where versions run from manifests of their own
"""


@click.command("next", cls=OutputCommand, epilog=_EPILOG)
@click.argument("version")
@click.option("--image", default="", metavar="IMAGE", help="What the new version runs.")
@click.option("--manifest", default="", metavar="FILE", help="Its own Deployment manifest, relative to gateshift.yaml.")
@pointer_option
@click.option("--stage", default="", metavar="STAGE", help="The stage in force, where no pointer says so.")
@click.option("--instead-of", default="", metavar="VERSION", help="The version that was abandoned, and goes.")
@click.option("--dry-run", is_flag=True, help="Show the new gateshift.yaml, and change nothing.")
@click.option("--commit", is_flag=True, help="Commit what changes, and nothing else.")
@click.option("--branch", default="", metavar="NAME", help="Make this branch for the commit; needs --commit.")
@tool_options
@output_options(FORMATS)
def command(
    version: str,
    image: str,
    manifest: str,
    files: tuple[Path, ...],
    stage: str,
    instead_of: str,
    dry_run: bool,  # noqa: FBT001 -- click's flag
    commit: bool,  # noqa: FBT001 -- click's flag
    branch: str,
    choices: Choices,
    output: Output,
) -> int:
    """Start the release of VERSION: the version that has every request now takes the baseline's place.

    gateshift.yaml keeps its comments, its stages move on by one version, the files are generated anew, and the pointers
    name the first stage, which is what runs now. Where some environments are not there yet, the new stages come behind
    the old ones and no pointer moves. Refused where no environment has finished; a candidate that was abandoned is
    replaced by --instead-of.
    """
    if bool(image) == bool(manifest):
        raise click.UsageError("say what the version runs: give --image IMAGE or --manifest FILE")
    if branch and not commit:
        raise click.UsageError("--branch is for the commit: give --commit too")
    if commit and dry_run:
        raise click.UsageError("--dry-run changes nothing, so there is nothing to --commit")
    new = NewVersion(version, image, manifest)
    release = Release(new, files, stage, dry_run, instead_of=instead_of, commit=commit, branch=branch)
    report = start_next(rollout_here().file, release, choices, datetime.now(UTC).date())
    output.write(lambda form, style: FORMATS[form](report, style))
    return Exit.OK
