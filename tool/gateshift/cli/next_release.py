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
from gateshift.config.next_release import NewVersion
from gateshift.errors import Exit
from gateshift.report.release.next_release import FORMATS

_EPILOG = """\b
Examples:
  gateshift next v3 --image ghcr.io/team/shop:3.0.0
  gateshift next v3 --image ghcr.io/team/shop:3.0.0 --dry-run
  gateshift next v3 --manifest deploy/v3.yaml    where versions run from manifests of their own
"""


@click.command("next", cls=OutputCommand, epilog=_EPILOG)
@click.argument("version")
@click.option("--image", default="", metavar="IMAGE", help="What the new version runs.")
@click.option("--manifest", default="", metavar="FILE", help="Its own Deployment manifest, relative to gateshift.yaml.")
@pointer_option
@click.option("--stage", default="", metavar="STAGE", help="The stage in force, where no pointer says so.")
@click.option("--dry-run", is_flag=True, help="Show the new gateshift.yaml, and change nothing.")
@tool_options
@output_options(FORMATS)
def command(
    version: str,
    image: str,
    manifest: str,
    files: tuple[Path, ...],
    stage: str,
    dry_run: bool,  # noqa: FBT001 -- click's flag
    choices: Choices,
    output: Output,
) -> int:
    """Start the release of VERSION: the version that has every request now takes the baseline's place.

    gateshift.yaml keeps its comments, its stages move on by one version, the files are generated anew, and the pointers
    name the first stage, which is what runs now. Refused while a rollout is under way.
    """
    if bool(image) == bool(manifest):
        raise click.UsageError("say what the version runs: give --image IMAGE or --manifest FILE")
    release = Release(NewVersion(version, image, manifest), files, stage, dry_run)
    report = start_next(rollout_here().file, release, choices, datetime.now(UTC).date())
    output.write(lambda form, style: FORMATS[form](report, style))
    return Exit.OK
