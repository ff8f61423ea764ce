"""`gateshift export`: the same plan for a controller in the cluster."""

from __future__ import annotations

import click

from gateshift.app.export.export import export
from gateshift.app.promote.select_pointers import chosen_environment
from gateshift.app.shared.rollout_pointers import rollout_pointers
from gateshift.app.shared.rollouts import rollout_here
from gateshift.cli import completion
from gateshift.cli.console import tell
from gateshift.cli.output import Output, OutputCommand, output_options
from gateshift.errors import Exit
from gateshift.model.controller_export import Controller
from gateshift.report.export.formats import FORMATS, told

_EPILOG = """\b
Examples:
  gateshift export flagger > canary.yaml
  gateshift export argo-rollouts --env prod -o shop.yaml
  gateshift export flagger --webhook https://approvals.example.org/shop
"""


@click.command("export", cls=OutputCommand, epilog=_EPILOG)
@click.argument("controller", type=click.Choice([controller.value for controller in Controller]))
@click.option(
    "--env",
    "environment",
    default="",
    metavar="NAME",
    help="The environment whose release is exported.",
    shell_complete=completion.environments,
)
@click.option(
    "--webhook",
    default="",
    metavar="URL",
    help="What Flagger asks for approvals; the gate of its load tester in the service's namespace unless given.",
)
@output_options(FORMATS)
def command(controller: str, environment: str, webhook: str, output: Output) -> int:
    """Write the last release as objects for CONTROLLER, which then moves the weights by itself.

    For Flagger a Canary, for Argo Rollouts a Rollout with the plugin for the Gateway API, with all that they need: the
    stages become steps, soaks and approvals pauses or webhooks, the gate an analysis. What the controller cannot
    express is said on standard error and on top of the objects. See docs/export.md for how to hand over.
    """
    rollout = rollout_here()
    chosen = chosen_environment(rollout_pointers(rollout), environment)
    made = export(rollout, chosen, Controller(controller), webhook)
    output.write(lambda form, style: FORMATS[form](made, style))
    if made.left:
        tell("\n".join([f"{controller} cannot express:", *told(made)]))
    return Exit.OK
