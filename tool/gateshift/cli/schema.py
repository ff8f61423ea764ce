"""`gateshift schema`: the published JSON Schemas."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import click

from gateshift.cli.output import write_file
from gateshift.yamldoc.data import JsonObject

SCHEMAS = {
    "gateshift": "gateshift.config.schema.json_schema",
    "findings": "gateshift.report.findings.json",
    "plan": "gateshift.report.plan.json",
    "explain": "gateshift.report.explain.json",
}
"""Each schema's name and the module whose `json_schema()` gives it; imported only when it is asked for."""


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
    schema: JsonObject = importlib.import_module(SCHEMAS[name]).json_schema()
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
