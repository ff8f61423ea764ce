"""The stages of the next gateshift.yaml."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from msgspec import Struct

from gateshift.config.draft import Draft
from gateshift.config.skeleton import InitRequest, skeleton
from gateshift.config.succession.versions import Exists, Succession, moved_objects
from gateshift.config.succession.words import renamed, renamed_part, retold, unique_name
from gateshift.model.rollout import Stage
from gateshift.yamldoc import load_all
from gateshift.yamldoc.data import Json, JsonObject, list_at, object_at, text_at

_START = "start"
_KEYS = ("name", "description", "deploy", "services", "shares")
"""The keys of a stage in the order in which people write them."""


class NextStages(Struct, frozen=True):
    """The stages in order, and what each old one is called now. `models` are those after which new ones were made, by
    the new name."""

    stages: tuple[JsonObject, ...]
    renames: Mapping[str, str]
    models: Mapping[str, str] = {}


def stages_of(data: JsonObject) -> list[JsonObject]:
    """The stages as the file has them."""
    return [object_at(stage) for stage in list_at(data, "stages")]


def moved_on(data: JsonObject, succession: Succession, in_force: Stage, exists: Exists) -> NextStages:
    """The stages of the last release for the versions of the next one: those without a route go, since the route is
    there now and must not disappear. The first stage is the state in force."""
    moved: list[JsonObject] = []
    renames: dict[str, str] = {}
    for stage in _last_release(data, succession):
        name = unique_name(renamed_part(text_at(stage, "name"), succession.renames), "again", _names(moved))
        renames[text_at(stage, "name")] = name
        moved.append(_stage(stage, name, succession.renames, exists))
    ended = next((stage for stage in stages_of(data) if stage.get("name") == in_force.name), {})
    start: JsonObject = {
        "description": f"Where the last release ended, with {succession.model} answering everything.",
        "deploy": [succession.model],
        "shares": {share.version: share.weight for share in in_force.shares if share.weight},
    }
    if "objects" in ended:
        start["objects"] = ended["objects"]
    if moved and _gives_all_to(moved[0], succession.model):
        kept: JsonObject = {key: value for key, value in moved[0].items() if key not in ("services", "objects")}
        return NextStages(tuple(_made_ready(data, _ordered(kept | start), moved[1:], succession)), renames)
    named: JsonObject = {"name": unique_name(_START, "here", _names(moved))}
    return NextStages(tuple(_made_ready(data, _ordered(named | start), moved, succession)), renames)


def _made_ready(
    data: JsonObject, start: JsonObject, others: Sequence[JsonObject], succession: Succession
) -> Iterator[JsonObject]:
    """The stages. Where the last candidate ran before its rollout, so that no stage waited for its pods, one in which
    the new version receives nothing stands before the first that sends it requests."""
    yield start
    new = succession.new.name
    sent = others and (new in object_at(others[0], "shares") or list_at(others[0], "rules"))
    if sent and Draft(data).live_objects(succession.model):
        name = unique_name("dark", new, [text_at(start, "name"), *_names(others)])
        yield {"name": name, "description": f"{new} runs and receives nothing.", "shares": start["shares"]}
    yield from others


def _last_release(data: JsonObject, succession: Succession) -> list[JsonObject]:
    """The stages with a route, from the one on in which the version before the last had every request alone where
    there are several releases in the file; the last such stage where the last version ran all the time."""
    draft = Draft(data)
    stages = stages_of(data)
    last, before = succession.model, draft.versions[-2:-1]
    starts = [index for index, stage in enumerate(stages) if _gives_all_to(stage, *before)]
    alone = [at for at in starts if last not in (*draft.deployed(stages[at]), *draft.services(stages[at]))]
    first = (alone or starts)[-1] if starts and len(draft.versions) > 2 else 0
    return [stage for stage in stages[first:] if "shares" in stage]


def appended(data: JsonObject, succession: Succession, in_force: Collection[str], exists: Exists) -> NextStages:
    """The stages from the earliest one in force on, as they are, and behind them those of the next release."""
    draft = Draft(data)
    stages = stages_of(data)
    first = min(index for index, stage in enumerate(stages) if stage.get("name") in in_force)
    kept = [_explicit(draft, stage) for stage in stages[first:]]
    renames = succession.renames if len(draft.versions) > 1 else {}
    models = _next_models(data, succession, kept)
    moved = [renamed_part(name, renames) for name in _names(models)]
    clash = any(name in _names(kept) for name in moved)
    new: list[JsonObject] = []
    origins: dict[str, str] = {}
    for stage, wanted in zip(models, moved, strict=True):
        old = text_at(stage, "name")
        taken = [*_names(kept), *_names(new), *([old] if clash else [])]
        name = unique_name(wanted, succession.new.name, taken)
        origins[name] = old
        new.append(_stage(stage, name, renames, exists))
    return NextStages((*kept, *new), {name: name for name in _names(kept)}, origins)


def _explicit(draft: Draft, stage: JsonObject) -> JsonObject:
    """The stage with the versions that it deploys, which are no longer all there are."""
    return stage if "deploy" in stage else _ordered(stage | {"deploy": list(draft.deployed(stage))})


def _next_models(data: JsonObject, succession: Succession, kept: Sequence[JsonObject]) -> list[JsonObject]:
    """The models of the next release's stages: the last one's but for its start, or else the usual story."""
    draft = Draft(data)
    if len(draft.versions) == 1:
        return _story(draft, succession, routed=bool(kept) and "shares" in kept[-1])
    models = [_explicit(draft, stage) for stage in _last_release(data, succession)]
    first, *rest = models or [{}]
    start = _gives_all_to(first, *draft.versions[:-1]) and draft.versions[-1] not in draft.deployed(first)
    return rest if start else models


def _story(draft: Draft, succession: Succession, *, routed: bool) -> list[JsonObject]:
    """The stages that `init` writes, from the first one that is not there yet."""
    versions = ((succession.model, "image:1"), (succession.new.name, "image:2"))
    (written,) = load_all(skeleton(InitRequest(draft.service, versions, kind=draft.kind)))
    stages = stages_of(object_at(written))
    names = _names(stages)
    story = stages[names.index("dark" if routed else "subsets") :]
    return [stage | {"deploy": list(succession.names)} if "deploy" not in stage else stage for stage in story]


def replaced(data: JsonObject, succession: Succession, exists: Exists) -> NextStages:
    """Every stage, with the new version in the place of the one that was abandoned."""
    moved: list[JsonObject] = []
    renames: dict[str, str] = {}
    for stage in stages_of(data):
        old = text_at(stage, "name")
        name = unique_name(renamed_part(old, succession.renames), "again", _names(moved))
        renames[old] = name
        moved.append(_stage(stage, name, succession.renames, exists))
    return NextStages(tuple(moved), renames)


def named_versions(stages: Sequence[JsonObject]) -> frozenset[str]:
    """The versions that the stages speak of."""
    return frozenset(_named(stages))


def _named(stages: Sequence[JsonObject]) -> Iterator[str]:
    for stage in stages:
        for key in ("deploy", "services"):
            yield from (name for name in list_at(stage, key) if isinstance(name, str))
        yield from object_at(stage, "shares")
        yield from (text_at(rule, "to") for rule in list_at(stage, "rules"))
        mirror = stage.get("mirror")
        yield text_at(mirror, "to") if isinstance(mirror, dict) else mirror if isinstance(mirror, str) else ""


def next_skipped(environment: JsonObject, stages: NextStages, *, first: bool) -> list[Json]:
    """The stages that an environment leaves out, by their names now; never the `first`, where a release starts."""
    skipped = list_at(environment, "skipStages")
    names = _names(stages.stages)
    new = [stages.renames.get(name, "") for name in skipped if isinstance(name, str)]
    new += [name for name, model in stages.models.items() if model in skipped]
    return [name for name in dict.fromkeys(new) if name in (names[1:] if first else names)]


def _names(stages: Sequence[JsonObject]) -> list[str]:
    return [text_at(stage, "name") for stage in stages]


def _gives_all_to(stage: JsonObject, *versions: str) -> bool:
    """Whether one of these versions alone has every request."""
    receiving = [name for name, weight in object_at(stage, "shares").items() if weight]
    return len(receiving) == 1 and receiving[0] in versions and not ("rules" in stage or "mirror" in stage)


def _ordered(stage: JsonObject) -> JsonObject:
    """The keys in the order in which people write a stage, as far as they were not there."""
    return {key: stage[key] for key in _KEYS if key in stage} | stage


def _stage(stage: JsonObject, name: str, renames: Mapping[str, str], exists: Exists) -> JsonObject:
    """The stage under another name, with the versions' names moved on."""
    moved = dict(stage) | {"name": name}
    if "description" in stage:
        moved["description"] = retold(text_at(stage, "description"), renames)
    for key in ("deploy", "services"):
        if key in stage:
            moved[key] = list(dict.fromkeys(renamed(version, renames) for version in list_at(stage, key)))
    if "shares" in stage:
        moved["shares"] = _shares(object_at(stage, "shares"), renames)
    if "rules" in stage:
        moved["rules"] = [
            object_at(rule) | {"to": renamed(object_at(rule).get("to"), renames)} for rule in list_at(stage, "rules")
        ]
    mirror = stage.get("mirror")
    if isinstance(mirror, dict):
        moved["mirror"] = mirror | {"to": renamed(mirror.get("to"), renames)}
    elif mirror is not None:
        moved["mirror"] = renamed(mirror, renames)
    if "objects" in stage:
        moved["objects"] = moved_objects(list_at(stage, "objects"), renames, exists)
        if not moved["objects"]:
            del moved["objects"]
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
