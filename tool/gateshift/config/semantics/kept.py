"""The parts of a route that are kept as the Gateway API spells them: matches, filters and whole rules.

They are checked no deeper than what tells the route's kinds apart; `validate` checks what is built from them.
Source: sigs.k8s.io/gateway-api config/crd (fields of HTTPRoute and GRPCRoute v1).
"""

from __future__ import annotations

from gateshift.config.describe import described, dotted
from gateshift.config.draft import Draft, objects
from gateshift.config.slips import did_you_mean
from gateshift.config.spec_errors import SpecErrors
from gateshift.model.rollout import RouteKind
from gateshift.yamldoc.data import FieldPath, Json, JsonObject, list_at, look_up

_MATCH_KEYS = {
    RouteKind.HTTP: ("path", "method", "headers", "queryParams"),
    RouteKind.GRPC: ("method", "headers"),
}
_RULE_KEYS = {
    RouteKind.HTTP: ("name", "matches", "filters", "backendRefs", "timeouts", "retry", "sessionPersistence"),
    RouteKind.GRPC: ("name", "matches", "filters", "backendRefs", "sessionPersistence"),
}
_COMMON_FILTERS = {
    "RequestHeaderModifier": "requestHeaderModifier",
    "ResponseHeaderModifier": "responseHeaderModifier",
    "RequestMirror": "requestMirror",
    "ExtensionRef": "extensionRef",
}
_FILTERS = {
    RouteKind.HTTP: _COMMON_FILTERS
    | {
        "RequestRedirect": "requestRedirect",
        "URLRewrite": "urlRewrite",
        "CORS": "cors",
        "ExternalAuth": "externalAuth",
    },
    RouteKind.GRPC: _COMMON_FILTERS,
}
_MOST_MATCHES = 64


def check_kept(draft: Draft, faults: SpecErrors) -> None:
    """Report fields that the route's kind has not, filters without their part, and names given twice."""
    _production(draft, faults)
    _other_rules(draft, faults)


def _production(draft: Draft, faults: SpecErrors) -> None:
    at: FieldPath = ("route",)
    _matches(draft.kind, list_at(draft.data, "route", "matches"), (*at, "matches"), faults)
    filters = list_at(draft.data, "route", "filters")
    _filters(draft.kind, filters, (*at, "filters"), faults)
    for index, item in objects(filters):
        if item.get("type") == "RequestRedirect":
            here = (*at, "filters", index)
            faults.add(
                here,
                f"{dotted(here)}: a redirect answers by itself, so that no version would get a request",
                "write the redirect as a rule of its own in `route.rules`",
            )


def _other_rules(draft: Draft, faults: SpecErrors) -> None:
    names: dict[str, int] = {}
    rules = list_at(draft.data, "route", "rules")
    _position(draft, len(rules), faults)
    for index, rule in objects(rules):
        here: FieldPath = ("route", "rules", index)
        _known_keys(rule, _RULE_KEYS[draft.kind], _RULE_KEYS, draft.kind, here, faults)
        for key in ("matches", "filters", "backendRefs"):
            if key in rule and not isinstance(rule[key], list):
                faults.add((*here, key), f"{dotted((*here, key))}: expected a list; found {described(rule[key])}")
        _matches(draft.kind, list_at(rule, "matches"), (*here, "matches"), faults)
        _filters(draft.kind, list_at(rule, "filters"), (*here, "filters"), faults)
        if len(list_at(rule, "matches")) > _MOST_MATCHES:
            faults.add((*here, "matches"), f"{dotted((*here, 'matches'))}: a rule has at most {_MOST_MATCHES} matches")
        _named_once(rule, index, names, faults)


def _position(draft: Draft, count: int, faults: SpecErrors) -> None:
    at: FieldPath = ("route", "position")
    position = look_up(draft.data, at)
    if isinstance(position, int) and position > count:
        faults.add(at, f"{dotted(at)}: {position} rules are to stand before the production rule; `rules` has {count}")


def _named_once(rule: JsonObject, index: int, names: dict[str, int], faults: SpecErrors) -> None:
    name = rule.get("name")
    if isinstance(name, str) and names.setdefault(name, index) != index:
        here = ("route", "rules", index, "name")
        faults.add(here, f"{dotted(here)}: route.rules[{names[name]}] is called `{name}` too")


def _matches(kind: RouteKind, matches: list[Json], at: FieldPath, faults: SpecErrors) -> None:
    for index, match in objects(matches):
        _known_keys(match, _MATCH_KEYS[kind], _MATCH_KEYS, kind, (*at, index), faults)
        method = match.get("method")
        right = isinstance(method, dict if kind is RouteKind.GRPC else str)
        if method is not None and not right:
            here = (*at, index, "method")
            wanted = "{service: ..., method: ...}" if kind is RouteKind.GRPC else "an HTTP method such as `GET`"
            faults.add(here, f"{dotted(here)}: {article(kind)} expects {wanted}; found {described(method)}")


def _known_keys(
    item: JsonObject,
    known: tuple[str, ...],
    of_kinds: dict[RouteKind, tuple[str, ...]],
    kind: RouteKind,
    at: FieldPath,
    faults: SpecErrors,
) -> None:
    for key in item:
        if key in known:
            continue
        others = [other for other, keys in of_kinds.items() if key in keys]
        faults.add(
            (*at, key),
            f"{dotted(at)}: {article(kind)} has no `{key}` here" + (f"; {article(others[0])} has" if others else ""),
            did_you_mean(key, known) or f"the keys here are {', '.join(known)}",
            key=True,
        )


def _filters(kind: RouteKind, filters: list[Json], at: FieldPath, faults: SpecErrors) -> None:
    types = _FILTERS[kind]
    for index, item in objects(filters):
        here: FieldPath = (*at, index)
        name = item.get("type")
        if not isinstance(name, str) or name not in types:
            _wrong_type(kind, item, here, faults)
            continue
        if not isinstance(item.get(types[name]), dict):
            faults.add((*here, types[name]), f"{dotted(here)}: a filter of the type {name} needs `{types[name]}`")
        for key in item:
            if key not in ("type", types[name]):
                faults.add(
                    (*here, key),
                    f"{dotted(here)}: a filter of the type {name} has no `{key}`",
                    did_you_mean(key, ("type", types[name])),
                    key=True,
                )


def _wrong_type(kind: RouteKind, item: JsonObject, at: FieldPath, faults: SpecErrors) -> None:
    name = item.get("type")
    found = f"found {described(name)}" if "type" in item else "`type` is missing"
    others = [other for other, types in _FILTERS.items() if isinstance(name, str) and name in types]
    hint = did_you_mean(name, _FILTERS[kind]) if isinstance(name, str) else ""
    if others:
        hint = f"only {article(others[0])} has it"
    faults.add(
        (*at, "type"),
        f"{dotted(at)}: expected a filter's `type` of {article(kind)}; {found}",
        hint or f"the types are {', '.join(_FILTERS[kind])}",
    )


def article(kind: RouteKind) -> str:
    """The kind with its article."""
    return f"{'an' if kind is RouteKind.HTTP else 'a'} {kind.value}"
