"""A proposal in a folder of its own, next to a copy of what runs today: built, validated, and each step judged."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from gateshift.app.adopt.source import AdoptSource
from gateshift.app.plan.plan_values import Reporter
from gateshift.app.plan.planner import Planner
from gateshift.app.plan.sides import Side
from gateshift.app.shared.resolve_target import only_root
from gateshift.app.shared.rollouts import root_of
from gateshift.app.shared.snapshots import Snapshots
from gateshift.app.shared.tool_choices import Choices
from gateshift.app.validate.validate import errors_in
from gateshift.config import file_reader, open_rollout, parse_rollout
from gateshift.config.spec_errors import ConfigError
from gateshift.errors import Exit, UserError
from gateshift.manifests import generate
from gateshift.model.kustomization import Root
from gateshift.model.plan import PlanReport
from gateshift.model.report import ReportedFinding
from gateshift.model.resource import Resource
from gateshift.model.rollout import FILE_NAME, Rollout
from gateshift.system.source_files import real_path
from gateshift.yamldoc import dump

_TOP = ".git"
"""A file of this name makes a folder the top of a repository to whoever looks."""
_TODAY = ".today"


class Tried(Struct, frozen=True):
    """What came of a trial: the rollout, its files' texts, and the plan of the step to each stage in each environment,
    the first from what runs today."""

    rollout: Rollout
    files: Mapping[str, str]
    plans: tuple[PlanReport, ...]


class Trial:
    """The folder of one trial. `folder` is where the proposal is to stand."""

    def __init__(
        self, sources: Sequence[AdoptSource], folder: Path, temporary: Path, choices: Choices, today: date
    ) -> None:
        self._sources = sources
        self._choices = choices
        self._today = today
        self._top = real_path(temporary)
        (self._top / _TOP).touch()
        self._folder = self._mirrored(folder)
        self._planner = Planner(choices, today)
        self._written: dict[str, Root] = {}

    def _mirrored(self, path: Path) -> Path:
        return self._top / path.relative_to(self._sources[0].repository)

    def copy_source(self, sources: Mapping[Path, bytes]) -> None:
        """Put the files that today's build is made of where the proposal looks for them."""
        for path, content in sources.items():
            file = self._mirrored(path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)

    def write_today(self, source: AdoptSource, resources: Sequence[Resource]) -> None:
        """Have these objects alone as what runs today."""
        folder = self._top / _TODAY / source.environment
        folder.mkdir(parents=True)
        file = folder / "all.yaml"
        file.write_text("---\n".join(dump(resource.data) for resource in resources), "utf-8", "surrogateescape")
        self._written[source.environment] = Root(folder, folder, self._top, (file,))

    def carry_out(self, text: str, live: Mapping[str, str], snapshots: Snapshots) -> Tried:
        """Try the gateshift.yaml of that text; `live` are the files that come with it. Raises UserError where a stage
        cannot be built."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._write({**live, FILE_NAME: text})
        rollout = self._opened()
        files = generate(rollout)
        self._write(files)
        reporter = Reporter(self._planner.placer, snapshots)
        return Tried(rollout, files, tuple(self._plans(rollout, reporter)))

    def _opened(self) -> Rollout:
        try:
            return open_rollout(self._folder / FILE_NAME).rollout
        except ConfigError as error:
            said = "; ".join(dict.fromkeys(mistake.message for mistake in error.mistakes))
            raise UserError(
                f"gateshift.yaml does not take what runs: {said}",
                next_step="Write it by hand from `gateshift init`, and name what runs under `live`.",
                exit_code=Exit.FINDINGS,
            ) from error

    def without_top(self, text: str) -> str:
        """The text with files of the trial named as they will be."""
        return re.sub(rf"[^\s:]*{re.escape(self._top.name)}/", "", text)

    def generated(self, text: str) -> Mapping[str, str]:
        """The files of another gateshift.yaml, next to the same files of the owner's."""
        file = self._folder / FILE_NAME
        return generate(parse_rollout(text, file, file_reader(self._folder)).rollout)

    def _write(self, texts: Mapping[str, str]) -> None:
        for name, text in texts.items():
            file = self._folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode("utf-8", "surrogateescape"))

    def _plans(self, rollout: Rollout, reporter: Reporter) -> Iterator[PlanReport]:
        for source, environment in zip(self._sources, rollout.environments, strict=True):
            roots = [root_of(rollout, environment, stage) for stage in rollout.stages]
            sides = [Side(root.stage.name, only_root(root.folder), root) for root in roots]
            today = Side(source.label, self._today_root(source))
            self._planner.prepare((today, *sides))
            for before, after in zip((today, *sides), sides, strict=False):
                yield reporter.plan(before, after, self._planner.step(before, after, source.settings))

    def _today_root(self, source: AdoptSource) -> Root:
        if source.environment in self._written:
            return self._written[source.environment]
        root = source.root
        files = tuple(self._mirrored(real_path(file)) for file in root.files)
        folder = self._mirrored(root.folder)
        return replace(root, path=folder, folder=folder, repository=self._top, files=files)

    def faults(self) -> tuple[ReportedFinding, ...]:
        """The errors that `validate` finds in the proposal and not in what runs today."""
        today = {self._today_root(source).path for source in self._sources}
        known = {_identity(fault) for path in today for fault in errors_in(path, self._choices, self._today)}
        found = errors_in(self._folder, self._choices, self._today)
        return tuple(fault for fault in found if _identity(fault) not in known)


def _identity(fault: ReportedFinding) -> tuple[str, str]:
    return fault.rule, str(fault.resource)
