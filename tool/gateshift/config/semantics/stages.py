"""What the stages ask for: versions that are there, shares that add up to something, rules that can answer.

How many rules, matches and filters a stage's route may have.

Source: sigs.k8s.io/gateway-api config/crd (maxItems and the CEL rule on all matches of HTTPRoute and GRPCRoute v1).
"""

from __future__ import annotations

from collections.abc import Sequence

from gateshift.config.describe import dotted
from gateshift.config.draft import Draft, matches_of, mirror_of, objects
from gateshift.config.schema import vocabulary
from gateshift.config.semantics.matches import check_match, meaning_of
from gateshift.config.slips import fits, suggestion
from gateshift.config.spec_errors import SpecErrors
from gateshift.model.nearest import nearest_word
from gateshift.yamldoc.data import FieldPath, JsonObject, list_at, look_up, object_at, text_at


def check_stages(draft: Draft, faults: SpecErrors) -> None:
    """Report stages that name versions which are not there, send requests nowhere, or exceed the Gateway API."""
    for index, stage in draft.stages():
        at: FieldPath = ("stages", index)
        _versions_named(draft, stage, at, faults)
        _shares(draft, stage, at, faults)
        _rules(draft, stage, at, faults)
        _mirror(draft, stage, at, faults)
        check_limits(draft, stage, at, faults)


def known_version(draft: Draft, name: str, at: FieldPath, faults: SpecErrors, *, key: bool = False) -> bool:
    """Whether the name is a version's; a fault where it is not."""
    if not draft.versions or name in draft.versions:
        return name in draft.versions
    meant = nearest_word(name, draft.versions)
    if not meant or fits(meant, vocabulary.LABEL):  # else the version's own name is the mistake, and reported as such
        known = f"the versions are {', '.join(draft.versions)}"
        faults.add(at, f"{dotted(at)}: there is no version `{name}`", suggestion(meant) or known, key=key)
    return False


def _versions_named(draft: Draft, stage: JsonObject, at: FieldPath, faults: SpecErrors) -> None:
    for key in ("deploy", "services"):
        for index, name in enumerate(list_at(stage, key)):
            if isinstance(name, str):
                known_version(draft, name, (*at, key, index), faults)


def _shares(draft: Draft, stage: JsonObject, at: FieldPath, faults: SpecErrors) -> None:
    shares = object_at(stage, "shares")
    for version, weight in shares.items():
        here = (*at, "shares", version)
        if not known_version(draft, version, here, faults, key=True):
            continue
        if version not in draft.services(stage):
            _unserved(stage, version, here, faults, key=True)
        elif weight and version not in draft.deployed(stage):
            _undeployed(version, here, faults, key=True)
        elif weight:
            _answerable(draft, version, here, faults, key=True)
    if shares and all(weight == 0 for weight in shares.values()):
        faults.add(
            (*at, "shares"),
            f"{dotted((*at, 'shares'))}: every share is 0, so that no version would answer",
            "give at least one version a share above 0",
        )


def _undeployed(version: str, at: FieldPath, faults: SpecErrors, *, key: bool = False) -> None:
    faults.add(
        at,
        f"{dotted(at)}: version `{version}` is not deployed in this stage, so that nothing would answer",
        f"add {version} to `deploy`, or send its requests to another version",
        key=key,
    )


def _unserved(stage: JsonObject, version: str, at: FieldPath, faults: SpecErrors, *, key: bool = False) -> None:
    where = "services" if "services" in stage else "deploy"
    faults.add(
        at,
        f"{dotted(at)}: version `{version}` has no Service in this stage for the route to name",
        f"add {version} to `{where}`, or leave it out here",
        key=key,
    )


def _answerable(draft: Draft, version: str, at: FieldPath, faults: SpecErrors, *, key: bool = False) -> None:
    if look_up(draft.data, ("versions", version, "replicas")) == 0:
        faults.add(
            at,
            f"{dotted(at)}: version `{version}` has 0 replicas, so that nothing would answer",
            f"give {version} replicas, or no requests",
            key=key,
        )
    for index, environment in draft.environments():
        if look_up(environment, ("replicas", version)) == 0:
            faults.add(
                ("environments", index, "replicas", version),
                f"environments[{index}].replicas.{version}: 0 replicas, but {dotted(at)} sends it requests",
                f"give {version} replicas, or no requests",
            )


def _receives(draft: Draft, stage: JsonObject, version: str, at: FieldPath, faults: SpecErrors) -> None:
    if not known_version(draft, version, at, faults):
        return
    if version not in draft.services(stage):
        _unserved(stage, version, at, faults)
    elif version not in draft.deployed(stage):
        _undeployed(version, at, faults)
    else:
        _answerable(draft, version, at, faults)


def _rules(draft: Draft, stage: JsonObject, at: FieldPath, faults: SpecErrors) -> None:
    rules = list_at(stage, "rules")
    _needs_route(stage, rules, (*at, "rules"), faults)
    names: set[str] = {text_at(rule, "name") for rule in list_at(draft.data, "route", "rules")} - {""}
    seen: dict[str, FieldPath] = {}
    for index, rule in objects(rules):
        here: FieldPath = (*at, "rules", index)
        name = text_at(rule, "name")
        if name in names:
            faults.add((*here, "name"), f"{dotted((*here, 'name'))}: another rule of the stage is called `{name}` too")
        if name:
            names.add(name)
        if text_at(rule, "to"):
            _receives(draft, stage, text_at(rule, "to"), (*here, "to"), faults)
        for match, field_ref in matches_of(rule, here):
            check_match(draft, match, field_ref, faults)
            _said_before(match, field_ref, seen, faults)


def _said_before(match: JsonObject, at: FieldPath, seen: dict[str, FieldPath], faults: SpecErrors) -> None:
    if not match:
        return
    first = seen.setdefault(meaning_of(match), at)
    if first != at:
        faults.add(at, f"{dotted(at)}: asks for the same as {dotted(first)}, which answers first", "remove one")


def _mirror(draft: Draft, stage: JsonObject, at: FieldPath, faults: SpecErrors) -> None:
    version, _ = mirror_of(stage)
    if version:
        here: FieldPath = (*at, "mirror", "to") if isinstance(stage["mirror"], dict) else (*at, "mirror")
        _needs_route(stage, [version], (*at, "mirror"), faults)
        _receives(draft, stage, version, here, faults)


def _needs_route(stage: JsonObject, wanted: Sequence[object], at: FieldPath, faults: SpecErrors) -> None:
    if wanted and "shares" not in stage:
        faults.add(at, f"{dotted(at)}: a stage without `shares` has no route", "give the stage `shares`", key=True)


_MOST_RULES = 16
_MOST_MATCHES = 64
_MOST_MATCHES_IN_ALL = 128
_MOST_FILTERS = 16


def check_limits(draft: Draft, stage: JsonObject, at: FieldPath, faults: SpecErrors) -> None:
    """Report a stage whose route the API server would refuse for its size."""
    rules = [rule for _, rule in objects(list_at(stage, "rules"))]
    _rule_limits(draft, rules, (*at, "rules"), faults)
    _matches(draft, rules, (*at, "rules"), faults)
    filters = list_at(draft.data, "route", "filters")
    if mirror_of(stage)[0] and len(filters) >= _MOST_FILTERS:
        here = (*at, "mirror")
        most = f"{_MOST_FILTERS} filters already, the most there can be"
        faults.add(here, f"{dotted(here)}: the production rule has {most}")


def _rule_limits(draft: Draft, rules: list[JsonObject], at: FieldPath, faults: SpecErrors) -> None:
    total = 1 + len(list_at(draft.data, "route", "rules")) + len(rules)
    if total > _MOST_RULES:
        faults.add(
            at,
            f"{dotted(at)}: the route would have {total} rules, the production rule and `route.rules` included; "
            f"the Gateway API allows {_MOST_RULES}",
        )


def _matches(draft: Draft, rules: list[JsonObject], at: FieldPath, faults: SpecErrors) -> None:
    """An extra rule has each of its matches once for each match of the production rule, which it narrows."""
    route = object_at(draft.data, "route")
    production = max(1, len(list_at(route, "matches")))
    counts = [production * sum(1 for _ in matches_of(rule, ())) for rule in rules]
    for index, count in enumerate(counts):
        if count > _MOST_MATCHES:
            faults.add(
                (*at, index, "match"),
                f"{dotted((*at, index))}: with each of the production rule's matches these are {count} matches; "
                f"the Gateway API allows {_MOST_MATCHES} in a rule",
            )
    others = sum(max(1, len(list_at(rule, "matches"))) for _, rule in objects(list_at(route, "rules")))
    total = production + others + sum(counts)
    if total > _MOST_MATCHES_IN_ALL:
        faults.add(
            at,
            f"{dotted(at)}: the route would have {total} matches in all; the Gateway API allows {_MOST_MATCHES_IN_ALL}",
        )
