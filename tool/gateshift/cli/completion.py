"""`gateshift completion`: the script that lets a shell complete commands, options, stages and rules.

The words that a shell completes beyond commands and options: stages and rules.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import click
from click.shell_completion import BashComplete, CompletionItem, FishComplete, ShellComplete, ZshComplete

from gateshift.errors import UserError
from gateshift.model.rollout import Rollout

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


def stages(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG001 -- click's signature
    """The stages of the rollouts here, in their order, each with what it is; files where none begins so.

    The scripts of the shells take either words or files.
    """
    found = [
        CompletionItem(stage.name, help=stage.description)
        for rollout in _rollouts(context)
        for stage in rollout.stages
        if stage.name.startswith(incomplete)
    ]
    return _once(found) or [CompletionItem(incomplete, type="file")]


def environments(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG001 -- click's signature
    """The environments of the rollouts here."""
    names = (environment.name for rollout in _rollouts(context) for environment in rollout.environments)
    return _once(CompletionItem(name) for name in names if name and name.startswith(incomplete))


def rules(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG001 -- click's signature
    """The rules by id, each with its name."""
    from gateshift.checks.registry import every_rule

    found = every_rule().values()
    return [CompletionItem(rule.id, help=rule.name) for rule in found if rule.id.startswith(incomplete.upper())]


def _once(items: Iterable[CompletionItem]) -> list[CompletionItem]:
    return list({item.value: item for item in items}.values())


def _rollouts(context: click.Context) -> list[Rollout]:
    """The rollouts that a command would find; none where one cannot be read, as nobody reads an error while typing."""
    from gateshift.app.shared.rollouts import rollout_files_named
    from gateshift.config import open_rollout

    here = context.find_root().params.get("directory") or Path()
    before = Path.cwd()
    try:
        os.chdir(here)
        return [open_rollout(file).rollout for file in rollout_files_named(())]
    except (UserError, OSError):
        return []
    finally:
        os.chdir(before)
