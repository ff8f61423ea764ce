"""`gateshift rules`: what each rule means, why it matters, and an example of each kind."""

from __future__ import annotations

import click

from gateshift.app.rules.rule_pages import next_id, rule_pages
from gateshift.cli import completion
from gateshift.cli.output import Output, OutputCommand, output_options
from gateshift.report.docs.rules import FORMATS

_EPILOG = """\b
Examples:
  gateshift rules                                    every rule in a line
  gateshift rules GS302                              one rule, with an example that fails and one that passes
  gateshift rules --next-id references               the id for a new rule of that family
  gateshift rules -f markdown -o docs/rules.md
"""


@click.command("rules", cls=OutputCommand, epilog=_EPILOG)
@click.argument("rules", metavar="[ID]...", nargs=-1, shell_complete=completion.rules)
@click.option("--next-id", "family", metavar="FAMILY", help="Print the free id for a new rule of this family instead.")
@output_options(FORMATS)
def command(rules: tuple[str, ...], family: str | None, output: Output) -> None:
    """List the rules, or explain those named: by id, by name, or a whole family such as GS3."""
    if family is not None and rules:
        raise click.UsageError("--next-id prints a free id, so no rule goes with it")
    if family is not None:
        click.echo(next_id(family))
        return
    pages = rule_pages(rules)
    output.write(lambda form, style: FORMATS[form](pages, style))
