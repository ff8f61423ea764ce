"""The versions of the next gateshift.yaml, and what else in it is said by version: environments, gate, evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

from gateshift.config.draft import Draft
from gateshift.config.succession.words import renamed, renamed_part
from gateshift.errors import UserError
from gateshift.yamldoc.data import Json, JsonObject, list_at, look_up, object_at, text_at

_OF_ITS_OWN = ("service", "deployment", "image", "manifest", "live", "selector", "objects")
"""What a new version does not have from the one that it is like."""
_BY_VERSION = ("replicas", "autoscaling")

Exists = Callable[[str], bool]
"""Whether there is a file or directory of that path, relative to gateshift.yaml."""


class NewVersion(Struct, frozen=True):
    """The version that the next release brings: its name, and its image or the path of its own manifest."""

    name: str
    image: str = ""
    manifest: str = ""


class Successor(Struct, frozen=True):
    """The next gateshift.yaml. `stages` are the new names of stages that a pointer can stay at, by their old ones;
    `notes` are what its owner should look at."""

    text: str
    stages: Mapping[str, str]
    notes: tuple[str, ...] = ()


class Succession(Struct, frozen=True):
    """Which versions come next. `names` are all of them in order, with the `new` one, which is as `model` is. `renames`
    are the versions' new names in what moves on with them."""

    names: tuple[str, ...]
    model: str
    new: NewVersion
    renames: Mapping[str, str]


def next_versions(data: JsonObject, succession: Succession, exists: Exists, notes: list[str]) -> JsonObject:
    """The versions: those that stay as they are, and the new one."""
    old = object_at(data, "versions")
    new = succession.new.name
    return {
        name: _new_entry(data, succession, exists, notes) if name == new else old[name] for name in succession.names
    }


def _new_entry(data: JsonObject, succession: Succession, exists: Exists, notes: list[str]) -> JsonObject:
    """The new version is as its model, but for what it runs and for what was the other's own."""
    new, model = succession.new, object_at(data, "versions", succession.model)
    if new.image and "manifest" in model:
        raise UserError(
            f"`{succession.model}` runs from a manifest of its own, {text_at(model, 'manifest')}",
            next_step=f"Write one for {new.name} and give it with --manifest.",
        )
    entry: JsonObject = {"manifest": new.manifest} if new.manifest else {"image": new.image}
    entry |= {
        key: value
        for key, value in model.items()
        if key not in _OF_ITS_OWN and not (new.manifest and key not in _BY_VERSION)
    }
    objects = moved_objects(list_at(model, "objects"), {succession.model: new.name}, exists)
    if objects and objects != list_at(model, "objects"):
        entry["objects"] = objects
    elif "objects" in model:
        notes.append(f"the objects of {succession.model} stay its own: name those of {new.name} if it needs any")
    selector = object_at(model, "selector")
    own: JsonObject = {
        key: renamed_part(value, {succession.model: new.name}) if isinstance(value, str) else value
        for key, value in selector.items()
    }
    return entry | {"selector": own} if own != selector else entry


def moved_objects(paths: list[Json], renames: Mapping[str, str], exists: Exists) -> list[Json]:
    """The paths with the versions' names moved on; those that name a version and lead nowhere then are left out."""
    moved = [(path, renamed_part(path, renames)) for path in paths if isinstance(path, str)]
    return [new for path, new in moved if new == path or exists(new)]


def next_environment(data: JsonObject, environment: JsonObject, succession: Succession, notes: list[str]) -> JsonObject:
    """An environment: the new version starts there as its model stands, and what left is forgotten."""
    moved = dict(environment)
    for key in _BY_VERSION:
        values = object_at(environment, key)
        if values:
            _put(moved, key, _by_version(values, succession, values.get(succession.model)))
    images = object_at(environment, "image")
    if images:
        there = text_at(images, succession.model)
        image = _image_there(there, text_at(data, "versions", succession.model, "image"), succession.new.image)
        if there and not image:
            where = text_at(environment, "name")
            notes.append(
                f"{succession.model} has an image of its own in {where}: say what {succession.new.name} runs there"
            )
        _put(moved, "image", _by_version(images, succession, image or None))
    return moved


def _by_version(values: JsonObject, succession: Succession, new: Json) -> JsonObject:
    """The values of the versions in the new order; None for a version that has none."""
    by_name = values | {succession.new.name: new}
    return {name: by_name[name] for name in succession.names if by_name.get(name) is not None}


def _put(data: JsonObject, key: str, values: Json) -> None:
    """Set the value; an empty one takes its key along."""
    if values:
        data[key] = values
    else:
        data.pop(key, None)


def _image_there(there: str, model: str, new: str) -> str:
    """The new image where the model's was the same one in another registry; "" where it was another one."""
    (place, tag), (usual, usual_tag), (upcoming, new_tag) = map(_split, (there, model, new))
    same = tag == usual_tag and place.rpartition("/")[2] == usual.rpartition("/")[2]
    return place + new_tag if there and same and upcoming == usual else ""


def _split(image: str) -> tuple[str, str]:
    """The repository and the tag or digest with its sign."""
    name, at, digest = image.partition("@")
    folder, slash, last = name.rpartition("/")
    base, colon, tag = last.partition(":")
    return f"{folder}{slash}{base}", f"{colon}{tag}{at}{digest}"


def keep_evidence(upcoming: JsonObject, succession: Succession, notes: list[str]) -> None:
    """What the answers of those that stay have is still known; what those of the new version will have is not."""
    evidence = object_at(upcoming, "verify", "versions")
    if not evidence:
        return
    known = {name: evidence[name] for name in succession.names if name in evidence}
    if any(not look_up(what, ("otherwise",)) for what in known.values()):
        upcoming["verify"] = object_at(upcoming, "verify") | {"versions": known}
    else:
        del upcoming["verify"]
    notes.append(f"`verify` does not know what the answers of {succession.new.name} have: say it in `verify.versions`")


def move_gate(upcoming: JsonObject, succession: Succession) -> None:
    """The labels by which the gate selects series follow the versions."""
    for key in ("labels", "stableLabels"):
        labels = object_at(upcoming, "gate", key)
        if labels:
            moved: JsonObject = {name: renamed(value, succession.renames) for name, value in labels.items()}
            upcoming["gate"] = object_at(upcoming, "gate") | {key: moved}


def drop_live(data: JsonObject, upcoming: JsonObject, gone: Mapping[str, Json]) -> None:
    """What ran as a version that leaves the file stays out of what is deployed, although no version names it now; so
    does its Service, unless the release ended with it."""
    objects: list[Json] = []
    draft = Draft(data)
    served = {name for _, stage in list(draft.stages())[-1:] for name in draft.services(stage)}
    for name, version in gone.items():
        live = look_up(version, ("live",))
        objects += live if isinstance(live, list) else [live] if live else []
        objects += [f"Service/{draft.service_of(name)}"] if live and name not in served else []
    if not objects:
        return
    if "live" in upcoming:
        upcoming["live"] = _replacing(object_at(upcoming, "live"), objects)
    upcoming["environments"] = [
        environment | {"live": _replacing(object_at(environment, "live"), objects)}
        if isinstance(environment, dict) and "live" in environment
        else environment
        for environment in list_at(upcoming, "environments")
    ]
    if not upcoming["environments"]:
        del upcoming["environments"]


def _replacing(live: JsonObject, objects: list[Json]) -> JsonObject:
    known = list_at(live, "replaces")
    return live | {"replaces": [*known, *(name for name in objects if name not in known)]}
