"""`gateshift adopt`: read what runs, propose, prove, write."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import takewhile
from pathlib import Path

from msgspec import Struct

from gateshift.app.adopt.proposal import AdoptOptions, Proposal, propose
from gateshift.app.adopt.running import read_running
from gateshift.app.adopt.snapshot import LiveSource, live_source
from gateshift.app.adopt.source import AdoptSource, read_source, relative
from gateshift.app.adopt.trial import Trial, Tried
from gateshift.app.plan.planner import Planner
from gateshift.app.plan.sides import Side
from gateshift.app.shared.build_roots import required
from gateshift.app.shared.paths import shown_path
from gateshift.app.shared.snapshots import Snapshots
from gateshift.app.shared.tool_choices import Choices
from gateshift.errors import Exit, UserError
from gateshift.model.adoption import AdoptedStage, Adoption, Left
from gateshift.model.finding import Level
from gateshift.model.plan import PlanReport
from gateshift.model.rollout import FILE_NAME
from gateshift.model.sync_pointer import SyncPointer
from gateshift.system import atomic_write, owned_files
from gateshift.system.source_files import real_path
from gateshift.yamldoc.data import JsonObject

_HOME = "gateshift"


class AdoptRequest(Struct, frozen=True):
    """What is asked for: the paths that hold what runs today, the Service's name where there are several, the
    directory to write to, None for the default one."""

    paths: tuple[Path, ...] = ()
    service: str = ""
    folder: Path | None = None
    options: AdoptOptions = AdoptOptions()
    dry_run: bool = False


def adopt(request: AdoptRequest, choices: Choices, today: date) -> Adoption:
    """The proposal, written unless it is a dry run or a step of it is unsafe.

    Raises UserError where what runs cannot be told or built, NoVerdict where nothing could be proved.
    """
    source = read_source(request.paths)
    planner = Planner(choices, today)
    side = Side(source.label, source.root)
    build = required(planner.built(side))
    running = read_running(build, request.service)
    folder = _folder(request, source, running.name)
    live = live_source(source, build, folder)
    pointers = [_pointer(pointer, folder) for pointer in source.pointers]
    proposal = propose(running, live.data, pointers, request.options)
    with tempfile.TemporaryDirectory(prefix="gateshift-") as temporary, Snapshots() as snapshots:
        trial = Trial(source, folder, Path(temporary), choices, today)
        trial.copy_source({path: path.read_bytes() for path in planner.files(side) if path.is_file()})
        proved = _prove(trial, proposal, live, snapshots)
    if not request.dry_run:
        _write(source, folder, proved.files)
    return Adoption(
        service=running.name,
        source=" ".join(map(shown_path, request.paths)) or ".",
        file=shown_path(folder / FILE_NAME),
        way=request.options.way,
        text=proved.files[FILE_NAME],
        stages=proved.stages,
        left=(*live.left, *proposal.left, *proved.left),
        written=tuple(proved.files),
        pointers=tuple(f"{pointer} in {shown_path(pointer.file)}" for pointer in source.pointers),
        dry_run=request.dry_run,
    )


def _pointer(pointer: SyncPointer, folder: Path) -> JsonObject:
    """How a gateshift.yaml in the folder names the pointer."""
    return {"file": relative(real_path(pointer.file), folder), "object": f"{pointer.kind}/{pointer.name}"}


def _folder(request: AdoptRequest, source: AdoptSource, service: str) -> Path:
    """Where the proposal is to stand. Raises UserError where something stands there."""
    folder = real_path(request.folder) if request.folder else source.repository / _HOME / service
    if not folder.is_relative_to(source.repository):
        raise UserError(f"is outside the repository {source.repository}", where=str(folder))
    if (folder / FILE_NAME).exists():
        raise UserError(
            f"{service} has a rollout already",
            where=shown_path(folder / FILE_NAME),
            next_step="Go on with `gateshift status` and `gateshift next`, or name another directory with -o.",
        )
    if folder.is_dir() and any(folder.iterdir()):
        raise UserError(
            "the directory is not empty, and adopt touches no file of yours",
            where=shown_path(folder),
            next_step="Name another directory with -o.",
        )
    return folder


class _Proved(Struct, frozen=True):
    """The stages that can be reached safely, every file that they need, and what was left away."""

    stages: tuple[AdoptedStage, ...]
    files: dict[str, str]
    left: tuple[Left, ...]


def _prove(trial: Trial, proposal: Proposal, live: LiveSource, snapshots: Snapshots) -> _Proved:
    """Try the proposal, and keep the longest beginning of it whose steps are all safe. Raises UserError where it is not
    what runs today, does not validate, or ends before the first split."""
    text = proposal.text(len(proposal.stages))
    tried = trial.carry_out(text, live.files, snapshots)
    _refuse_changes(tried.plans[0])
    faults = trial.faults()
    if faults:
        said = "; ".join(f"{fault.rule}: {fault.message}" for fault in faults)
        raise UserError(f"the stages would not validate: {said}", exit_code=Exit.FINDINGS)
    plans = tuple(takewhile(lambda plan: plan.safe, tried.plans))
    left = tuple(_left_away(tried.plans[len(plans) :]))
    if not any(len(tried.rollout.stage(plan.target).shares) > 1 for plan in plans):
        raise UserError(f"no safe way leads to a first split: {left[0].what}: {left[0].why}", exit_code=Exit.FINDINGS)
    files = tried.files
    if left:
        text = proposal.text(len(plans))
        files = trial.generated(text)
    waits = {stage.name: stage.waits_for for stage in proposal.stages}
    stages = tuple(_stage(plan, waits[plan.target], tried) for plan in plans)
    return _Proved(stages, {FILE_NAME: text, **live.files, **files}, left)


def _refuse_changes(plan: PlanReport) -> None:
    changed = ", ".join(f"{change.resource.kind} {change.resource.name}" for change in plan.changes)
    if changed:
        raise UserError(f"the first stage would not be what runs today: {changed}", exit_code=Exit.FINDINGS)


def _left_away(plans: Sequence[PlanReport]) -> Iterator[Left]:
    """The first stage that cannot be reached safely, with the reason, and those behind it."""
    for plan in plans[:1]:
        findings = (finding for verdict in plan.engines if not verdict.safe for finding in verdict.findings)
        reasons = (finding.message for finding in findings if finding.level is Level.ERROR)
        yield Left(f"the stage {plan.target}", next(reasons, "the step to it is unsafe").rstrip("."))
    for plan in plans[1:]:
        yield Left(f"the stage {plan.target}", f"it comes after {plans[0].target}")


def _stage(plan: PlanReport, waits_for: str, tried: Tried) -> AdoptedStage:
    description = tried.rollout.stage(plan.target).description
    return AdoptedStage(plan.target, description, waits_for, len(plan.changes), plan.engines)


def _write(source: AdoptSource, folder: Path, files: Mapping[str, str]) -> None:
    contents = {folder / name: text.encode("utf-8", "surrogateescape") for name, text in files.items()}
    try:
        with owned_files.locked(source.repository):
            atomic_write.replace_together(source.repository, contents)
    except OSError as error:
        raise UserError(f"cannot be written: {error.strerror}", where=str(error.filename)) from error
