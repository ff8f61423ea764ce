"""The route: its parents, and the parts that are kept as the Gateway API spells them.

Source: sigs.k8s.io/gateway-api config/crd (fields, limits and CEL rules of HTTPRoute and GRPCRoute v1).
"""

from __future__ import annotations

import re
from ipaddress import ip_address

from gateshift.documents.data import Json, JsonObject, Pointer, list_at, look_up, object_at, text_at
from gateshift.model.rollout import RouteKind
from gateshift.spec.draft import Draft, objects
from gateshift.spec.faults import Faults
from gateshift.spec.nearest import did_you_mean
from gateshift.spec.structure import dotted, shown

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
_MOST_RAW_MATCHES = 64


def check_route(draft: Draft, faults: Faults) -> None:
    """Report what the Gateway API would refuse of the route, or what could never work."""
    route: Pointer = ("route",)
    _parents(draft, list_at(draft.data, "route", "parents"), (*route, "parents"), faults)
    _hostnames(list_at(draft.data, "route", "hostnames"), (*route, "hostnames"), faults)
    for index, environment in draft.environments():
        at: Pointer = ("environments", index)
        _parents(draft, list_at(environment, "parents"), (*at, "parents"), faults)
        _hostnames(list_at(environment, "hostnames"), (*at, "hostnames"), faults)
    _production(draft, faults)
    _timeouts(draft, faults)
    _other_rules(draft, faults)


def _parents(draft: Draft, parents: list[Json], at: Pointer, faults: Faults) -> None:
    for index, parent in objects(parents):
        here: Pointer = (*at, index)
        service = text_at(parent, "service")
        if service and draft.service and service != draft.service:
            faults.add(
                (*here, "service"),
                f"{dotted((*here, 'service'))}: a rollout steers the calls to its own service, `{draft.service}`; "
                f"found `{service}`",
                did_you_mean(service, [draft.service]) or f"write `service: {draft.service}`",
            )
        port = parent.get("port")
        if service and isinstance(port, int) and port != draft.port:
            faults.add(
                (*here, "port"),
                f"{dotted((*here, 'port'))}: the service has the port {draft.port}, not {port}",
                f"write {draft.port}, or leave the port out",
            )
    _repeated_parents(draft, parents, at, faults)


def parent_identity(parent: JsonObject, namespace: str) -> tuple[str, str, str]:
    """Kind, namespace and name of a parent as written; the namespace "" for one that follows the service's."""
    for key, kind in (("gateway", "Gateway"), ("listenerSet", "ListenerSet")):
        reference = parent.get(key)
        if isinstance(reference, str):
            found, _, name = reference.rpartition("/")
            return kind, found or namespace, name
        if isinstance(reference, dict):
            return kind, text_at(reference, "namespace") or namespace, text_at(reference, "name")
    return "Service", namespace, text_at(parent, "service")


def _repeated_parents(draft: Draft, parents: list[Json], at: Pointer, faults: Faults) -> None:
    """The CEL rules on parentRefs: one parent named twice needs sections that differ (ports only count in the
    experimental channel)."""
    by_port = text_at(draft.data, "schemas", "channel") == "experimental"
    first: dict[tuple[str, str, str], list[tuple[int, JsonObject]]] = {}
    for index, parent in objects(parents):
        first.setdefault(parent_identity(parent, draft.namespace), []).append((index, parent))
    for named in first.values():
        sections = [(parent.get("section"), parent.get("port") if by_port else None) for _, parent in named]
        for place, (index, _) in enumerate(named):
            repeated = sections[place] in sections[:place]
            if place and (repeated or (None, None) in sections):
                faults.add(
                    (*at, index),
                    f"{dotted((*at, index))}: the same parent as {dotted((*at, named[0][0]))}; "
                    "the Gateway API takes one parent twice only with sections that differ",
                    "give each of them its own `section`, or remove one",
                )


def _hostnames(hostnames: list[Json], at: Pointer, faults: Faults) -> None:
    for index, hostname in enumerate(hostnames):
        if isinstance(hostname, str) and _is_address(hostname):
            faults.add(
                (*at, index),
                f"{dotted((*at, index))}: the Gateway API allows no IP address as a host name; found `{hostname}`",
                "write a DNS name, or leave the host names out",
            )


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _production(draft: Draft, faults: Faults) -> None:
    at: Pointer = ("route",)
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


def _matches(kind: RouteKind, matches: list[Json], at: Pointer, faults: Faults) -> None:
    for index, match in objects(matches):
        _known_keys(match, _MATCH_KEYS[kind], _MATCH_KEYS, kind, (*at, index), faults)
        method = match.get("method")
        right = isinstance(method, dict if kind is RouteKind.GRPC else str)
        if method is not None and not right:
            here = (*at, index, "method")
            wanted = "{service: ..., method: ...}" if kind is RouteKind.GRPC else "an HTTP method such as `GET`"
            faults.add(here, f"{dotted(here)}: a {kind.value} expects {wanted}; found {shown(method)}")


def _known_keys(
    item: JsonObject,
    known: tuple[str, ...],
    of_kinds: dict[RouteKind, tuple[str, ...]],
    kind: RouteKind,
    at: Pointer,
    faults: Faults,
) -> None:
    for key in item:
        if key in known:
            continue
        others = [other.value for other, keys in of_kinds.items() if key in keys]
        faults.add(
            (*at, key),
            f"{dotted(at)}: a {kind.value} has no `{key}` here" + (f"; a {others[0]} has" if others else ""),
            did_you_mean(key, known) or f"the keys here are {', '.join(known)}",
            key=True,
        )


def _filters(kind: RouteKind, filters: list[Json], at: Pointer, faults: Faults) -> None:
    types = _FILTERS[kind]
    for index, item in objects(filters):
        here: Pointer = (*at, index)
        name = item.get("type")
        if not isinstance(name, str) or name not in types:
            found = f"found {shown(name)}" if "type" in item else "`type` is missing"
            faults.add(
                (*here, "type"),
                f"{dotted(here)}: expected a filter's `type` of a {kind.value}; {found}",
                did_you_mean(name, types) if isinstance(name, str) else f"the types are {', '.join(types)}",
            )
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


def _timeouts(draft: Draft, faults: Faults) -> None:
    timeouts = object_at(draft.data, "route", "timeouts")
    if draft.kind is RouteKind.GRPC and "timeouts" in object_at(draft.data, "route"):
        faults.add(("route", "timeouts"), "route.timeouts: only an HTTPRoute has timeouts", "remove them", key=True)
    whole, one_try = (milliseconds(text_at(timeouts, key)) for key in ("request", "backendRequest"))
    if whole and one_try > whole:
        faults.add(
            ("route", "timeouts", "backendRequest"),
            "route.timeouts.backendRequest: one try may not last longer than the whole request",
            f"write at most {text_at(timeouts, 'request')}",
        )


_UNITS = {"h": 3_600_000, "m": 60_000, "s": 1000, "ms": 1}


def milliseconds(duration: str) -> int:
    """A Gateway API duration in milliseconds; 0 for ""."""
    return sum(int(count) * _UNITS[unit] for count, unit in re.findall(r"([0-9]+)(ms|h|m|s)", duration))


def _other_rules(draft: Draft, faults: Faults) -> None:
    names: dict[str, int] = {}
    for index, rule in objects(list_at(draft.data, "route", "rules")):
        here: Pointer = ("route", "rules", index)
        _known_keys(rule, _RULE_KEYS[draft.kind], _RULE_KEYS, draft.kind, here, faults)
        for key in ("matches", "filters", "backendRefs"):
            if key in rule and not isinstance(rule[key], list):
                faults.add((*here, key), f"{dotted((*here, key))}: expected a list; found {shown(rule[key])}")
        _matches(draft.kind, list_at(rule, "matches"), (*here, "matches"), faults)
        _filters(draft.kind, list_at(rule, "filters"), (*here, "filters"), faults)
        if len(list_at(rule, "matches")) > _MOST_RAW_MATCHES:
            faults.add(
                (*here, "matches"), f"{dotted((*here, 'matches'))}: a rule has at most {_MOST_RAW_MATCHES} matches"
            )
        _named_once(rule, index, names, faults)


def _named_once(rule: JsonObject, index: int, names: dict[str, int], faults: Faults) -> None:
    name = look_up(rule, ("name",))
    if isinstance(name, str) and names.setdefault(name, index) != index:
        here = ("route", "rules", index, "name")
        faults.add(here, f"{dotted(here)}: route.rules[{names[name]}] is called `{name}` too")
