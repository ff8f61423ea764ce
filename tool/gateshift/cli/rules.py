"""`gateshift rules`: what each rule means, why it matters, and an example of each kind."""

from __future__ import annotations

import click

from gateshift.cli.output import Output, OutputCommand, output_options
from gateshift.pipeline.rule_pages import rule_pages
from gateshift.report.rules import FORMATS


@click.command("rules", cls=OutputCommand)
@click.argument("rules", metavar="[ID]...", nargs=-1)
@output_options(FORMATS)
def command(rules: tuple[str, ...], output: Output) -> None:
    """List the rules, or explain those named: by id, by name, or a whole family such as GS3.

    \b
    gateshift rules GS302
    gateshift rules -f markdown -o docs/rules.md
    """
    pages = rule_pages(rules)
    output.write(lambda form, style: FORMATS[form](pages, style))
