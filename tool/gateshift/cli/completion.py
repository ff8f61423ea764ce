"""`gateshift completion`: the script that lets a shell complete commands, options, stages and rules."""

from __future__ import annotations

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

VARIABLE = "_GATESHIFT_COMPLETE"
"""The variable by which the script asks the program for words."""

_SHELLS: dict[str, type[ShellComplete]] = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}

_EPILOG = """\b
Examples:
  eval "$(gateshift completion bash)"       in ~/.bashrc
  eval "$(gateshift completion zsh)"        in ~/.zshrc
  gateshift completion fish | source        in ~/.config/fish/config.fish
"""


@click.command("completion", epilog=_EPILOG)
@click.argument("shell", type=click.Choice(list(_SHELLS)))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Print the script that completes words in SHELL: commands, options, and the names of stages and rules."""
    root = context.find_root().command
    script = _SHELLS[shell](root, {}, "gateshift", VARIABLE)
    click.echo(script.source_template % script.source_vars())
