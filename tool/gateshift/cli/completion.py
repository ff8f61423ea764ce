"""`gateshift completion`: the script that lets a shell complete commands, options, stages, revisions and rules.

The words that a shell completes beyond commands and options.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
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
    """Print the script that completes words in SHELL: commands, options, stages, Git's revisions, rules and paths."""
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


def revisions(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG001 -- click's signature
    """The branches and tags of the repository here, those of remotes among them."""
    from gateshift.system import git

    with _folder(context) as here:
        names = git.references(here)
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def sides(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Stages; where none begins so, `REF:` for each revision that does, else files."""
    found = stages(context, parameter, incomplete)
    if found[0].type != "file" or not incomplete:
        return found
    return [CompletionItem(f"{item.value}:") for item in revisions(context, parameter, incomplete)] or found


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

    try:
        with _folder(context):
            return [open_rollout(file).rollout for file in rollout_files_named(())]
    except (UserError, OSError):
        return []


@contextlib.contextmanager
def _folder(context: click.Context) -> Iterator[Path]:
    """In the folder that the command would run in."""
    before = Path.cwd()
    os.chdir(context.find_root().params.get("directory") or Path())
    try:
        yield Path()
    finally:
        os.chdir(before)
