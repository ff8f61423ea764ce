"""`gateshift tools`: the programs and schemas that validation needs."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import click

from gateshift.apischema.cel.engine import NEXT_STEP, available
from gateshift.cli.console import tell
from gateshift.cli.defects import Session
from gateshift.cli.output import FormatOption, style_of
from gateshift.errors import NoVerdict
from gateshift.schemas.install import install_crds, install_schemas
from gateshift.tools.find import find
from gateshift.tools.install import install
from gateshift.tools.install_options import InstallOptions
from gateshift.tools.lock import pinned

NAMES = tuple(program.name for program in pinned().programs)
SCHEMAS = "schemas"
_BAR = 30


_EPILOG = """\b
Examples:
  gateshift tools install                              the pinned programs and schemas, into the cache
  gateshift tools install --gateway-api 1.5.1          another version's schemas beside them
  gateshift tools install --crds-of cert-manager       its kinds are checked as well from now on
  gateshift tools path kustomize                       which kustomize is run
  gateshift tools list
"""


@click.group("tools", epilog=_EPILOG)
def command() -> None:
    """Find, install and show kustomize, kubeconform and the schemas."""


@command.command("install")
@click.argument("names", nargs=-1, type=click.Choice([*NAMES, SCHEMAS]), metavar="[NAME]...")
@click.option("--kubernetes", metavar="VERSION", help="Install the schemas of this Kubernetes version.")
@click.option("--gateway-api", metavar="VERSION", help="Install the schemas of this Gateway API version.")
@click.option(
    "--channel",
    type=click.Choice(["standard", "experimental"]),
    help="Accepted for clarity: both channels of a version are installed together and kept apart.",
)
@click.option(
    "--crds",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="Convert the CRDs in this file or directory now; validate converts them by itself.",
)
@click.option(
    "--crds-of",
    "projects",
    multiple=True,
    type=click.Choice([pins.name for pins in pinned().crds]),
    help="Install the CRDs that this project publishes, in the pinned version; repeatable.",
)
@click.option("--offline", is_flag=True, help="Fetch nothing; fail where something is missing.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing unless something fails.")
def install_command(
    names: tuple[str, ...],
    kubernetes: str | None,
    gateway_api: str | None,
    channel: str | None,  # noqa: ARG001 -- see its help
    crds: tuple[Path, ...],
    projects: tuple[str, ...],
    *,
    offline: bool,
    quiet: bool,
) -> None:
    """Install the pinned programs and schemas into the cache.

    Without a NAME and without options: kustomize, kubeconform and the schemas of the pinned versions, those of the sync
    engines' own kinds among them.
    """
    say = _silent if quiet else _say
    Session.current().has_written = True
    everything = not names and not kubernetes and not gateway_api and not crds and not projects
    for name in NAMES:
        if everything or name in names:
            _install_program(name, say, offline=offline, quiet=quiet)
    options = InstallOptions(offline=offline, say=say, progress=_Bar("schemas", quiet=quiet))
    wanted = {"kubernetes": kubernetes, "gateway-api": gateway_api}
    if everything or SCHEMAS in names:
        wanted = {"kubernetes": kubernetes or pinned().kubernetes, "gateway-api": gateway_api or pinned().gateway_api}
        projects = (*(pins.name for pins in pinned().crds if pins.default), *projects)
    for name, version in wanted.items():
        if version:
            say(f"schemas of {name} {install_schemas(name, version, options)}")
    for name in dict.fromkeys(projects):
        say(f"CRDs of {name} {install_crds(name, options)}")
    if everything and not available():
        say(f"without the CEL evaluator, the CEL rules of CRDs have no verdict. {NEXT_STEP}")
    if crds:
        from gateshift.schemas.own_crds import own_set  # it needs the YAML reader, the rest does not

        say(f"schemas of your CRDs: {own_set(crds)[0]}")


def _install_program(name: str, say: Callable[[str], None], *, offline: bool, quiet: bool) -> None:
    program = pinned().program(name)
    path = install(program, offline=offline, progress=_Bar(name, quiet=quiet), say=say)
    say(f"{name} {program.version}: {path}")


@command.command("path")
@click.argument("name", type=click.Choice(NAMES))
@click.option("--kustomize", type=click.Path(path_type=Path), envvar="GATESHIFT_KUSTOMIZE", help="The program to use.")
@click.option(
    "--kubeconform", type=click.Path(path_type=Path), envvar="GATESHIFT_KUBECONFORM", help="The program to use."
)
def path_command(name: str, kustomize: Path | None, kubeconform: Path | None) -> None:
    """Print where a program is; its warnings go to standard error."""
    program = find(name, {"kustomize": kustomize, "kubeconform": kubeconform}[name])
    for warning in program.warnings:
        tell(f"warning: {warning}")
    click.echo(program.argv[0])


@command.command("list")
@click.option(
    "-f",
    "--format",
    "form",
    cls=FormatOption,
    type=click.Choice(["text", "json"]),
    default="text",
    envvar="GATESHIFT_FORMAT",
    help="Form of the answer.",
)
@click.option("--kustomize", type=click.Path(path_type=Path), envvar="GATESHIFT_KUSTOMIZE", help="The program to use.")
@click.option(
    "--kubeconform", type=click.Path(path_type=Path), envvar="GATESHIFT_KUBECONFORM", help="The program to use."
)
def list_command(form: str, kustomize: Path | None, kubeconform: Path | None) -> None:
    """Show each program with its version and place, and the schemas that are installed."""
    from gateshift.app.shared.inventory import take_inventory
    from gateshift.report.tools import as_json, as_text

    inventory = take_inventory({"kustomize": kustomize, "kubeconform": kubeconform})
    click.echo(as_json(inventory) if form == "json" else as_text(inventory, style_of("never")), nl=False)


@command.command("lock", hidden=True)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def lock_command(file: Path) -> None:
    """Fill every sum in the lock FILE from the publishers' own; for maintainers."""
    from gateshift.tools.go import find_go
    from gateshift.tools.relock import relock

    go = find_go()
    if go is None:
        raise NoVerdict("the sums of modules come from Go's checksum database, and there is no Go")
    file.write_text(relock(file.read_text(encoding="utf-8"), go), encoding="utf-8")


def _say(text: str) -> None:
    tell(text)


def _silent(text: str) -> None:
    """Say nothing."""


class _Bar:
    """A line on a terminal that shows how far a transfer is; nothing in a pipe, nor for what takes under a second."""

    def __init__(self, title: str, *, quiet: bool) -> None:
        self.title = title
        self.shown = not quiet and sys.stderr.isatty()
        self.began = 0.0
        self.drawn = False

    def __call__(self, done: int, total: int | None) -> None:
        self.began = self.began or time.monotonic()
        if not self.shown or (not self.drawn and time.monotonic() - self.began < 1):
            return
        self.drawn = done != total
        bar = "#" * (done * _BAR // total) if total else ""
        size = f"{done / 1e6:.1f}" + (f" of {total / 1e6:.1f} MB" if total else " MB")
        click.echo(f"\r{self.title} [{bar:<{_BAR}}] {size}", err=True, nl=not self.drawn)
