"""Proposals for the same service in several environments as one: what they share, and what each says for itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from gateshift.app.adopt.proposal import Proposal
from gateshift.config.schema import vocabulary
from gateshift.config.slips import fits
from gateshift.errors import UserError
from gateshift.model.adoption import Left
from gateshift.yamldoc.data import Json, JsonObject, list_at, object_at, text_at

_ORDER = (
    ("local", "dev", "develop", "development", "sandbox"),
    ("test", "testing", "ci", "int", "integration", "qa"),
    ("stage", "staging", "stg", "uat", "preprod", "pre-prod"),
    ("prod", "production", "prd", "live"),
)
"""What environments are usually called, in the order in which a release reaches them."""
_OF_THE_VERSION = {"replicas": "replicas", "autoscaling": "autoscaling", "image": "image"}
_OF_THE_PODS = ("env", "resources")
_OF_THE_ROUTE = ("parents", "hostnames")


def environment_names(folders: Sequence[Path]) -> list[str]:
    """A name for each of the folders: the first part of their paths that tells them apart. Raises UserError where that
    is no name."""
    if len(folders) == 1:
        return [""]
    parts = [folder.parts for folder in folders]
    telling = [words for words in zip(*parts, strict=False) if len(set(words)) == len(parts)]
    names = [word.lower().replace("_", "-").replace(".", "-") for word in telling[0]] if telling else []
    if not names or not all(fits(name, vocabulary.LABEL) for name in names):
        raise UserError(
            f"nothing tells the environments {', '.join(map(str, folders))} apart by name",
            next_step="Name directories such as overlays/staging and overlays/prod.",
        )
    return names


def in_order(names: Sequence[str]) -> list[int]:
    """The indexes of the names in the order in which a release reaches them; as given where a name does not say."""
    ranks = [next((rank for rank, words in enumerate(_ORDER) if name in words), None) for name in names]
    indexes = list(range(len(names)))
    return indexes if None in ranks else sorted(indexes, key=lambda index: ranks[index] or 0)


def merged(proposals: Mapping[str, Proposal]) -> Proposal:
    """One proposal for all environments, by their names. Raises UserError where other things run in them."""
    first, *others = proposals.values()
    if not others:
        return first
    for name, other in list(proposals.items())[1:]:
        _refuse_other_things(next(iter(proposals)), first, name, other)
    data = {key: value for key, value in first.data.items() if key not in ("live", "pointers")}
    namespaces = {text_at(proposal.data, "service", "namespace") for proposal in proposals.values()}
    if "" in namespaces:
        data["service"] = {key: value for key, value in object_at(data, "service").items() if key != "namespace"}
    data["versions"] = _versions(list(proposals.values()))
    pointers = [
        {**object_at(pointer), "environment": name}
        for name, proposal in proposals.items()
        for pointer in list_at(proposal.data, "pointers", "existing")
    ]
    if pointers:
        data["pointers"] = {"existing": list[Json](pointers)}
    data["environments"] = [_environment(name, proposal, data) for name, proposal in proposals.items()]
    left = (
        *(replace(item, what=f"{item.what} ({name})") for name, one in proposals.items() for item in one.left),
        *_same_in_all(proposals),
    )
    comments = {path: note for path, note in first.comments.items() if path not in (("live",), ("pointers",))}
    comments[("environments",)] = "Each has what runs there today, and reaches a stage after the one before it."
    return Proposal(data, comments, first.stages, _once(left), first.way)


def _once(left: Sequence[Left]) -> tuple[Left, ...]:
    """Each of these once: what is left in every environment for the same reason is told of the first."""
    told: dict[tuple[str, str], Left] = {}
    for item in left:
        told.setdefault((item.what.rpartition(" (")[0] or item.what, item.why), item)
    return tuple(told.values())


def _refuse_other_things(name: str, one: Proposal, other_name: str, other: Proposal) -> None:
    mine, theirs = (_identity(proposal) for proposal in (one, other))
    for what, here in mine.items():
        if here != theirs[what]:
            raise UserError(
                f"{what} differs: {here} in {name}, {theirs[what]} in {other_name}",
                next_step="Adopt each of them for itself, into directories of their own with -o.",
            )


def _identity(proposal: Proposal) -> dict[str, str]:
    """What has to be the same in every environment of one rollout."""
    versions = object_at(proposal.data, "versions")
    live = {name: _objects(version)[0] for name, version in versions.items() if "live" in object_at(version)}
    route = object_at(proposal.data, "route")
    return {
        "the Service": f"{text_at(proposal.data, 'service', 'name')}:{object_at(proposal.data, 'service').get('port')}",
        "what runs": ", ".join(f"{name} ({runs})" for name, runs in live.items()),
        "the version to come": ", ".join(name for name in versions if name not in live) or "one that runs",
        "the route": f"{route.get('kind', 'HTTPRoute')}/{route.get('name', text_at(proposal.data, 'service', 'name'))}",
        "the shares": "; ".join(str(stage.data.get("shares", {})) for stage in proposal.stages),
    }


def _objects(version: Json) -> list[str]:
    live = object_at(version).get("live")
    return [item for item in (live if isinstance(live, list) else [live]) if isinstance(item, str)]


def _versions(proposals: Sequence[Proposal]) -> JsonObject:
    """The versions, those that run with what goes with them in any of the environments."""
    versions: JsonObject = {}
    for name, version in object_at(proposals[0].data, "versions").items():
        objects = [item for proposal in proposals for item in _objects(object_at(proposal.data, "versions").get(name))]
        listed: list[Json] = list(dict.fromkeys(objects))
        live: JsonObject = {"live": listed[0] if len(listed) == 1 else listed} if listed else {}
        versions[name] = {**object_at(version), **live}
    return versions


def _environment(name: str, proposal: Proposal, shared: JsonObject) -> Json:
    """What the environment says for itself."""
    entry: JsonObject = {"name": name}
    namespace = text_at(proposal.data, "service", "namespace")
    if namespace != text_at(shared, "service", "namespace"):
        entry["namespace"] = namespace
    entry["live"] = proposal.data["live"]
    for key in _OF_THE_ROUTE:
        there, here = (object_at(data, "route").get(key) for data in (proposal.data, shared))
        if there != here and there is not None:
            entry[key] = there
    for version, fields in object_at(proposal.data, "versions").items():
        for key in _OF_THE_VERSION:
            there = object_at(fields).get(key)
            if there is not None and there != object_at(shared, "versions", version).get(key):
                entry[key] = {version: there}
    for key in _OF_THE_PODS:
        there, here = (object_at(data, "workload").get(key) for data in (proposal.data, shared))
        if there != here and there is not None:
            entry[key] = there
    return entry


def _same_in_all(proposals: Mapping[str, Proposal]) -> Iterator[Left]:
    """What differs between the environments and has no field of its own there."""
    names = list(proposals)
    first = proposals[names[0]].data
    taken = {"service": ("namespace",), "route": _OF_THE_ROUTE, "workload": _OF_THE_PODS}
    for name in names[1:]:
        for part, besides in taken.items():
            here, there = (object_at(data, part) for data in (first, proposals[name].data))
            for key in sorted(here.keys() | there.keys()):
                if key not in besides and here.get(key) != there.get(key):
                    yield Left(f"`{part}.{key}` of {name}", f"it differs, and the stages have that of {names[0]}")
