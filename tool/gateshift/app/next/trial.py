"""A next release in a folder of its own: it has to validate, and what is in force must stay as it is."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path

from gateshift.app.plan.plan import Plans
from gateshift.app.plan.planner import Planner
from gateshift.app.plan.sides import Side
from gateshift.app.shared.resolve_target import only_root
from gateshift.app.shared.rollout_pointers import sync_settings
from gateshift.app.shared.snapshots import Snapshots
from gateshift.app.shared.tool_choices import Choices
from gateshift.app.validate.validate import errors_in
from gateshift.errors import Exit, UserError
from gateshift.kustomize.tree.tree_reader import TreeReader
from gateshift.model.kustomization import Root
from gateshift.model.plan import PlanReport
from gateshift.model.rollout import Environment, ManifestWorkload, OwnFile, Rollout, Stage
from gateshift.model.sync_pointer import RolloutPointers
from gateshift.system.repositories import repository_of
from gateshift.system.source_files import real_path

_TOP = ".git"
"""A file of this name makes a folder the top of a repository to whoever looks."""


class ReleaseTrial:
    """The next release, written into the folder, beside the one in force."""

    def __init__(self, folder: Path, pointing: RolloutPointers, choices: Choices, today: date) -> None:
        self._pointing = pointing
        self._choices = choices
        self._today = today
        self._repository = real_path(folder)
        self._top = real_path(pointing.rollout.file.parent)
        self._folder = self._repository / self._top.relative_to(pointing.repository)

    def write(self, rollout: Rollout, text: str, files: Mapping[str, str]) -> None:
        """Write gateshift.yaml, its files, and whatever of the owner's they are made of."""
        (self._repository / _TOP).touch()
        own = list(_own(rollout))
        folders = [file.path for file in own if file.text is None]
        for source in dict.fromkeys((*_below(self._top, folders), *_crds(rollout, self._top))):
            if source.is_relative_to(self._pointing.repository):
                self._copy(source)
        texts = {file.path: file.text for file in own if file.text is not None}
        for name, content in {**texts, **files, "gateshift.yaml": text}.items():
            file = self._folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content.encode("utf-8", "surrogateescape"))

    def _copy(self, source: Path) -> None:
        target = self._repository / source.relative_to(self._pointing.repository)
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
        elif source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)

    def refuse_faults(self) -> None:
        """Raises UserError where a stage has errors, NoVerdict where that could not be checked."""
        faults = errors_in(self._folder / "overlays", self._choices, self._today)
        if faults:
            said = "; ".join(f"{fault.rule}: {fault.message}" for fault in faults)
            raise UserError(f"the next release would not validate: {said}", exit_code=Exit.FINDINGS)

    def plans(self, rollout: Rollout, steps: Mapping[tuple[Environment, Stage], Stage]) -> tuple[PlanReport, ...]:
        """What becomes of each stage in force. Raises UserError where a request would be lost."""
        with Snapshots() as snapshots:
            plans = Plans(Planner(self._choices, self._today), snapshots)
            return tuple(
                self._plan(plans, rollout, environment, before, after) for (environment, before), after in steps.items()
            )

    def _plan(
        self, plans: Plans, rollout: Rollout, environment: Environment, before: Stage, after: Stage
    ) -> PlanReport:
        old = self._pointing.rollout
        plan = plans.between(
            Side(before.name, only_root(self._top / old.overlay(before, environment))),
            Side(after.name, only_root(self._folder / rollout.overlay(after, environment))),
            sync_settings(self._pointing, environment),
        )
        if not plan.safe:
            reasons = [each.message for verdict in plan.engines if verdict.decides for each in verdict.findings]
            raise UserError(
                f"the step from {before.name} to {after.name} of the next release is unsafe: {'; '.join(reasons)}",
                where=str(old.file),
                next_step="Promote to a stage in which fewer versions run first.",
                exit_code=Exit.FINDINGS,
            )
        return plan


def _own(rollout: Rollout) -> Iterator[OwnFile]:
    """The owner's files and folders that the rollout is made of."""
    yield from rollout.objects
    for version in rollout.versions:
        yield from version.objects
        if isinstance(version.workload, ManifestWorkload):
            yield OwnFile(version.workload.path, version.workload.text)
    for stage in rollout.stages:
        yield from stage.objects
    for environment in rollout.environments:
        live = rollout.live_in(environment)
        if live is not None:
            yield from (OwnFile(file.path, file.text) for file in live.files)
            yield from [OwnFile(live.path, None)] if live.path else []


def _below(top: Path, folders: Iterable[str]) -> Iterator[Path]:
    """The files that these folders' kustomizations are made of, wherever they lie."""
    reader = TreeReader()
    for name in folders:
        folder = real_path(top / name)
        yield from reader.read(Root(top / name, folder, repository_of(folder))).sources


def _crds(rollout: Rollout, top: Path) -> Iterator[Path]:
    return (real_path(top / name) for name in rollout.schemas.crds)
