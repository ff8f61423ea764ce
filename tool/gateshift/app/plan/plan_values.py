"""A judged step as the value that renderers take."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec.structs import replace

from gateshift.app.plan.planner import EngineFindings, PlannedStep
from gateshift.app.plan.sides import Side
from gateshift.app.shared.locate_findings import Placer
from gateshift.app.shared.rollouts import declared_rule_name
from gateshift.app.shared.snapshots import Snapshots
from gateshift.app.validate.assemble import reported
from gateshift.checks.registry import every_rule
from gateshift.engines.changes import Change
from gateshift.engines.registry import WITHOUT_POINTER
from gateshift.model.finding import Level
from gateshift.model.plan import SAFE_WAY, EngineVerdict, FieldChange, ObjectChange, PlanReport, TrafficRow
from gateshift.model.report import ReportedFinding, ReportedPlace, ResourceName
from gateshift.model.resource import Build, Resource
from gateshift.model.sync_pointer import SyncSettings
from gateshift.transition.rows import rows_of
from gateshift.transition.wording import steps_of
from gateshift.yamldoc.data import FieldPath, Json, JsonObject, json_pointer, look_up, text_at

_LONGEST = 200


class Reporter:
    """Puts steps into reports: places relative to the current folder, files of revisions as `REF:path`."""

    def __init__(self, placer: Placer, snapshots: Snapshots) -> None:
        self._placer = placer
        self._snapshots = snapshots
        self._base = Path.cwd()

    def plan(
        self, before: Side, after: Side, step: PlannedStep, *, safe_way: tuple[str, ...] = (), live: bool = True
    ) -> PlanReport:
        """The report of one step; `safe_way` is the way round it where it is unsafe. What speaks against a step that
        nothing makes is a note."""
        place = after.stage or before.stage
        return PlanReport(
            rollout=place.rollout.service.name if place else "",
            origin=before.label,
            target=after.label,
            traffic=traffic_of(before, after, step),
            changes=tuple(map(_object_change, step.judgement.changes)),
            engines=tuple(self._engine(each, before.label, safe_way, live=live) for each in step.engines),
            live=live,
            environment=place.environment.name if place else "",
        )

    def unknown(self, after: Side, why: str, syncs: Sequence[SyncSettings], *, live: bool) -> PlanReport:
        """The report where it is not known what ran before: nothing is compared, and nothing speaks against it."""
        place = after.stage
        decides = {settings.engine: settings.decides for settings in syncs or WITHOUT_POINTER}
        return PlanReport(
            rollout=place.rollout.service.name if place else "",
            origin="",
            target=after.label,
            traffic=(),
            changes=(),
            engines=tuple(EngineVerdict(engine.value, safe=True, decides=decides[engine]) for engine in decides),
            live=live,
            environment=place.environment.name if place else "",
            unknown=why,
        )

    def _engine(self, found: EngineFindings, origin: str, safe_way: tuple[str, ...], *, live: bool) -> EngineVerdict:
        way = () if found.safe else safe_way
        findings = tuple(self._finding(each, (origin, *way) if way else ()) for each in self._reported(found))
        return EngineVerdict(
            found.verdict.settings.engine.value,
            found.safe,
            findings if live else tuple(replace(each, level=Level.NOTE) for each in findings),
            steps_of(found.verdict.sync_plan),
            way,
            found.verdict.settings.decides,
        )

    def _reported(self, found: EngineFindings) -> Iterator[ReportedFinding]:
        for located in found.findings:
            yield reported(located, every_rule(), self._placer.excerpt, self._base)

    def _finding(self, finding: ReportedFinding, way: Sequence[str]) -> ReportedFinding:
        """The finding with its paths as the user knows them, and with the safe way where it is an error."""
        if finding.level is Level.ERROR and way:
            finding = replace(finding, help=f"{finding.help} {SAFE_WAY} {' -> '.join(way)}.".lstrip())
        readable = self._snapshots.readable
        return replace(
            finding,
            message=readable(finding.message),
            help=readable(finding.help),
            place=self._place(finding.place),
            roots=tuple(self._path(root) for root in finding.roots),
            related=tuple(replace(each, place=self._place(each.place)) for each in finding.related),
        )

    def _place(self, place: ReportedPlace) -> ReportedPlace:
        return replace(place, file=self._path(place.file))

    def _path(self, path: str) -> str:
        return self._snapshots.shown((self._base / path).resolve()) or path


def traffic_of(before: Side, after: Side, step: PlannedStep) -> tuple[TrafficRow, ...]:
    """The traffic rows, with the rules' names from gateshift.yaml."""
    sides = [(root.build, side.stage) for root, side in ((step.after, after), (step.before, before))]

    def rule_name(route: Resource, index: int) -> str:
        for build, place in sides:
            if build is not None and place is not None and _holds(build, route):
                return declared_rule_name(place, route, index)
        return ""

    return rows_of(step.judgement.context, rule_name)


def _holds(build: Build, route: Resource) -> bool:
    return any(resource is route for resource in build.resources)


def _object_change(change: Change) -> ObjectChange:
    identity = change.id
    name = ResourceName(identity.kind, identity.namespace, identity.name)
    before, after = (side.data if side is not None else None for side in (change.before, change.after))
    fields = tuple(
        FieldChange(
            json_pointer(each.pointer),
            _text(each.before),
            _text(each.after),
            _label(each.pointer, before if each.after is None else after),
        )
        for each in change.fields
    )
    return ObjectChange(change.action, name, fields, before, after)


def _label(pointer: FieldPath, side: JsonObject | None) -> str:
    """`customers-v2 weight`: the path from the last entry of a list that has a name, or the whole path, the entries of
    its lists counted from 1. `side` is the object that the pointer is about."""
    named, rest = "", [""]
    for length, step in enumerate(pointer):
        name = "" if isinstance(step, str) else text_at(look_up(side, pointer[: length + 1]), "name")
        if name:
            named, rest = name, []
        elif isinstance(step, str):
            rest.append(step)
        else:
            rest.append(f"{rest.pop() if rest else ''}[{step + 1}]")
    return " ".join(part for part in (named, ".".join(filter(None, rest))) if part)


def _text(value: Json) -> str:
    """A value in one short line, "" for an absent one."""
    if value is None:
        return ""
    if isinstance(value, dict) and text_at(value, "name") and "weight" in value:
        return f"{text_at(value, 'name')} (weight {value['weight']})"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
