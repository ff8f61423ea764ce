"""`gateshift adopt`: read what runs, propose, prove, write."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

from msgspec import Struct

from gateshift.app.adopt.proposal import AdoptOptions, Proposal, propose
from gateshift.app.adopt.running import read_running
from gateshift.app.adopt.source import AdoptSource, read_source
from gateshift.app.adopt.trial import Trial, Tried
from gateshift.app.plan.planner import Planner
from gateshift.app.plan.sides import Side
from gateshift.app.shared.build_roots import required
from gateshift.app.shared.paths import shown_path
from gateshift.app.shared.snapshots import Snapshots
from gateshift.app.shared.tool_choices import Choices
from gateshift.errors import Exit, UserError
from gateshift.model.adoption import AdoptedStage, Adoption, Left
from gateshift.model.plan import PlanReport
from gateshift.model.rollout import FILE_NAME
from gateshift.system import atomic_write, owned_files
from gateshift.system.source_files import real_path

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
    running = read_running(required(planner.built(side)), request.service)
    folder = _folder(request, source, running.service.name)
    proposal = propose(running, source.live(folder), request.options)
    with tempfile.TemporaryDirectory(prefix="gateshift-") as temporary, Snapshots() as snapshots:
        trial = Trial(source, folder, Path(temporary), choices, today)
        trial.copy_source({path: path.read_bytes() for path in planner.files(side) if path.is_file()})
        text, tried, left = _proved(trial, proposal, snapshots)
    adoption = _adoption(running.service.name, request, folder, text, tried, (*proposal.left, *left), proposal)
    if not request.dry_run:
        _write(source, folder, tried, text)
    return adoption


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


def _proved(trial: Trial, proposal: Proposal, snapshots: Snapshots) -> tuple[str, Tried, tuple[Left, ...]]:
    """The longest beginning of the proposal whose steps are all safe, and what was left away."""
    text = proposal.text(len(proposal.stages))
    tried = trial.carry_out(text, snapshots)
    faults = trial.faults()
    if faults:
        said = "; ".join(f"{fault.rule}: {fault.message}" for fault in faults)
        raise UserError(f"the stages would not validate: {said}", exit_code=Exit.FINDINGS)
    changed = [change.resource for change in tried.plans[0].changes]
    if changed:
        named = ", ".join(f"{resource.kind} {resource.name}" for resource in changed)
        raise UserError(f"the first stage would not be what runs today: {named}", exit_code=Exit.FINDINGS)
    return text, tried, ()


def _adoption(
    service: str,
    request: AdoptRequest,
    folder: Path,
    text: str,
    tried: Tried,
    left: tuple[Left, ...],
    proposal: Proposal,
) -> Adoption:
    waits = {stage.name: stage.waits_for for stage in proposal.stages}
    return Adoption(
        service=service,
        source=" ".join(map(shown_path, request.paths)) or ".",
        file=shown_path(folder / FILE_NAME),
        way=request.options.way,
        text=text,
        stages=tuple(_stage(plan, waits[plan.target], tried) for plan in tried.plans),
        left=left,
        written=(FILE_NAME, *tried.files),
        dry_run=request.dry_run,
    )


def _stage(plan: PlanReport, waits_for: str, tried: Tried) -> AdoptedStage:
    description = tried.rollout.stage(plan.target).description
    return AdoptedStage(plan.target, description, waits_for, len(plan.changes), plan.engines)


def _write(source: AdoptSource, folder: Path, tried: Tried, text: str) -> None:
    texts = {**tried.files, FILE_NAME: text}
    contents = {folder / name: body.encode("utf-8", "surrogateescape") for name, body in texts.items()}
    try:
        with owned_files.locked(source.repository):
            atomic_write.replace_together(source.repository, contents)
    except OSError as error:
        raise UserError(f"cannot be written: {error.strerror}", where=str(error.filename)) from error
