"""What the merge base of a change already silenced, and what the change would silence by itself.

A change is judged by what both of them accept: what it adds counts once it is merged, and is listed until then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from msgspec.structs import replace

from gateshift.app.shared.paths import shown_path
from gateshift.app.shared.rollouts import is_settings_file
from gateshift.app.shared.snapshots import Snapshot
from gateshift.checks.inherited import inherited_comments, inherited_entry
from gateshift.checks.suppression import Marker, markers_in, markers_of
from gateshift.errors import UserError
from gateshift.model.place import Place
from gateshift.model.report import OwnSuppression
from gateshift.model.rollout import Policy, Rollout, SchemaChoice
from gateshift.model.settings import LevelSetting, PathPattern, RepositorySettings
from gateshift.model.source import SourceFile
from gateshift.system import git
from gateshift.system.source_files import Sources, real_path
from gateshift.yamldoc.data import FieldPath

Entry = TypeVar("Entry", PathPattern, LevelSetting)
_ENDINGS = (".yaml", ".yml")
_GONE = "no rollout is read here any more, and its policy.maxStep no longer counts"


class MergeBase:
    """The suppressions and settings of a snapshot, and those that the work tree has beyond them."""

    def __init__(self, base: Snapshot, sources: Sources) -> None:
        self._base = base
        self._sources = sources
        self._rollouts: dict[Path, Rollout | None] = {}
        self._own: dict[tuple[Place, str, str], OwnSuppression] = {}
        self.changed = frozenset(base.work_tree / path for path in git.changed_since(base.work_tree, base.commit))

    def heard(self, markers: Iterable[Marker]) -> tuple[Marker, ...]:
        """Those of the markers that silence something in this run; the others are the change's own."""
        entries: list[Marker] = []
        comments: dict[Path, list[Marker]] = defaultdict(list)
        for marker in dict.fromkeys(markers):
            (comments[marker.place.file] if marker.lines else entries).append(marker)
        heard = [kept for file, found in comments.items() for kept in self._comments(file, found)]
        return (*heard, *(kept for entry in entries for kept in self._entry(entry)))

    def on_both_sides(self, markers: Iterable[Marker]) -> Iterator[Marker]:
        """The markers, and the entries among them once more for the files of the merge base."""
        for marker in markers:
            yield marker
            if marker.folder is not None and marker.folder.is_relative_to(self._base.work_tree):
                yield replace(marker, folder=self._base.folder(marker.folder))

    def suppressed(self, rollouts: Iterable[Rollout], gone: Iterable[Rollout] = ()) -> tuple[OwnSuppression, ...]:
        """All that the change suppresses by itself, by file and line: comments in the YAML files that it touches, what
        it allows in these rollouts' settings, and the limits of rollouts that are gone."""
        for file in sorted(self.changed):
            real = real_path(file)
            if file.suffix in _ENDINGS and real == file and file.is_file():
                self.heard(markers_in(file, self._sources.read(file).text))
        for rollout in rollouts:
            self.heard(markers_of(rollout.suppressions, real_path(rollout.file).parent))
            self.policy(rollout)
            self.schemas(rollout)
        for rollout in gone:
            if rollout.policy.max_step is not None:
                place = Place(self._base.work_tree / real_path(rollout.file).relative_to(self._base.top))
                self._own[place, "", _GONE] = _own(place, "", _GONE, "")
        return tuple(sorted(self._own.values(), key=lambda own: (own.file, own.line, own.column, own.rule, own.what)))

    def policy(self, rollout: Rollout) -> Policy:
        """What the rollout allowed before and still allows."""
        then = self._then(rollout.file)
        if then is None:
            return rollout.policy
        old, new = then.policy, rollout.policy
        if old.max_step is not None and (new.max_step is None or new.max_step > old.max_step):
            self._allows(rollout, ("policy", "maxStep"), f"policy.maxStep is no longer {old.max_step:g}")
        if new.allow_skip and not old.allow_skip:
            self._allows(rollout, ("policy", "allowSkip"), "policy.allowSkip is true now")
        limits = [limit for limit in (old.max_step, new.max_step) if limit is not None]
        return Policy(min(limits, default=None), old.allow_skip and new.allow_skip)

    def schemas(self, rollout: Rollout) -> SchemaChoice:
        """The schemas that the rollout chose before; CRDs that it names now describe what is new, and are added."""
        then = self._then(rollout.file)
        if then is None or then.schemas == rollout.schemas:
            return rollout.schemas
        self._allows(rollout, ("schemas",), "the schemas to check against are other ones")
        return replace(then.schemas, crds=rollout.schemas.crds)

    def settings(self, now: RepositorySettings) -> RepositorySettings:
        """The settings with what they left out, and which levels they gave, before as well. The others are the change's
        own; ignores are heard one by one."""
        if not now.file.is_relative_to(self._base.work_tree):
            return now  # those of the merge base itself
        then = self._settings_then(now.file)
        return replace(
            now,
            exclude=self._in_both(now.exclude, then.exclude, lambda pattern: f"`exclude` has {pattern.text}"),
            unsynced=self._in_both(now.unsynced, then.unsynced, lambda pattern: f"`unsynced` has {pattern.text}"),
            levels=self._in_both(
                now.levels, then.levels, lambda level: f"{level.rule} gets the level {level.level.value}"
            ),
        )

    def _in_both(self, now: Sequence[Entry], then: Sequence[Entry], what: Callable[[Entry], str]) -> tuple[Entry, ...]:
        """The entries that were there before, wherever they stood; the others are listed as the change's own."""
        nowhere = Place(Path())
        before = {replace(entry, place=nowhere) for entry in then}
        for entry in now:
            if replace(entry, place=nowhere) not in before:
                self._own[entry.place, "", what(entry)] = _own(entry.place, "", what(entry), "")
        return tuple(entry for entry in now if replace(entry, place=nowhere) in before)

    def _settings_then(self, file: Path) -> RepositorySettings:
        """The settings in that file at the merge base; none where there was no such file that can be read."""
        from gateshift.config.read_settings import open_settings  # plain roots need not pay its start-up

        earlier = self._base.folder(file)
        try:
            return open_settings(earlier) if is_settings_file(earlier) else RepositorySettings(file)
        except UserError:
            return RepositorySettings(file)

    def _comments(self, file: Path, now: list[Marker]) -> Iterator[Marker]:
        inherited = self._inherited(file, now) if file.is_relative_to(self._base.work_tree) else frozenset(now)
        for marker in now:
            if marker in inherited:
                yield marker
            else:
                self._add(marker, "a comment")

    def _inherited(self, file: Path, now: list[Marker]) -> frozenset[Marker]:
        earlier = self._base.folder(file)
        is_there = real_path(earlier) == earlier and earlier.is_file()
        before = self._sources.read(earlier) if is_there else SourceFile(earlier, "")
        source = self._sources.read(file)
        if source.text == before.text:
            return frozenset(now)
        return inherited_comments(now, markers_in(file, before.text), source, before)

    def _entry(self, now: Marker) -> Iterator[Marker]:
        file = real_path(now.place.file)
        if not file.is_relative_to(self._base.work_tree):
            yield now  # one of the merge base itself
            return
        then = self._settings_then(file) if is_settings_file(file) else self._then(file)
        entries = markers_of(then.suppressions, file.parent) if then else ()
        inherited = inherited_entry(now, entries)
        if inherited is None or inherited.until != now.until:
            self._add(now, "an entry of gateshift.yaml" if inherited is None else "a later day in gateshift.yaml")
        if inherited is not None:
            yield inherited

    def _then(self, path: Path) -> Rollout | None:
        """The rollout of that file at the merge base; None where there was none that can be read."""
        file = real_path(path)
        if file not in self._rollouts:
            self._rollouts[file] = self._read(file)
        return self._rollouts[file]

    def _read(self, file: Path) -> Rollout | None:
        from gateshift.config import open_rollout  # a third of the start-up time, which plain roots need not pay

        earlier = self._base.folder(file)
        try:
            return open_rollout(earlier).rollout if earlier.is_file() else None
        except UserError:
            return None

    def _allows(self, rollout: Rollout, at: FieldPath, what: str) -> None:
        place = self._sources.read(real_path(rollout.file)).place(at)
        self._own[place, "", what] = _own(place, "", what, "")

    def _add(self, marker: Marker, what: str) -> None:
        self._own[marker.place, marker.rule, what] = _own(marker.place, marker.rule, what, marker.reason)


def _own(place: Place, rule: str, what: str, reason: str) -> OwnSuppression:
    return OwnSuppression(rule, what, reason, shown_path(place.file), place.line, place.column)
