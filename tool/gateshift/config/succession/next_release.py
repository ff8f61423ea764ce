"""How a release begins: after one that is finished everywhere, behind one that is not, or instead of a version that
was abandoned. Each is for a text that was read without a mistake, and raises UserError where the text cannot be
changed in place."""

from __future__ import annotations

from collections.abc import Collection

from gateshift.config.succession.stages import (
    NextStages,
    appended,
    moved_on,
    named_versions,
    next_skipped,
    replaced,
)
from gateshift.config.succession.versions import (
    Exists,
    NewVersion,
    Succession,
    Successor,
    drop_live,
    keep_evidence,
    move_gate,
    next_environment,
    next_versions,
)
from gateshift.errors import UserError
from gateshift.model.rollout import Stage
from gateshift.yamldoc.data import JsonObject, list_at, object_at
from gateshift.yamldoc.parse import parse_all
from gateshift.yamldoc.revise import CannotRevise, revise


def _nothing(_: str) -> bool:
    return False


def next_release(text: str, in_force: Stage, new: NewVersion, exists: Exists = _nothing) -> Successor:
    """The release after one that is finished: its last version becomes the baseline, and the stages move on.

    `in_force` is the stage in which the last version has every request. Raises UserError where the version is there
    already, or where it lacks what it runs.
    """
    data, names = _read(text, new)
    renames = dict.fromkeys(names[:-1], names[-1]) | {names[-1]: new.name}
    succession = Succession((names[-1], new.name), names[-1], new, renames)
    stages = moved_on(data, succession, in_force, exists)
    return _successor(text, data, succession, stages, exists, restarts=True)


def further_release(text: str, in_force: Collection[str], new: NewVersion, exists: Exists = _nothing) -> Successor:
    """A release behind one that is not finished everywhere: no stage in force changes, so that no pointer moves.

    What is before the earliest stage in force goes, and so do versions that nothing names then.
    """
    data, names = _read(text, new)
    renames = dict.fromkeys(names[:-1], names[-1]) | {names[-1]: new.name}
    everything = Succession((*names, new.name), names[-1], new, renames)
    stages = appended(data, everything, in_force, exists)
    named = named_versions(stages.stages)
    kept = tuple(name for name in names if name in named or name == names[-1])
    succession = Succession((*kept, new.name), names[-1], new, {})
    return _successor(text, data, succession, stages, exists)


def abandoned_release(text: str, version: str, new: NewVersion, exists: Exists = _nothing) -> Successor:
    """The same release with a new version in the place of one that was abandoned, which no stage in force sends
    anything."""
    data, names = _read(text, new)
    renames = {version: new.name}
    succession = Succession(tuple(renames.get(name, name) for name in names), version, new, renames)
    return _successor(text, data, succession, replaced(data, succession, exists), exists)


def _read(text: str, new: NewVersion) -> tuple[JsonObject, list[str]]:
    """The data, and the names of its versions."""
    (document,) = parse_all(text, yaml_1_2=True)
    data = object_at(document.data)
    names = list(object_at(data, "versions"))
    if new.name in names:
        raise UserError(f"there is a version `{new.name}` already", next_step="Give the next version another name.")
    return data, names


def _successor(
    text: str, data: JsonObject, succession: Succession, stages: NextStages, exists: Exists, *, restarts: bool = False
) -> Successor:
    """The text, with every part moved on."""
    notes: list[str] = []
    upcoming = dict(data)
    upcoming["versions"] = next_versions(data, succession, exists, notes)
    upcoming["stages"] = list(stages.stages)
    if list_at(data, "environments"):
        upcoming["environments"] = [
            _environment(data, object_at(environment), succession, stages, notes, restarts=restarts)
            for environment in list_at(data, "environments")
        ]
    gone = {name: version for name, version in object_at(data, "versions").items() if name not in succession.names}
    drop_live(data, upcoming, gone)
    move_gate(upcoming, succession)
    keep_evidence(upcoming, succession, notes)
    changed = {old: new for old, new in stages.renames.items() if old != new}
    if changed and not restarts:
        notes.append(f"stages are called otherwise: {', '.join(f'{old} -> {new}' for old, new in changed.items())}")
    try:
        revised = revise(text, upcoming, changed | dict(succession.renames))
    except CannotRevise as error:
        raise UserError(f"gateshift.yaml cannot be changed in place: {error}") from error
    return Successor(revised, stages.renames, tuple(dict.fromkeys(notes)))


def _environment(
    data: JsonObject,
    environment: JsonObject,
    succession: Succession,
    stages: NextStages,
    notes: list[str],
    *,
    restarts: bool,
) -> JsonObject:
    moved = next_environment(data, environment, succession, notes)
    if "skipStages" in environment:
        moved["skipStages"] = next_skipped(environment, stages, first=restarts)
        if not moved["skipStages"]:
            del moved["skipStages"]
    return moved
