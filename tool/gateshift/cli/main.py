"""The entry: the commands, the options they share, and the one place that turns an error into an exit code."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gateshift import __version__
from gateshift.cli.console import leave_stdout, tell, tell_error
from gateshift.cli.defects import Session, tell_defect, tell_interrupt
from gateshift.errors import Exit, UserError, of_surroundings

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

GROUPS = {
    "Begin a rollout": {
        "init": ("init", "Write a commented gateshift.yaml for a service."),
        "adopt": ("adopt", "Bring a service that already runs under gateshift."),
        "generate": ("generate", "Write base/ and overlays/ and sync/ from gateshift.yaml."),
        "export": ("export", "Write the last release for Flagger or Argo Rollouts."),
    },
    "Look before a step": {
        "validate": ("validate", "Check every manifest under the paths."),
        "merge": ("merge", "Put the parts of a sharded validation together."),
        "plan": ("plan", "Show what a step does to traffic and whether it is safe."),
        "explain": ("explain", "Say which backend and version gets a request."),
        "report": ("report", "Draw each rollout as one self-contained HTML page."),
    },
    "Take the step": {
        "promote": ("promote", "Move the pointer of Argo CD or Flux to a stage."),
        "status": ("status", "Show the stage in force and what is next."),
        "next": ("next_release", "Start the release of another version."),
    },
    "Look at what runs": {
        "verify": ("verify", "Send requests and test the shares of the versions."),
        "gate": ("gate", "Ask Prometheus whether the candidate may go on."),
    },
    "Look something up": {
        "rules": ("rules", "List the rules or explain one."),
        "schema": ("schema", "Print a JSON Schema for editors or for scripts."),
        "tools": ("tools", "Install and show kustomize and kubeconform and the schemas."),
        "cache": ("cache", "Show or delete the answers kept between runs."),
        "completion": ("completion", "Print the completion script of a shell."),
        "docs": ("docs", "Write a page of the documentation."),
    },
}
"""The commands in groups by a rollout's life: the module in `gateshift.cli` that holds each as `command`, imported only
when it is named, and what it does, short enough for a line and without a comma, which some shells cut at."""

COMMANDS = {name: entry for group in GROUPS.values() for name, entry in group.items()}


class LazyGroup(click.Group):
    """A group that imports a command's module only when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        """The commands in the order of a rollout's life."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 -- click's signature
        """The command of that name, its module imported now."""
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"gateshift.cli.{COMMANDS[cmd_name][0]}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 -- click's signature
        """The commands by their groups, with what each does."""
        for title, group in GROUPS.items():
            with formatter.section(title):
                formatter.write_dl([(name, summary) for name, (_, summary) in group.items()], col_max=12)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The commands that begin so, each with what it does, and the options."""
        from click.shell_completion import CompletionItem  # only a shell that asks pays for its start-up

        found = [CompletionItem(name, help=entry[1]) for name, entry in COMMANDS.items() if name.startswith(incomplete)]
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]

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
