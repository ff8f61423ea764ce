"""`gateshift tools`: the programs and schemas that validation needs."""

from __future__ import annotations

from pathlib import Path

import click

from gateshift.external.schemas.install import install_gateway_api, install_kubernetes
from gateshift.external.toolchain.find import find
from gateshift.external.toolchain.install import install
from gateshift.external.toolchain.lock import pinned

NAMES = tuple(program.name for program in pinned().programs)
SCHEMAS = "schemas"


@click.group("tools")
def command() -> None:
    """Find, install and show kustomize, kubeconform and the schemas."""


@command.command("install")
@click.argument("names", nargs=-1, type=click.Choice([*NAMES, SCHEMAS]), metavar="[NAME]...")
@click.option("--kubernetes", metavar="VERSION", help="Also install the schemas of this Kubernetes version.")
@click.option("--gateway-api", metavar="VERSION", help="Also install the schemas of this Gateway API version.")
@click.option("--offline", is_flag=True, help="Fetch nothing; fail where something is missing.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing unless something fails.")
def install_command(
    names: tuple[str, ...], kubernetes: str | None, gateway_api: str | None, *, offline: bool, quiet: bool
) -> None:
    """Install the pinned programs and schemas into the cache; without a NAME, everything."""

    def say(text: str) -> None:
        if not quiet:
            click.echo(text, err=True)

    only_schemas = not names and bool(kubernetes or gateway_api)
    for name in NAMES:
        if (not names and not only_schemas) or name in names:
            say(f"{name} {pinned().program(name).version}: {install(pinned().program(name), offline=offline)}")
    if not names or SCHEMAS in names:
        if kubernetes or not gateway_api:
            version = install_kubernetes(kubernetes or pinned().kubernetes, offline=offline, say=say)
            say(f"schemas of Kubernetes {version}")
        if gateway_api or not kubernetes:
            version = install_gateway_api(gateway_api or pinned().gateway_api, offline=offline, say=say)
            say(f"schemas of the Gateway API {version}")


@command.command("path")
@click.argument("name", type=click.Choice(NAMES))
@click.option("--kustomize", type=click.Path(path_type=Path), envvar="GATESHIFT_KUSTOMIZE", help="The program to use.")
def path_command(name: str, kustomize: Path | None) -> None:
    """Print where a program is."""
    click.echo(find(name, kustomize if name == "kustomize" else None).argv[0])
