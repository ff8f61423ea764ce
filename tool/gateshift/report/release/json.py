"""The JSON of status, promote, next and generate: versioned, their fields the contracts of docs/schemas."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

from msgspec import field

from gateshift.model.promotion import Move, Obstacle, PromotionReport, Refusal
from gateshift.model.release import FileState, FileStatus, ReleaseKind, ReleaseReport
from gateshift.model.rollout import Engine
from gateshift.model.status import PointerStatus, RepositoryStatus, StatusReport, WithoutRoute
from gateshift.report import json_form
from gateshift.report.json_form import File, JsonForm, Line, Share, same, says, write
from gateshift.report.live.json import GateJson
from gateshift.report.release.promotion import seen_from
from gateshift.report.stage_wait import WaitJson, wait_json
from gateshift.yamldoc.data import JsonObject


class NextStepJson(JsonForm, frozen=True):
    """The stage after the one in force."""

    stage: Annotated[str, says("Its name.")]
    safe: Annotated[bool | None, says("Whether the step there is safe; null where nothing can be said.")]
    reason: Annotated[str, says("Why it is not safe, or why nothing can be said; else empty.")]


class SinceJson(JsonForm, frozen=True):
    """The commit that brought a pointer to its stage."""

    commit: Annotated[str, says("Its id.")]
    date: Annotated[str, says("Its date (ISO 8601).")]
    author: Annotated[str, says("Its author.")]
    subject: Annotated[str, says("Its first line.")]


class PointerJson(JsonForm, frozen=True):
    """One pointer."""

    environment: Annotated[str, says("The environment; empty where the rollout has none.")]
    engine: Annotated[Engine, says("The sync engine that follows it.")]
    name: Annotated[str, says("The name of the object.")]
    file: File
    line: Line
    path: Annotated[str, says("The path that it names.")]
    stage: Annotated[str | None, says("The stage in force, by the last commit; null where the path is not a stage.")]
    shares: Annotated[dict[str, Share], says("The share of each version; empty where the stage has no route.")]
    without_route: Annotated[
        WithoutRoute | None, says("Who answers where the stage has no route; null where it has one.")
    ]
    next: Annotated[NextStepJson | None, says("The next step; null after the last stage.")]
    since: Annotated[SinceJson | None, says("Since when; null where Git does not know.")]
    moved_to: Annotated[str | None, says("The stage that the uncommitted file names instead; null for none.")]
    wait: Annotated[WaitJson | None, says("What the stage asks for before the next; null where that is nothing.")]


class AheadJson(JsonForm, frozen=True):
    """An environment and its stage."""

    environment: Annotated[str, says("Its name.")]
    stage: Annotated[str, says("The stage in force.")]


class LiveVerdictJson(JsonForm, frozen=True):
    """What `verify` or `gate` said of the running system."""

    file: File
    command: Annotated[str, says("`verify` or `gate`.")]
    environment: Annotated[str, says("The environment; empty where the rollout has none.")]
    stage: Annotated[str, says("The stage that `verify` held the answers to; else empty.")]
    version: Annotated[str, says("The version that `gate` judged; else empty.")]
    verdict: Annotated[str, says("Its verdict.")]
    at: Annotated[str, says("When (ISO 8601).")]


class StatusJson(JsonForm, frozen=True):
    """Where a rollout stands."""

    rollout: Annotated[str, says("The rollout's service.")]
    file: File
    stages: Annotated[tuple[str, ...], says("The stages in order.")]
    pointers: Annotated[tuple[PointerJson, ...], says("Every pointer of the rollout.")]
    ahead: Annotated[tuple[AheadJson, ...], says("The environments, the furthest first, where there are several.")]
    not_understood: Annotated[tuple[str, ...], says("Objects that may be pointers, each as `FILE: KIND NAME: WHY`.")]
    without_pointer: Annotated[tuple[str, ...], says("Environments that no pointer belongs to.")]
    live: Annotated[tuple[LiveVerdictJson, ...], says("What was kept of the running system, the oldest first.")]


class RepositoryStatusJson(JsonForm, frozen=True):
    """Where the rollouts of a repository stand, where there are several."""

    rollouts: Annotated[tuple[StatusJson, ...], says("Every rollout.")]
    gaps: Annotated[tuple[str, ...], says("What could not be read, each as `FILE: WHY`.")]


class MoveJson(JsonForm, frozen=True):
    """A pointer that moves."""

    engine: Annotated[Engine, says("The sync engine that follows it.")]
    name: Annotated[str, says("The name of the object.")]
    file: File
    line: Line
    origin: Annotated[str | None, says("The stage in force; null where its path is not a stage.")] = field(name="from")
    path: Annotated[str, says("The path that the file names now.")]
    new_path: Annotated[str, says("The path that it is to name.")]


class RefusalJson(JsonForm, frozen=True):
    """What speaks against a promotion."""

    obstacle: Annotated[Obstacle, says("What it is refused for.")]
    found: Annotated[tuple[str, ...], says("What was found, in lines.")]
    hint: Annotated[str, says("The way out, or empty.")] = field(name="wayOut")


class PromotionJson(JsonForm, frozen=True):
    """What a promotion did, or would do."""

    rollout: Annotated[str, says("The rollout's service.")]
    environment: Annotated[str, says("The environment; empty where the rollout has none.")]
    target: Annotated[str, says("The stage that it leads to.")] = field(name="to")
    message: Annotated[str, says("The shift in one line, as the commit says it.")]
    gate: Annotated[GateJson | None, says("What Prometheus knows of the candidate; null where it was not asked.")]
    waits: Annotated[tuple[WaitJson, ...], says("What the stages that are left for a later one ask for.")]
    moves: Annotated[tuple[MoveJson, ...], says("The pointers.")]
    refusals: Annotated[tuple[RefusalJson, ...], says("What speaks against it, so that nothing was changed.")]
    overridden: Annotated[tuple[RefusalJson, ...], says("What spoke against it and was forced.")]
    dry_run: Annotated[bool, says("Whether it only shows what would change.")]
    done: Annotated[bool, says("Whether every pointer names the stage now.")]
    commit: Annotated[str, says("The commit that was made, or empty.")]
    branch: Annotated[str, says("The branch that was made for it, or empty.")]


class MovedPointerJson(JsonForm, frozen=True):
    """A pointer that moves to the first stage of the next release."""

    file: File
    name: Annotated[str, says("The name of the object.")]
    before: Annotated[str, says("The path that it named.")] = field(name="path")
    after: Annotated[str, says("The path that it names now.")] = field(name="newPath")


class ReleaseJson(JsonForm, frozen=True):
    """The start of the next release."""

    rollout: Annotated[str, says("The rollout's service.")]
    start: Annotated[
        ReleaseKind,
        says("After a finished release, behind one that is not, or with a version instead of an abandoned one."),
    ]
    baseline: Annotated[str, says("The version before the one that comes.")]
    candidate: Annotated[str, says("The version that comes.")]
    abandoned: Annotated[str, says("The version in whose place it comes, or empty.")]
    stages: Annotated[tuple[str, ...], says("The stages in order.")]
    pointers: Annotated[tuple[MovedPointerJson, ...], says("Every pointer that moves.")]
    written: Annotated[tuple[str, ...], says("Files written, relative to gateshift.yaml.")]
    deleted: Annotated[tuple[str, ...], says("Files deleted, relative to gateshift.yaml.")]
    notes: Annotated[tuple[str, ...], says("What the owner of the rollout should look at.")]
    dry_run: Annotated[bool, says("Whether it only shows what would change.")]
    commit: Annotated[str, says("The commit that was made, or empty.")]
    branch: Annotated[str, says("The branch that was made for it, or empty.")]


class FileStateJson(JsonForm, frozen=True):
    """A generated file."""

    file: File
    standing: Annotated[FileStatus, says("How it stands to what the rollout asks for.")]


class FilesJson(JsonForm, frozen=True):
    """The generated files."""

    files: Annotated[tuple[FileStateJson, ...], says("Every file.")]


def status_schema() -> JsonObject:
    """The published schema of `status`."""
    return json_form.json_schema("The answer of gateshift status", StatusJson, RepositoryStatusJson)


def promote_schema() -> JsonObject:
    """The published schema of `promote`."""
    return json_form.json_schema("The answer of gateshift promote", PromotionJson)


def next_schema() -> JsonObject:
    """The published schema of `next`."""
    return json_form.json_schema("The answer of gateshift next", ReleaseJson)


def generate_schema() -> JsonObject:
    """The published schema of `generate`."""
    return json_form.json_schema("The answer of gateshift generate", FilesJson)


def repository_status(report: RepositoryStatus) -> str:
    """Where the only rollout stands, or all of them."""
    rollouts = tuple(map(_status, report.rollouts))
    if len(rollouts) == 1 and not report.gaps:
        return write(rollouts[0])
    return write(RepositoryStatusJson(rollouts, report.gaps))


def _status(report: StatusReport) -> StatusJson:
    return StatusJson(
        rollout=report.rollout,
        file=report.file,
        stages=report.stages,
        pointers=tuple(_pointer(pointer) for pointer in report.pointers),
        ahead=tuple(AheadJson(environment, stage) for environment, stage in report.ahead),
        not_understood=report.not_understood,
        without_pointer=report.without_pointer,
        live=tuple(same(LiveVerdictJson, verdict) for verdict in report.live),
    )


def _pointer(pointer: PointerStatus) -> PointerJson:
    return PointerJson(
        environment=pointer.environment,
        engine=Engine(pointer.engine),
        name=pointer.name,
        file=pointer.file,
        line=pointer.line,
        path=pointer.path,
        stage=pointer.stage or None,
        shares=dict(pointer.shares),
        without_route=pointer.without_route,
        next=None if pointer.next_step is None else same(NextStepJson, pointer.next_step),
        since=None if pointer.since is None else same(SinceJson, pointer.since),
        moved_to=pointer.moved_to or None,
        wait=wait_json(pointer.wait),
    )


def promotion(report: PromotionReport, base: Path) -> str:
    """What a promotion did or would do, its files as seen from the folder `base`."""
    return write(
        PromotionJson(
            rollout=report.rollout.service.name,
            environment=report.environment.name,
            target=report.target.name,
            message=report.message,
            gate=None if report.gate is None else same(GateJson, report.gate),
            waits=tuple(wait for wait in map(wait_json, report.waits) if wait is not None),
            moves=tuple(_move(move, base) for move in report.moves),
            refusals=tuple(_refusal(refusal) for refusal in report.refusals),
            overridden=tuple(_refusal(refusal) for refusal in report.overridden),
            dry_run=report.dry_run,
            done=report.done,
            commit=report.commit,
            branch=report.branch,
        )
    )


def _move(move: Move, base: Path) -> MoveJson:
    pointer, origin = move.pointer, move.origin.name if move.origin else None
    file = seen_from(base, move.file)
    return MoveJson(pointer.engine, pointer.name, file, move.line, origin, move.path, move.new_path)


def _refusal(refusal: Refusal) -> RefusalJson:
    return same(RefusalJson, refusal)


def release(report: ReleaseReport) -> str:
    """The start of the next release."""
    return write(
        ReleaseJson(
            rollout=report.rollout.service.name,
            start=report.kind,
            baseline=report.baseline,
            candidate=report.candidate,
            abandoned=report.abandoned,
            stages=tuple(stage.name for stage in report.rollout.stages),
            pointers=tuple(same(MovedPointerJson, pointer) for pointer in report.pointers),
            written=report.written,
            deleted=report.deleted,
            notes=report.notes,
            dry_run=report.dry_run,
            commit=report.commit,
            branch=report.branch,
        )
    )


def files(states: Iterable[tuple[str, FileState]]) -> str:
    """Every file and how it stands, each with its folder."""
    return write(FilesJson(tuple(FileStateJson(prefix + state.path, state.status) for prefix, state in states)))
