"""Builds sides and judges the step from one to another; both at most once in a run."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path

from msgspec import Struct, structs

from gateshift.app.plan.sides import Side
from gateshift.app.shared.build_roots import BuiltRoot, build_roots, required
from gateshift.app.shared.locate_findings import Placer
from gateshift.app.shared.merge_base import MergeBase
from gateshift.app.shared.repository_settings import SettingsFiles
from gateshift.app.shared.snapshots import Snapshot
from gateshift.app.shared.tool_choices import Choices
from gateshift.checks.registry import every_rule
from gateshift.checks.suppression import Marker, markers_in, markers_of, settle
from gateshift.kustomize.tree.plain_yaml import plain_yaml
from gateshift.kustomize.tree.tree_reader import TreeReader
from gateshift.model.finding import Finding, Level, PlacedFinding
from gateshift.model.kustomization import KustomizationTree, Root
from gateshift.model.resource import Build, Resource, ResourceId
from gateshift.model.rollout import Engine, Environment, Rollout, ServiceParent
from gateshift.model.rule import rules_in
from gateshift.model.sync_pointer import SyncSettings
from gateshift.system.source_files import real_path
from gateshift.traffic.cluster import VERSION_LABELS
from gateshift.transition import rules as transitions
from gateshift.transition.judge import NO_ROLLOUT, Judgement, RolloutContext, TransitionVerdict, judge
from gateshift.transition.policy import policy_findings

_OURS = frozenset(rule.id for rule in rules_in(transitions))


class EngineFindings(Struct, frozen=True, eq=False):
    """One engine's verdict with what is left to say of it once suppressions are heard."""

    verdict: TransitionVerdict
    findings: tuple[PlacedFinding, ...]

    @property
    def safe(self) -> bool:
        """Whether no error is left."""
        return all(located.finding.level is not Level.ERROR for located in self.findings)


class PlannedStep(Struct, frozen=True, eq=False):
    """A step that was judged: one entry for each engine, the worst of its settings where it has several."""

    before: BuiltRoot
    after: BuiltRoot
    judgement: Judgement
    engines: tuple[EngineFindings, ...]

    @property
    def safe(self) -> bool:
        """Whether every engine in charge can make it without losing a request."""
        return all(engine.safe for engine in self.deciding)

    @property
    def deciding(self) -> tuple[EngineFindings, ...]:
        """The engines whose verdict counts."""
        return tuple(engine for engine in self.engines if engine.verdict.settings.decides)


class Planner:
    """Everything that the plans of one run share."""

    def __init__(self, choices: Choices, today: date) -> None:
        self._choices = choices
        self._today = today
        self._reader = TreeReader()
        self._built: dict[object, BuiltRoot] = {}
        self._steps: dict[tuple[int, int, tuple[SyncSettings, ...]], PlannedStep] = {}
        self._base: MergeBase | None = None
        self.settings = SettingsFiles()
        self.placer = Placer(self._reader.sources)

    def since(self, base: Snapshot) -> MergeBase:
        """From now on hear only what the merge base suppresses as well, and allow only what it allows."""
        self._base = MergeBase(base, self._reader.sources)
        self.settings = SettingsFiles(self._base)
        return self._base

    def prepare(self, sides: Iterable[Side]) -> None:
        """Build these sides together, which is quicker than one after the other."""
        wanted = {_key(side): side.root for side in sides if _key(side) not in self._built}
        built = build_roots(
            wanted.values(),
            self._reader,
            program=self._choices.kustomize,
            timeout=self._choices.timeout,
            progress=self._choices.progress,
        )
        self._built |= dict(zip(wanted, built, strict=True))

    def built(self, side: Side) -> BuiltRoot:
        """What came of building the side."""
        self.prepare((side,))
        return self._built[_key(side)]

    def tree(self, side: Side) -> KustomizationTree:
        """The side as its files say it."""
        return self._reader.read(side.root)

    def files(self, side: Side) -> frozenset[Path]:
        """The real paths of the files that the side is made of, and the folders that it names."""
        tree = self.tree(side)
        read = (*tree.sources, *tree.own_files, *(node.folder for node in tree.kustomizations))
        return frozenset(map(real_path, read))

    def plain_roots(self, files: Sequence[Path], read: Collection[Path]) -> tuple[Root, ...]:
        """A root for each folder of the files with manifests, without the files that are in `read`."""
        return plain_yaml(files, read, self._reader.sources).roots

    def step(
        self, before: Side, after: Side, syncs: tuple[SyncSettings, ...], extra: Sequence[Finding] = ()
    ) -> PlannedStep:
        """The step, judged; `extra` findings belong to it whatever its builds are.

        Raises UserError or NoVerdict where a side cannot be built.
        """
        self.prepare((before, after))
        old, new = self.built(before), self.built(after)
        key = (id(old), id(new), syncs)
        if key not in self._steps:
            made = self._judge(before, after, required(old), required(new), syncs)
            self._steps[key] = self._step(made, (), (old, new), before, after)
        found = self._steps[key]
        return self._step(found.judgement, extra, (old, new), before, after) if extra else found

    def _step(
        self,
        made: Judgement,
        extra: Sequence[Finding],
        roots: tuple[BuiltRoot, BuiltRoot],
        before: Side,
        after: Side,
    ) -> PlannedStep:
        said = [*extra, *self._policy(before, after)]
        return PlannedStep(*roots, made, tuple(self._engines(made, said, roots, before, after)))

    def _judge(self, before: Side, after: Side, old: Build, new: Build, syncs: tuple[SyncSettings, ...]) -> Judgement:
        place = after.stage or before.stage
        return judge(
            old, new, syncs, NO_ROLLOUT if place is None else rollout_context(place.rollout, place.environment)
        )

    def _engines(
        self,
        judgement: Judgement,
        extra: Sequence[Finding],
        roots: tuple[BuiltRoot, BuiltRoot],
        before: Side,
        after: Side,
    ) -> Iterator[EngineFindings]:
        markers = tuple(_markers(roots, [side.stage.rollout for side in (after, before) if side.stage]))
        markers += tuple(
            marker
            for settings in self.settings.above(after.root.folder)
            for marker in markers_of((entry for entry in settings.suppressions if entry.rule in _OURS), settings.folder)
        )
        if self._base is not None:
            markers = tuple(self._base.on_both_sides(self._base.heard(markers)))
        every = [self._left(verdict, extra, roots, markers) for verdict in judgement.verdicts]
        for _, group in groupby(every, key=lambda each: each.verdict.settings.engine):
            yield min(group, key=lambda each: each.safe)

    def _left(
        self,
        verdict: TransitionVerdict,
        extra: Sequence[Finding],
        roots: tuple[BuiltRoot, BuiltRoot],
        markers: Sequence[Marker],
    ) -> EngineFindings:
        located = [self._placed(finding, roots) for finding in (*verdict.findings, *extra)]
        if markers:
            settled = settle(located, markers, every_rule(), self._today, frozenset())
            located = [each for each in settled.findings if each.finding.rule in _OURS]
        return EngineFindings(verdict, tuple(located))

    def _placed(self, finding: Finding, roots: tuple[BuiltRoot, BuiltRoot]) -> PlacedFinding:
        """The finding at its place: each object is looked up in the side that it is of, the later side first."""
        return self.placer.placed_in(finding, lambda field_ref: side_of(field_ref.resource, roots))

    def _policy(self, before: Side, after: Side) -> Iterator[Finding]:
        """The owner's limits, where both sides are stages of one rollout as it is now."""
        if before.stage is None or after.stage is None or before.stage.stage.name == after.stage.stage.name:
            return
        rollout = after.stage.rollout.within(after.stage.environment)
        if self._base is not None:
            rollout = structs.replace(rollout, policy=self._base.policy(rollout))
        names = {stage.name: stage for stage in rollout.stages}
        same = before.stage.rollout.service.name == rollout.service.name
        if same and before.stage.stage.name in names:
            yield from policy_findings(rollout, names[before.stage.stage.name], after.stage.stage)


def _key(side: Side) -> object:
    return side.root.key


def joined(steps: Sequence[PlannedStep]) -> PlannedStep:
    """One step as several sync objects make it: of each engine the worst verdict that counts."""
    every = [engine for step in steps for engine in step.engines]
    order = list(Engine)
    by_engine = groupby(
        sorted(every, key=lambda each: order.index(each.verdict.settings.engine)),
        key=lambda each: each.verdict.settings.engine,
    )
    worst = (min(group, key=lambda each: (not each.verdict.settings.decides, each.safe)) for _, group in by_engine)
    return steps[0] if len(steps) == 1 else structs.replace(steps[0], engines=tuple(worst))


def without_removals(step: PlannedStep) -> PlannedStep:
    """The step of a pointer that moves: an application that goes with that was not taken out, the pointer names another
    one."""
    engines = (structs.replace(engine, findings=tuple(map(_refused, engine.findings))) for engine in step.engines)
    return structs.replace(step, engines=tuple(engines))


def _refused(located: PlacedFinding) -> PlacedFinding:
    if located.finding.rule != transitions.APP_REMOVED.id:
        return located
    hint = "Name the folder that has it, or take it out of the folder that is named now, in a change of its own."
    return structs.replace(located, finding=structs.replace(located.finding, level=Level.ERROR, help=hint))


def side_of(resource: Resource, roots: tuple[BuiltRoot, BuiltRoot]) -> BuiltRoot:
    """The root that built the object. Its data may be a copy that was changed to describe a state in between."""
    before, after = roots
    for root in (after, before):
        if root.build is not None and any(each.origin is resource.origin for each in root.build.resources):
            return root
    return after


def rollout_context(rollout: Rollout, environment: Environment) -> RolloutContext:
    """What a transition is told of the rollout: its Service, its versions' Services, and the labels of versions."""
    service = rollout.service
    parents = rollout.route.parents if environment.parents is None else environment.parents
    return RolloutContext(
        service=ResourceId("", "Service", environment.namespace or service.namespace, service.name),
        at_gateways_only=not any(isinstance(parent, ServiceParent) for parent in parents),
        own_services=frozenset(version.service for version in rollout.versions) - {service.name},
        version_labels=tuple(dict.fromkeys((service.version_label, *VERSION_LABELS))),
    )


def _markers(roots: Iterable[BuiltRoot], rollouts: Sequence[Rollout]) -> Iterator[Marker]:
    """The suppressions of rules of transitions: the comments in both sides' files, and the entries of the later side's
    gateshift.yaml, which speak of the earlier side's files as well."""
    for root in roots:
        for file in root.tree.files.values():
            yield from (marker for marker in markers_in(file.path, file.text) if marker.rule in _OURS)
    for rollout in rollouts:
        entries = [entry for entry in rollouts[0].suppressions if entry.rule in _OURS]
        yield from markers_of(entries, rollout.file.resolve().parent)
