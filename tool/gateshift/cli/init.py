"""`gateshift init`: a commented gateshift.yaml for any service."""

from __future__ import annotations

from pathlib import Path

import click

from gateshift.cli.console import tell
from gateshift.cli.output import write_file
from gateshift.cli.schema import schema_text
from gateshift.config import ConfigError, parse_rollout
from gateshift.config.schema import vocabulary
from gateshift.config.schema.json_schema import ADDRESS
from gateshift.config.schema.schema_types import Text
from gateshift.config.skeleton import InitRequest, ParentGateway, skeleton
from gateshift.config.slips import fits, mended, suggestion
from gateshift.errors import UserError
from gateshift.model.rollout import FILE_NAME, RouteKind
from gateshift.system.owned_files import clear_leftovers

_EPILOG = """\b
Examples:
  gateshift init customers --image v1=ghcr.io/team/customers:1.0 --image v2=ghcr.io/team/customers:2.0
  gateshift init web --image v1=web:1.0 --image v2=web:1.1 --gateway infra/public/https --hostname web.example.com
  gateshift init shop --image v1=shop:1.0 --image v2=shop:2.0 --kind GRPCRoute --port 9090 -o services/shop
"""


SCHEMA_FILE = "gateshift.schema.json"
Parameter = click.Parameter | None


def _checked(value: str, form: Text) -> str:
    """The value, or a usage error that says what was expected and the nearest right word."""
    if fits(value, form):
        return value
    nearest = suggestion(mended(value, form))
    raise click.BadParameter(f"expected {form.expects}; found {value!r}{f'; {nearest}' if nearest else ''}")


def _service_name(context: click.Context, parameter: Parameter, value: str) -> str:  # noqa: ARG001 -- click's signature
    return _checked(value, vocabulary.SERVICE_NAME)


def _namespace(context: click.Context, parameter: Parameter, value: str) -> str:  # noqa: ARG001 -- click's signature
    return _checked(value, vocabulary.LABEL)


def _hostnames(context: click.Context, parameter: Parameter, values: tuple[str, ...]) -> tuple[str, ...]:  # noqa: ARG001 -- click's signature
    return tuple(_checked(value, vocabulary.HOSTNAME) for value in values)


def _images(context: click.Context, parameter: Parameter, values: tuple[str, ...]) -> tuple[tuple[str, str], ...]:  # noqa: ARG001 -- click's signature
    return tuple(_image(value) for value in values)


def _image(value: str) -> tuple[str, str]:
    version, equals, image = value.partition("=")
    if not equals:
        raise click.BadParameter(f"expected VERSION=IMAGE; found {value!r}; did you mean `v1={value}`?")
    return _checked(version, vocabulary.LABEL), _checked(image, vocabulary.IMAGE)


def _gateways(context: click.Context, parameter: Parameter, values: tuple[str, ...]) -> tuple[ParentGateway, ...]:  # noqa: ARG001 -- click's signature
    return tuple(_gateway(value) for value in values)


def _gateway(value: str) -> ParentGateway:
    parts = value.split("/")
    if len(parts) not in (2, 3):
        hint = f"; did you mean `default/{value}`?" if len(parts) == 1 else ""
        raise click.BadParameter(f"expected NAMESPACE/NAME[/SECTION]; found {value!r}{hint}")
    namespace, name, *section = parts
    return ParentGateway(
        _checked(namespace, vocabulary.LABEL),
        _checked(name, vocabulary.SUBDOMAIN),
        *(_checked(listener, vocabulary.SUBDOMAIN) for listener in section),
    )


@click.command("init", epilog=_EPILOG)
@click.argument("name", callback=_service_name)
@click.option(
    "--image",
    "images",
    metavar="VERSION=IMAGE",
    multiple=True,
    required=True,
    callback=_images,
    help="A version and its image; give two, oldest first.",
)
@click.option("--port", type=click.IntRange(1, 65535), default=80, show_default=True, help="The port clients call.")
@click.option("--target-port", type=click.IntRange(1, 65535), help="The container's port; --port unless given.")
@click.option(
    "--namespace", metavar="NS", default="default", show_default=True, callback=_namespace, help="The namespace."
)
@click.option(
    "--gateway",
    "gateways",
    metavar="NS/NAME[/SECTION]",
    multiple=True,
    callback=_gateways,
    help="A Gateway to attach to, perhaps by one of its listeners; may be repeated.",
)
@click.option("--mesh/--no-mesh", default=None, help="Attach to the Service itself; the default without a --gateway.")
@click.option(
    "--hostname",
    "hostnames",
    metavar="HOST",
    multiple=True,
    callback=_hostnames,
    help="A host name of the route; may be repeated.",
)
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in RouteKind]),
    default=RouteKind.HTTP.value,
    show_default=True,
    help="The kind of route.",
)
@click.option(
    "--schema",
    type=click.Choice(["published", "local"]),
    default="published",
    show_default=True,
    help=f"Where editors find the schema; local writes it into {SCHEMA_FILE} next to the file.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path(FILE_NAME),
    show_default=True,
    help="The file to write, or a directory for it.",
)
def command(
    name: str,
    images: tuple[tuple[str, str], ...],
    port: int,
    target_port: int | None,
    namespace: str,
    gateways: tuple[ParentGateway, ...],
    mesh: bool | None,  # noqa: FBT001 -- click's flag
    hostnames: tuple[str, ...],
    kind: str,
    schema: str,
    output: Path,
) -> None:
    """Write a commented gateshift.yaml for the service NAME, from which `generate` and `validate` work at once."""
    if mesh is False and not gateways:
        raise click.UsageError("without the mesh the route needs a parent: give a --gateway NAMESPACE/NAME")
    request = InitRequest(
        service=name,
        versions=_two_versions(images),
        namespace=namespace,
        port=port,
        target_port=target_port,
        kind=RouteKind(kind),
        mesh=not gateways if mesh is None else mesh,
        gateways=gateways,
        hostnames=hostnames,
        schema=SCHEMA_FILE if schema == "local" else ADDRESS,
    )
    file = output if output.suffix in (".yaml", ".yml") and not output.is_dir() else output / FILE_NAME
    _must_be_new(file, "edit it, or write another one with -o FILE")
    text = skeleton(request)
    _prove(text, file)
    clear_leftovers(file.parent)
    if schema == "local":
        _write_schema(file.parent / SCHEMA_FILE)
    write_file(file, text)
    _say_how_to_go_on(file, name)


def _must_be_new(file: Path, next_step: str) -> None:
    if file.exists() or file.is_symlink():
        raise UserError("the file is there already, and init overwrites nothing", where=str(file), next_step=next_step)


def _write_schema(file: Path) -> None:
    """The schema of this release; one that is there already and is the same is left alone."""
    text = schema_text("gateshift")
    if not file.is_file() or file.read_bytes() != text.encode():
        _must_be_new(file, f"run `gateshift schema gateshift -o {file}`, then this again")
        write_file(file, text)


def _two_versions(images: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], tuple[str, str]]:
    if len(images) != 2:
        raise click.UsageError(
            f"a rollout moves from one version to the next: give --image twice, oldest first; found {len(images)}"
        )
    if images[0][0] == images[1][0]:
        raise click.UsageError(f"both images are called {images[0][0]}: give each version a name of its own")
    return images[0], images[1]


def _prove(text: str, file: Path) -> None:
    """Refuse flags that are each right and do not go together, in the parser's own words."""
    try:
        parsed = parse_rollout(text, file, lambda _: None)
    except ConfigError as error:
        reasons = [f"{mistake.message}{f'; {mistake.hint}' if mistake.hint else ''}" for mistake in error.mistakes]
        raise click.UsageError("\n  ".join(["these flags make no valid gateshift.yaml:", *reasons])) from error
    for warning in parsed.warnings:
        tell(f"warning: {warning.message}: {warning.help}")


def _say_how_to_go_on(file: Path, name: str) -> None:
    folder = "" if file.parent == Path() else f" {file.parent}"
    click.echo(f"{file}: {name} in nine stages. Next:\n  gateshift generate{folder}\n  gateshift validate{folder}")
