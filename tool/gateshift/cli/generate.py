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
@click.option("--force", is_flag=True, help="Overwrite files that were edited by hand or that are someone else's.")
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
    refused = any(generation.refused for generation in seen) and not force
    output.write(_renderer(seen, _preview if refused else _outcome))
    for generation in seen:
        _warn(generation, refused=bool(generation.refused) and not force)
    return Exit.FINDINGS if refused else Exit.OK


def _renderer(seen: list[Generation], text: Callable[[Generation, Style], str]) -> Callable[[str, Style], str]:
    def render(form: str, style: Style) -> str:
        if form == "json":
            from gateshift.report.release import json

            return json.files((_prefix(generation), state) for generation in seen for state in generation.states)
        return "".join(text(generation, style) for generation in seen)

    return render


def _preview(generation: Generation, style: Style) -> str:
    changes = files.diff(generation.pending, _prefix(generation), style)
    return changes + files.summary(generation.rollout.service.name, generation.states, style, done=False)


def _outcome(generation: Generation, style: Style) -> str:
    return files.summary(generation.rollout.service.name, generation.states, style, done=True)


def _warn(generation: Generation, *, refused: bool) -> None:
    if refused:
        tell(
            "gateshift: nothing was written: files in the way were edited by hand or are not gateshift's\n"
            "  Move their changes into gateshift.yaml, or give them up with --force.",
        )
        return
    for lost in stranded(generation):
        now = f", and is {lost.stage} now" if lost.stage else ""
        tell(
            f"gateshift: {lost.file} names {lost.path}, which is not a stage any more{now}\n"
            f"  `gateshift promote {lost.stage or 'STAGE'}` moves it, judged from what ran there; push both together.",
        )


def _prefix(generation: Generation) -> str:
    folder = shown_path(generation.top.resolve())
    return "" if folder == "." else f"{folder}/"
