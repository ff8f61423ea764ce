"""`gateshift generate`: gateshift.yaml -> base/, overlays/, sync/."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from gateshift.app.generate.generate import Generation, finish_interrupted, look, stranded, write
from gateshift.app.shared.paths import shown_path
from gateshift.app.shared.rollouts import rollout_files_named
from gateshift.cli.console import tell
from gateshift.cli.output import Output, OutputCommand, output_options
from gateshift.config import open_rollout
from gateshift.errors import Exit
from gateshift.report.release import files
from gateshift.report.style import Style

_EPILOG = """\b
Examples:
  gateshift generate                 write what gateshift.yaml asks for
  gateshift generate --check         fail, with a diff, where a file is not what it asks for
  gateshift generate services/shop   the rollouts in that folder
"""


@click.command(cls=OutputCommand, epilog=_EPILOG)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Write nothing; exit 1 with a diff where files are stale or were edited.")
@click.option("--diff", "show", is_flag=True, help="Write nothing; show what would change.")
@click.option("--force", is_flag=True, help="Overwrite files of this rollout that were edited by hand.")
@output_options(("text", "json"))
def command(paths: tuple[Path, ...], check: bool, show: bool, force: bool, output: Output) -> int:  # noqa: FBT001 -- click's flags
    """Write base/, overlays/ and sync/ from gateshift.yaml.

    PATHS are gateshift.yaml files or folders that hold some; without any, the current folder. The same input gives the
    same bytes. A file that was edited by hand, or that gateshift did not write, is never overwritten or deleted.
    """
    if check and force:
        raise click.UsageError("--check writes nothing, so --force does not go with it")
    named = rollout_files_named(paths)
    for finished in (each for file in named if not (check or show) for each in finish_interrupted(file.parent)):
        tell(f"gateshift: {finished}: finished what an interrupted run had begun")
    parsed = [open_rollout(file) for file in named]
    for warning in (warning for each in parsed for warning in each.warnings):
        tell(f"{warning.at}: warning: {warning.message}")
    rollouts = [each.rollout for each in parsed]
    if check or show:
        seen = [look(rollout) for rollout in rollouts]
        output.write(_renderer(seen, _preview))
        return Exit.FINDINGS if check and any(generation.pending for generation in seen) else Exit.OK
    seen = [write(rollout, force=force) for rollout in rollouts]
    kept = [generation.kept(force=force) for generation in seen]
    output.write(_renderer(seen, _refusal if any(kept) else _outcome))
    for generation, states in zip(seen, kept, strict=True):
        if states:
            _refuse(generation)
        else:
            _warn(generation)
    return Exit.FINDINGS if any(kept) else Exit.OK


def _renderer(seen: list[Generation], text: Callable[[Generation, Style], str]) -> Callable[[str, Style], str]:
    def render(form: str, style: Style) -> str:
        if form == "json":
            from gateshift.report.release import json

            return json.files((_prefix(generation), state) for generation in seen for state in generation.states)
        return "".join(text(generation, style) for generation in seen)

    return render


def _preview(generation: Generation, style: Style) -> str:
    ours = () if generation.strangers else generation.pending
    changes = files.diff(ours, _prefix(generation), style)
    return changes + files.summary(generation.rollout.service.name, generation.states, style, done=False)


def _refusal(generation: Generation, style: Style) -> str:
    """What stands in the way, and of what was edited how it differs."""
    states = [state for state in generation.states if state.status.in_the_way]
    edited = [state for state in states if state not in generation.strangers]
    changes = files.diff(edited, _prefix(generation), style)
    return changes + files.summary(generation.rollout.service.name, states, style, done=False)


def _outcome(generation: Generation, style: Style) -> str:
    return files.summary(generation.rollout.service.name, generation.states, style, done=True)


def _refuse(generation: Generation) -> None:
    """Say why nothing was written, and what to do."""
    if generation.strangers:
        name = generation.rollout.service.name
        why = "there are files in the way that gateshift did not write, and never overwrites"
        then = (
            f"Give gateshift.yaml a directory of its own, such as gateshift/{name}. A service that runs already comes "
            "in with `gateshift adopt`, which does that."
        )
    elif generation.unreadable_pointers:
        shown = ", ".join(f"{_prefix(generation)}{state.path}" for state in generation.unreadable_pointers)
        why = f"the stage that {shown} names cannot be read, and may be the one in force"
        then = "Put its path back, as after a merge conflict, and generate again."
    else:
        why = "files in the way were edited by hand"
        then = "Move their changes into gateshift.yaml, or give them up with --force."
    tell(f"gateshift: nothing was written: {why}\n  {then}")


def _warn(generation: Generation) -> None:
    for lost in stranded(generation):
        now = f", and is {lost.stage} now" if lost.stage else ""
        tell(
            f"gateshift: {lost.file} names {lost.path}, which is not a stage any more{now}\n"
            f"  `gateshift promote {lost.stage or 'STAGE'}` moves it, judged from what ran there; push both together.",
        )


def _prefix(generation: Generation) -> str:
    folder = shown_path(generation.top.resolve())
    return "" if folder == "." else f"{folder}/"
