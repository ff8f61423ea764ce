"""What environments say of versions, stages and each other."""

from __future__ import annotations

from gateshift.config.describe import dotted
from gateshift.config.draft import Draft
from gateshift.config.semantics.stages import known_version
from gateshift.config.slips import did_you_mean
from gateshift.config.spec_errors import SpecErrors
from gateshift.yamldoc.data import FieldPath, JsonObject, list_at, object_at, text_at

_BY_VERSION = ("replicas", "autoscaling", "image")


def check_environments(draft: Draft, faults: SpecErrors) -> None:
    """Report versions, stages and environments that are not there, settings that a manifest would not take, and an
    order without a beginning."""
    for index, environment in draft.environments():
        at: FieldPath = ("environments", index)
        for key in _BY_VERSION:
            for version in object_at(environment, key):
                known_version(draft, version, (*at, key, version), faults, key=True)
        _scaled_once(environment, at, faults)
        _kept_as_written(draft, environment, at, faults)
        _skipped(draft, environment, at, faults)
        _after(draft, environment, at, faults)
    _order(draft, faults)


def _scaled_once(environment: JsonObject, at: FieldPath, faults: SpecErrors) -> None:
    for version in object_at(environment, "replicas"):
        if version in object_at(environment, "autoscaling"):
            here = (*at, "replicas", version)
            faults.add(
                here, f"{dotted(here)}: an autoscaler decides how many pods of `{version}` run", "remove it", key=True
            )


def _kept_as_written(draft: Draft, environment: JsonObject, at: FieldPath, faults: SpecErrors) -> None:
    own = [version for version in draft.versions if "manifest" in draft.version(version)]
    for key in ("env", "resources"):
        if own and key in environment:
            _refused((*at, key), own[0], faults)
    for version in object_at(environment, "image"):
        if version in own:
            _refused((*at, "image", version), version, faults)


def _refused(at: FieldPath, version: str, faults: SpecErrors) -> None:
    faults.add(
        at,
        f"{dotted(at)}: {version} runs from a manifest, which is kept as written in every environment",
        f"describe {version} by fields instead of a manifest, or remove this",
        key=True,
    )


def _skipped(draft: Draft, environment: JsonObject, at: FieldPath, faults: SpecErrors) -> None:
    stages = [text_at(stage, "name") for _, stage in draft.stages()]
    skipped = list_at(environment, "skipStages")
    for index, name in enumerate(skipped):
        if isinstance(name, str) and name not in stages:
            here = (*at, "skipStages", index)
            hint = did_you_mean(name, stages) or f"the stages are {', '.join(stages)}"
            faults.add(here, f"{dotted(here)}: there is no stage `{name}`", hint)
    if stages and all(name in skipped for name in stages):
        here = (*at, "skipStages")
        faults.add(here, f"{dotted(here)}: no stage is left", "leave out fewer stages", key=True)


def _after(draft: Draft, environment: JsonObject, at: FieldPath, faults: SpecErrors) -> None:
    names = [text_at(other, "name") for _, other in draft.environments()]
    for index, name in enumerate(list_at(environment, "after")):
        here = (*at, "after", index)
        if name == text_at(environment, "name"):
            faults.add(here, f"{dotted(here)}: an environment cannot come after itself", "remove it")
        elif isinstance(name, str) and name not in names:
            hint = did_you_mean(name, names) or f"the environments are {', '.join(names)}"
            faults.add(here, f"{dotted(here)}: there is no environment `{name}`", hint)


def _order(draft: Draft, faults: SpecErrors) -> None:
    before = {text_at(each, "name"): draft.after(index, each) for index, each in draft.environments()}
    for index, environment in draft.environments():
        name = text_at(environment, "name")
        if name in _all_before(name, before) and name not in before[name]:
            at: FieldPath = ("environments", index, "after")
            faults.add(
                at,
                f"{dotted(at)}: `{name}` comes after itself by way of {', '.join(before[name])}",
                "one environment must come first: `after: []`",
            )
            return


def _all_before(name: str, before: dict[str, tuple[str, ...]]) -> set[str]:
    """Every environment that comes before this one, directly or by way of others."""
    earlier: set[str] = set()
    waiting = list(before.get(name, ()))
    while waiting:
        other = waiting.pop()
        if other not in earlier:
            earlier.add(other)
            waiting += before.get(other, ())
    return earlier
