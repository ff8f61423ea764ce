"""The entry: the table of commands, the options all share, and the one place that turns an error into an exit code."""

from __future__ import annotations

import importlib
import os
import sys
from difflib import get_close_matches
from pathlib import Path

import click

from gateshift import __version__
from gateshift.errors import Exit, UserError

COMMANDS = {
    "init": "gateshift.cli.init",
    "generate": "gateshift.cli.generate",
    "validate": "gateshift.cli.validate",
    "plan": "gateshift.cli.plan",
    "explain": "gateshift.cli.explain",
    "promote": "gateshift.cli.promote",
    "status": "gateshift.cli.status",
    "next": "gateshift.cli.next_release",
    "rules": "gateshift.cli.rules",
    "report": "gateshift.cli.report",
    "schema": "gateshift.cli.schema",
    "tools": "gateshift.cli.tools",
    "completion": "gateshift.cli.completion",
    "docs": "gateshift.cli.docs",
}
"""Each command and the module that holds it as `command`; a module is imported only when its command is named."""


class LazyGroup(click.Group):
    """A group that imports a command's module only when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        """The commands in the order of a rollout's life."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 -- click's signature
        """The command of that name, its module imported now."""
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(COMMANDS[cmd_name]).command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does it, but for a word that is no command: the nearest one is named."""
        word = args[0]
        if word in COMMANDS or word.startswith("-") or ctx.resilient_parsing:
            return super().resolve_command(ctx, args)
        near = get_close_matches(word, COMMANDS, n=1)
        hint = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(COMMANDS)}"
        raise click.UsageError(f"there is no command {word!r}: {hint}", ctx)


@click.group(
    cls=LazyGroup,
    context_settings={
        "help_option_names": ["-h", "--help"],
        "auto_envvar_prefix": "GATESHIFT",
        "max_content_width": 100,
    },
)
@click.version_option(__version__, "-V", "--version", message="gateshift %(version)s")
@click.option(
    "-C",
    "directory",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Run as if started in DIR.",
)
def cli(directory: Path | None) -> None:
    """Write, prove and promote GitOps traffic shifts with the Kubernetes Gateway API."""
    if directory is not None:
        os.chdir(directory)


def main() -> None:
    """Run the command line; a UserError becomes its text and its exit code, anything else is a defect and is shown."""
    try:
        code = cli.main(prog_name="gateshift", standalone_mode=False)
        sys.exit(code if isinstance(code, int) else Exit.OK)
    except UserError as error:
        click.echo(f"gateshift: {error}", err=True)
        sys.exit(error.exit_code)
    except click.exceptions.Abort:
        sys.exit(Exit.INTERRUPTED)
    except click.ClickException as error:
        error.show()
        sys.exit(Exit.USAGE)
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 -- the interpreter flushes it at exit
        sys.exit(Exit.OK)
