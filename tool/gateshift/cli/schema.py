"""`gateshift schema`: the published JSON Schemas."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import click

from gateshift.cli.output import write_file
from gateshift.yamldoc.data import JsonObject


def _gateshift() -> JsonObject:
    from gateshift.config.schema.json_schema import json_schema

    return json_schema()


def _settings() -> JsonObject:
    from gateshift.config.schema.json_schema import settings_schema

    return settings_schema()


def _findings() -> JsonObject:
    from gateshift.report.findings.json import json_schema

    return json_schema()


def _adopt() -> JsonObject:
    from gateshift.report.adopt.json import json_schema

    return json_schema()


def _plan() -> JsonObject:
    from gateshift.report.plan.json import json_schema

    return json_schema()


def _explain() -> JsonObject:
    from gateshift.report.explain.json import json_schema

    return json_schema()


def _status() -> JsonObject:
    from gateshift.report.release.json import status_schema

    return status_schema()


def _promote() -> JsonObject:
    from gateshift.report.release.json import promote_schema

    return promote_schema()


def _next() -> JsonObject:
    from gateshift.report.release.json import next_schema

    return next_schema()


def _generate() -> JsonObject:
    from gateshift.report.release.json import generate_schema

    return generate_schema()


def _verify() -> JsonObject:
    from gateshift.report.live.json import verify_schema

    return verify_schema()


def _gate() -> JsonObject:
    from gateshift.report.live.json import gate_schema

    return gate_schema()


def _export() -> JsonObject:
    from gateshift.report.export.formats import export_schema

    return export_schema()


SCHEMAS: dict[str, Callable[[], JsonObject]] = {
    "gateshift": _gateshift,
    "settings": _settings,
    "findings": _findings,
    "adopt": _adopt,
    "plan": _plan,
    "explain": _explain,
    "status": _status,
    "promote": _promote,
    "next": _next,
    "generate": _generate,
    "verify": _verify,
    "gate": _gate,
    "export": _export,
}
"""Each schema's name and what makes it; the modules are imported only when it is asked for."""

_EPILOG = """\b
Examples:
  gateshift schema gateshift
  gateshift schema findings -o docs/schemas/findings.schema.json
"""


@click.command("schema", epilog=_EPILOG)
@click.argument("name", type=click.Choice(list(SCHEMAS)))
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write it to this file, not to the screen."
)
def command(name: str, output: Path | None) -> None:
    """Print the JSON Schema NAME, for editors and for readers of the tool's JSON."""
    text = schema_text(name)
    if output is None:
        click.echo(text, nl=False)
    else:
        write_file(output, text)


def schema_text(name: str) -> str:
    """The schema of that name as the file that is published."""
    return json.dumps(SCHEMAS[name](), indent=2, ensure_ascii=False) + "\n"
