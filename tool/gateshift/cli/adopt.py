"""`gateshift adopt`: bring a service that already runs under gateshift."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from gateshift.app.adopt.adopt import AdoptRequest, adopt
from gateshift.app.adopt.proposal import AdoptOptions
from gateshift.app.shared.tool_choices import Choices
from gateshift.cli.options import tool_options
from gateshift.cli.output import FormatOption, GroupedCommand, Output, Target, color_option, style_of
from gateshift.config.schema import vocabulary
from gateshift.config.slips import fits
from gateshift.errors import Exit
from gateshift.model.adoption import AdoptionWay
from gateshift.report.adopt.formats import FORMATS

_EPILOG = """\b
Examples:
  gateshift adopt k8s/prod
  gateshift adopt k8s/prod --candidate v2=ghcr.io/team/shop:2.0.0 --dry-run
  gateshift adopt overlays/staging overlays/prod
  gateshift adopt deploy.yaml service.yaml -o rollouts/shop
"""


def _version(context: click.Context, parameter: click.Parameter | None, value: str) -> str:  # noqa: ARG001 -- click's
    if value and not fits(value, vocabulary.LABEL):
        raise click.BadParameter(f"expected {vocabulary.LABEL.expects}; found {value!r}")
    return value


def _candidate(
    context: click.Context,  # noqa: ARG001 -- click's signature
    parameter: click.Parameter | None,  # noqa: ARG001 -- click's signature
    value: str,
) -> tuple[str, str]:
    name, equals, image = value.partition("=")
    if not value:
        return "", ""
    if not fits(name, vocabulary.LABEL) or (equals and not fits(image, vocabulary.IMAGE)):
        raise click.BadParameter(f"expected VERSION=IMAGE such as v2=ghcr.io/team/app:2.0.0; found {value!r}")
    return name, image


@click.command("adopt", cls=GroupedCommand, epilog=_EPILOG)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--service", default="", metavar="NAME", help="The Service, where there are several.")
@click.option(
    "-o",
    "--output",
    "folder",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to write; gateshift/SERVICE at the repository's top unless given.",
)
@click.option(
    "--version-name",
    default="",
    metavar="NAME",
    callback=_version,
    help="What runs today is called; v1, or the number in its pods' version label, unless given.",
)
@click.option(
    "--candidate",
    default="",
    metavar="VERSION=IMAGE",
    callback=_candidate,
    help="What comes; the next version that runs already, else one with today's image, unless given.",
)
@click.option(
    "--beside/--take-over",
    default=True,
    help="What runs today is the first version as it stands (the default), or a twin of it that takes its place.",
)
@click.option("--dry-run", is_flag=True, help="Write nothing, and show what would be written.")
@tool_options
@click.option(
    "-f",
    "--format",
    "form",
    cls=FormatOption,
    type=click.Choice(list(FORMATS)),
    default="text",
    envvar="GATESHIFT_FORMAT",
    show_default=True,
    help="Form of the answer.",
)
@color_option
def command(
    paths: tuple[Path, ...],
    service: str,
    folder: Path | None,
    version_name: str,
    candidate: tuple[str, str],
    beside: bool,  # noqa: FBT001 -- click's flag
    dry_run: bool,  # noqa: FBT001 -- click's flag
    choices: Choices,
    form: str,
    color: str,
) -> int:
    """Bring a service that already runs under gateshift: the first stage is what PATH builds today.

    PATH is a Kustomize root, a directory of YAML files, or the files themselves; the current directory unless given.
    Several roots are environments of one rollout, which a release reaches one after the other.
    The stages after the first lead to a first split, and each step is proved safe before anything is written. What runs
    stays as it is: no file of yours is touched, and no selector, name or template of a running workload is changed.
    """
    if version_name and version_name == candidate[0]:
        raise click.UsageError(f"both versions are called {version_name}: give --version-name or --candidate another")
    way = AdoptionWay.BESIDE if beside else AdoptionWay.TAKE_OVER
    options = AdoptOptions(version_name, *candidate, way)
    request = AdoptRequest(paths, service, folder, options, dry_run)
    adoption = adopt(request, choices, datetime.now(UTC).date())
    Output((Target(form),), style_of(color)).write(lambda name, style: FORMATS[name](adoption, style))
    return Exit.OK if adoption.safe else Exit.FINDINGS
