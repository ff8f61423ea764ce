"""The steps that a branch makes in folders of plain YAML that no kustomization reads and no pointer follows."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from gateshift.app.plan.branch_steps import BranchStep, removal_of
from gateshift.app.plan.planner import Planner
from gateshift.app.plan.sides import Side
from gateshift.app.shared.paths import shown_path
from gateshift.app.shared.snapshots import Snapshot
from gateshift.engines.registry import WITHOUT_POINTER
from gateshift.kustomize.tree.roots import YAML_ENDINGS
from gateshift.model.kustomization import Root
from gateshift.system.source_files import real_path


class ToldElsewhere(Struct, frozen=True):
    """What is no plain folder's: what the other steps read, the files of pointers, and the folders of rollouts."""

    steps: Sequence[BranchStep]
    files: frozenset[Path]
    folders: tuple[Path, ...]


def plain_steps(
    base: Snapshot, planner: Planner, changed: Collection[Path], told: ToldElsewhere
) -> Iterator[BranchStep]:
    """The folders with a changed file of manifests of which nothing else tells. Any of them may be live that settings
    do not call unsynced."""
    now = {file for step in told.steps for file in planner.files(step.after)} | told.files
    then = {file for step in told.steps if step.before is not None for file in planner.files(step.before)}
    then |= {base.folder(file) for file in told.files}
    for folder in _folders(base, changed):
        if planner.settings.excludes(folder) or any(folder.is_relative_to(other) for other in told.folders):
            continue
        before, after = _plain(planner, base.folder(folder), then), _plain(planner, folder, now)
        if before is None:
            continue
        label, live = shown_path(folder), not planner.settings.is_unsynced(folder)
        side = Side(f"{base.name}:{label}", before)
        if after is not None:
            yield BranchStep(side, Side(label, after), WITHOUT_POINTER, live=live)
        elif not folder.exists():
            yield BranchStep(side, Side(label, before), WITHOUT_POINTER, live=live, extra=(removal_of(before, label),))


def _folders(base: Snapshot, changed: Collection[Path]) -> list[Path]:
    """The folders below the current one with a changed YAML file, hidden ones left out."""
    here = real_path(Path())
    folders = {file.parent for file in changed if file.suffix in YAML_ENDINGS and file.is_relative_to(here)}
    return sorted(
        folder
        for folder in folders
        if not any(part.startswith(".") for part in folder.relative_to(base.work_tree).parts)
    )


def _plain(planner: Planner, folder: Path, read: Collection[Path]) -> Root | None:
    """The folder's own manifests as one root, without the files that are in `read`; None where there are none."""
    files = sorted(file for file in folder.iterdir() if file.suffix in YAML_ENDINGS) if folder.is_dir() else []
    return next(iter(planner.plain_roots(files, read)), None)
