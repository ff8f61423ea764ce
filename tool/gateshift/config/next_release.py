"""A finished gateshift.yaml -> that of the next release: the candidate becomes the baseline, a new version comes.

The stages stay, with the versions' names moved on; those without a route go, since the route is there now and must not
disappear. The first stage is the state in force: the candidate alone, with every request.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct

from gateshift.errors import UserError
from gateshift.model.rollout import Stage
from gateshift.yamldoc.data import Json, JsonObject, list_at, object_at, text_at
from gateshift.yamldoc.parse import parse_all
from gateshift.yamldoc.revise import CannotRevise, revise

_OWN_NAMES = ("service", "deployment")
_WORKLOADS = ("image", "manifest")
_START = "start"


class NewVersion(Struct, frozen=True):
    """The version that the next release brings: its name, and its image or the path of its own manifest."""

    name: str
    image: str = ""
    manifest: str = ""


def next_release(text: str, in_force: Stage, new: NewVersion) -> str:
    """The text of the next release's gateshift.yaml, its comments kept, for a text that was read without a mistake.

    `in_force` is the stage in which the last version has every request. Raises UserError where the version is there
    already, where it lacks what it runs, or where the text cannot be changed in place.
    """
    (document,) = parse_all(text, yaml_1_2=True)
    data = object_at(document.data)
    names = list(object_at(data, "versions"))
    if new.name in names:
        raise UserError(f"there is a version `{new.name}` already", next_step="Give the next version another name.")
    renames = dict.fromkeys(names[:-1], names[-1]) | {names[-1]: new.name}
    try:
        return revise(text, _released(data, names[-1], renames, in_force, new), renames)
    except CannotRevise as error:
        raise UserError(f"gateshift.yaml cannot be changed in place: {error}") from error


def _released(
    data: JsonObject, baseline: str, renames: Mapping[str, str], in_force: Stage, new: NewVersion
) -> JsonObject:
    """The data of the next release, keys in their old order."""
    entry = object_at(data, "versions", baseline)
    upcoming = dict(data)
    upcoming["versions"] = {baseline: entry, new.name: _entry(entry, baseline, new)}
    upcoming["stages"] = _stages(data, baseline, renames, in_force)
    if list_at(data, "environments"):
        upcoming["environments"] = [
            _environment(environment, baseline, new.name) for environment in list_at(data, "environments")
        ]
    for key in ("labels", "stableLabels"):
        labels = object_at(data, "gate", key)
        if labels:
            moved: JsonObject = {name: _renamed(value, renames) for name, value in labels.items()}
            upcoming["gate"] = object_at(upcoming, "gate") | {key: moved}
    if object_at(data, "verify", "versions"):
        _keep_evidence(upcoming, baseline)
    return upcoming


def _keep_evidence(upcoming: JsonObject, baseline: str) -> None:
    """What the baseline's answers have is still known; what those of the new version will have is not."""
    evidence = object_at(upcoming, "verify", "versions")
    if baseline in evidence:
        upcoming["verify"] = {"versions": {baseline: evidence[baseline]}}
    else:
        del upcoming["verify"]


def _entry(entry: JsonObject, baseline: str, new: NewVersion) -> JsonObject:
    """The new version is as the one before it, but for what it runs and for names that were the other's own."""
    if new.image and "manifest" in entry:
        raise UserError(
            f"`{baseline}` runs from a manifest of its own, {text_at(entry, 'manifest')}",
            next_step=f"Write one for {new.name} and give it with --manifest.",
        )
    runs: JsonObject = {"manifest": new.manifest} if new.manifest else {"image": new.image}
    return runs | {key: value for key, value in entry.items() if key not in (*_OWN_NAMES, *_WORKLOADS)}


def _stages(data: JsonObject, baseline: str, renames: Mapping[str, str], in_force: Stage) -> list[Json]:
    moved = [_stage(object_at(stage), renames) for stage in list_at(data, "stages") if "shares" in object_at(stage)]
    shares: JsonObject = {share.version: share.weight for share in in_force.shares if share.weight}
    start: JsonObject = {"deploy": [baseline], "shares": shares}
    said = f"Where the last release ended, with {baseline} answering everything."
    first = moved[0] if moved else {}
    if {name for name, weight in object_at(first, "shares").items() if weight} == {baseline} and not (
        "rules" in first or "mirror" in first
    ):
        kept: JsonObject = {key: value for key, value in first.items() if key != "services"}
        return [_ordered({**kept, "description": said, **start}), *moved[1:]]
    name = _START
    while any(text_at(stage, "name") == name for stage in moved):
        name += "-here"
    return [_ordered({"name": name, "description": said, **start}), *moved]


def _ordered(stage: JsonObject) -> JsonObject:
    """The keys in the order in which people write a stage, as far as they were not there."""
    order = ("name", "description", "deploy", "shares")
    return {key: stage[key] for key in order} | {key: value for key, value in stage.items() if key not in order}


def _stage(stage: JsonObject, renames: Mapping[str, str]) -> JsonObject:
    moved = dict(stage)
    if "description" in stage:
        moved["description"] = _retold(text_at(stage, "description"), renames)
    for key in ("deploy", "services"):
        if key in stage:
            moved[key] = list(dict.fromkeys(_renamed(name, renames) for name in list_at(stage, key)))
    moved["shares"] = _shares(object_at(stage, "shares"), renames)
    if "rules" in stage:
        moved["rules"] = [
            object_at(rule) | {"to": _renamed(object_at(rule).get("to"), renames)} for rule in list_at(stage, "rules")
        ]
    mirror = stage.get("mirror")
    if isinstance(mirror, dict):
        moved["mirror"] = mirror | {"to": _renamed(mirror.get("to"), renames)}
    elif mirror is not None:
        moved["mirror"] = _renamed(mirror, renames)
    return moved


def _shares(shares: JsonObject, renames: Mapping[str, str]) -> JsonObject:
    """Each share under its version's new name; those of several versions that are one now are added up."""
    moved: JsonObject = {}
    for name, weight in shares.items():
        known = moved.get(renames.get(name, name))
        moved[renames.get(name, name)] = (
            known + weight if isinstance(known, int) and isinstance(weight, int) else weight
        )
    return moved


def _environment(environment: Json, baseline: str, new: str) -> Json:
    """The replicas of an environment: the new version starts with as many as the one before it."""
    moved = dict(object_at(environment))
    replicas = object_at(moved, "replicas")
    if replicas:
        kept: JsonObject = dict.fromkeys((baseline, new), replicas[baseline]) if baseline in replicas else {}
        moved = moved | {"replicas": kept} if kept else {key: moved[key] for key in moved if key != "replicas"}
    return moved


def _renamed(name: Json, renames: Mapping[str, str]) -> Json:
    return renames.get(name, name) if isinstance(name, str) else name


def _retold(sentence: str, renames: Mapping[str, str]) -> str:
    """The sentence with the versions' names moved on, each where it stands as a word of its own."""
    words = "|".join(sorted(map(re.escape, renames), key=len, reverse=True))
    return re.sub(rf"(?<![\w.-])(?:{words})(?![\w-]|\.\w)", lambda word: renames[word[0]], sentence)
