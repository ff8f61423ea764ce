"""The entry: the commands, the options they share, and the one place that turns an error into an exit code."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from gateshift import __version__
from gateshift.cli.console import leave_stdout, tell, tell_error
from gateshift.cli.defects import Session, tell_defect, tell_interrupt
from gateshift.errors import Exit, UserError, of_surroundings

COMMANDS = {
    "init": "gateshift.cli.init",
    "adopt": "gateshift.cli.adopt",
    "generate": "gateshift.cli.generate",
    "validate": "gateshift.cli.validate",
    "plan": "gateshift.cli.plan",
    "explain": "gateshift.cli.explain",
    "promote": "gateshift.cli.promote",
    "status": "gateshift.cli.status",
    "next": "gateshift.cli.next_release",
    "verify": "gateshift.cli.verify",
    "gate": "gateshift.cli.gate",
    "export": "gateshift.cli.export",
    "rules": "gateshift.cli.rules",
    "report": "gateshift.cli.report",
    "schema": "gateshift.cli.schema",
    "tools": "gateshift.cli.tools",
    "cache": "gateshift.cli.cache",
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
        """As click does it, but for a word that is not a command: the nearest one is named."""
        word = args[0]
        if word in COMMANDS or word.startswith("-") or ctx.resilient_parsing:
            return super().resolve_command(ctx, args)
        from difflib import get_close_matches  # only a word that is not a command pays for its start-up

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
@click.option("-v", "--verbose", is_flag=True, help="Show the traceback of a defect of gateshift's own.")
@click.pass_context
def cli(context: click.Context, directory: Path | None, *, verbose: bool) -> None:
    """Write, prove and promote GitOps traffic shifts with the Kubernetes Gateway API."""
    if directory is not None:
        os.chdir(directory)
    context.ensure_object(Session).verbose = verbose


def main() -> None:
    """Run the command line and exit."""
    sys.exit(run(cli, sys.argv[1:]))


def run(command: click.Command, arguments: Sequence[str]) -> int:
    """The exit code of a command. A UserError becomes its text and its exit code; anything else is a defect of ours,
    told in one line, with its traceback in a file."""
    session = Session()
    try:
        code = command.main(list(arguments), prog_name="gateshift", standalone_mode=False, obj=session)
    except UserError as error:
        tell_error(error)
        return error.exit_code
    except (click.exceptions.Abort, KeyboardInterrupt):
        return tell_interrupt(session)
    except click.ClickException as error:
        _tell_usage(error)
        return Exit.USAGE
    except OSError as error:
        refused = of_surroundings(error)
        if refused is None:
            return tell_defect(error, session)
        leave_stdout()
        tell_error(refused)
        return refused.exit_code
    except Exception as error:  # noqa: BLE001 -- the one place in the shell where defects end
        return tell_defect(error, session)
    return code if isinstance(code, int) else Exit.OK


def _tell_usage(error: click.ClickException) -> None:
    """As click shows it, without what the arguments could have put into it."""
    context = getattr(error, "ctx", None)
    if isinstance(context, click.Context):
        tell(context.get_usage())
        tell(f"Try '{context.command_path} --help' for help.\n")
    tell(f"Error: {error.format_message()}")
