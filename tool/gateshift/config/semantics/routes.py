"""The route's parents, host names and timeouts.

Source: sigs.k8s.io/gateway-api config/crd (the CEL rules on parentRefs and timeouts of HTTPRoute v1).
"""

from __future__ import annotations

import re
from ipaddress import ip_address

from gateshift.config.describe import dotted
from gateshift.config.draft import Draft, objects
from gateshift.config.slips import did_you_mean
from gateshift.config.spec_errors import SpecErrors
from gateshift.model.rollout import RouteKind
from gateshift.yamldoc.data import FieldPath, Json, JsonObject, list_at, object_at, text_at


def check_route(draft: Draft, faults: SpecErrors) -> None:
    """Report what the Gateway API would refuse of the route, or what could never work."""
    route: FieldPath = ("route",)
    _parents(draft, list_at(draft.data, "route", "parents"), (*route, "parents"), faults)
    _hostnames(list_at(draft.data, "route", "hostnames"), (*route, "hostnames"), faults)
    for index, environment in draft.environments():
        at: FieldPath = ("environments", index)
        _parents(draft, list_at(environment, "parents"), (*at, "parents"), faults)
        _hostnames(list_at(environment, "hostnames"), (*at, "hostnames"), faults)
    _timeouts(draft, faults)


def _parents(draft: Draft, parents: list[Json], at: FieldPath, faults: SpecErrors) -> None:
    for index, parent in objects(parents):
        here: FieldPath = (*at, index)
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


def _repeated_parents(draft: Draft, parents: list[Json], at: FieldPath, faults: SpecErrors) -> None:
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


def _hostnames(hostnames: list[Json], at: FieldPath, faults: SpecErrors) -> None:
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


def _timeouts(draft: Draft, faults: SpecErrors) -> None:
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
