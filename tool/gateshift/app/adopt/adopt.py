"""`gateshift adopt`: read what runs, propose, prove, write."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from msgspec import Struct

from gateshift.app.adopt.cluster_made import without_cluster_made
from gateshift.app.adopt.environments import merged
from gateshift.app.adopt.other_owners import other_owners
from gateshift.app.adopt.proof import prove
from gateshift.app.adopt.proposal import AdoptOptions, propose
from gateshift.app.adopt.rendered_elsewhere import rendered_elsewhere
from gateshift.app.adopt.running import RunningService, read_running
from gateshift.app.adopt.snapshot import live_source
from gateshift.app.adopt.source import (
    AdoptSource,
    read_sources,
    refuse_copied_pointer,
    refuse_filled,
    refuse_twice,
    relative,
)
from gateshift.app.adopt.trial import Trial
from gateshift.app.plan.planner import Planner
from gateshift.app.plan.sides import Side
from gateshift.app.shared.build_roots import BuiltRoot, required
from gateshift.app.shared.paths import shown_path
from gateshift.app.shared.snapshots import Snapshots
from gateshift.app.shared.tool_choices import Choices
from gateshift.config.schema.vocabulary import SERVICE_NAME
from gateshift.config.slips import fits
from gateshift.errors import Exit, UserError
from gateshift.model.adoption import Adoption
from gateshift.model.resource import Build
from gateshift.model.rollout import FILE_NAME
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
    sources = read_sources(request.paths)
    planner = Planner(choices, today)
    sides = [Side(source.label, source.root) for source in sources]
    planner.prepare(sides)
    built = [planner.built(side) for side in sides]
    told = [without_cluster_made(_required(root), source.pointers) for source, root in zip(sources, built, strict=True)]
    builds = [one.build for one in told]
    for source, build in zip(sources, builds, strict=True):
        refuse_twice(source, build)
    running = [_running(build, root, request.service) for build, root in zip(builds, built, strict=True)]
    for source, runs in zip(sources, running, strict=True):
        refuse_filled(source, runs.objects)
    folder = _folder(request, sources[0], running[0].name)
    lives = [live_source(source, one, folder) for source, one in zip(sources, told, strict=True)]
    for source, live, build in zip(sources, lives, builds, strict=True):
        if source.root.files or live.files:
            refuse_copied_pointer(source, build)
    proposal = merged(
        {
            source.environment: propose(runs, live.data, _pointers(source, folder), request.options)
            for source, runs, live in zip(sources, running, lives, strict=True)
        }
    )
    written = {name: text for live in lives for name, text in live.files.items()}
    with tempfile.TemporaryDirectory(prefix="gateshift-") as temporary, Snapshots() as snapshots:
        trial = Trial(sources, folder, Path(temporary), choices, today)
        for side in sides:
            trial.copy_source({path: path.read_bytes() for path in planner.files(side) if path.is_file()})
        for source, one in zip(sources, told, strict=True):
            if one.made:
                trial.write_today(source, one.build.resources)
        proved = prove(trial, proposal, written, snapshots)
    if not request.dry_run:
        _write(sources[0], folder, proved.files)
    return Adoption(
        service=running[0].name,
        source=" ".join(map(shown_path, request.paths)) or ".",
        file=shown_path(folder / FILE_NAME),
        way=proposal.way,
        text=proved.files[FILE_NAME],
        stages=proved.stages,
        left=(
            *(item for source in sources for item in other_owners(source)),
            *(item for live in lives for item in live.left),
            *proposal.left,
            *proved.left,
        ),
        written=tuple(proved.files),
        pointers=tuple(f"{one} in {shown_path(one.file)}" for source in sources for one in source.pointers),
        dry_run=request.dry_run,
    )


def _required(root: BuiltRoot) -> Build:
    """The build. Raises UserError where there is none, also where that is because its parts come from elsewhere."""
    elsewhere = rendered_elsewhere(root) if root.build is None and root.gap is None else None
    if elsewhere is not None:
        raise elsewhere
    return required(root)


def _running(build: Build, root: BuiltRoot, service: str) -> RunningService:
    try:
        return read_running(build, service)
    except UserError as error:
        elsewhere = rendered_elsewhere(root) if error.exit_code is Exit.NOTHING_FOUND else None
        raise (elsewhere or error) from error


def _pointers(source: AdoptSource, folder: Path) -> list[JsonObject]:
    """How a gateshift.yaml in the folder names the pointers."""
    return [
        {"file": relative(real_path(pointer.file), folder), "object": f"{pointer.kind}/{pointer.name}"}
        for pointer in source.pointers
    ]


def _folder(request: AdoptRequest, source: AdoptSource, service: str) -> Path:
    """Where the proposal is to stand. Raises UserError where something stands there, and for a Service whose name the
    API server refuses: it becomes a directory's."""
    if not fits(service, SERVICE_NAME):
        raise UserError(f"expected {SERVICE_NAME.expects}; found {service!r}", where=source.label)
    folder = real_path(request.folder or source.repository / _HOME / service)
    if not folder.is_relative_to(source.repository):
        raise UserError(f"is outside the repository {source.repository}", where=shown_path(folder))
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


def _write(source: AdoptSource, folder: Path, files: Mapping[str, str]) -> None:
    contents = {folder / name: text.encode("utf-8", "surrogateescape") for name, text in files.items()}
    try:
        with owned_files.locked(source.repository):
            atomic_write.replace_together(source.repository, contents)
    except OSError as error:
        raise UserError(f"cannot be written: {error.strerror}", where=str(error.filename)) from error
