"""What a rule does with the requests it gets, as far as no single request decides it: shares, mirrors, failures.

Source: Gateway API v1.6 apis/v1/httproute_types.go (HTTPRouteRule.BackendRefs, Filters).
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from gateshift.traffic.cluster import Cluster
from gateshift.traffic.decision import BackendAnswer, MirrorAnswer
from gateshift.traffic.filters import (
    Cors,
    ExtensionFilter,
    Filter,
    HeaderModifier,
    RequestMirror,
    RequestRedirect,
    UnknownFilter,
    URLRewrite,
)
from gateshift.traffic.resolve import OK, Resolved, fractions, resolve, split, status_of
from gateshift.traffic.routes import Route, RouteRule


class RuleOutcome(Struct, frozen=True):
    """A rule's answer before a request is looked at. `filters` stand beside each of `backends` and are those that
    change a request or response; `redirect` answers instead of the backends."""

    status: int
    backends: tuple[BackendAnswer, ...]
    filters: tuple[tuple[Filter, ...], ...]
    mirrors: tuple[MirrorAnswer, ...]
    redirect: RequestRedirect | None
    cors: Cors | None
    notes: tuple[str, ...]

    @property
    def changes(self) -> bool:
        """Whether a filter changes any request or response."""
        return any(self.filters)


def outcome(cluster: Cluster, route: Route, index: int, *, mesh: bool) -> RuleOutcome:
    """The outcome of the route's rule for requests from a Gateway, or with `mesh` for calls to a Service."""
    return cluster.once(
        ("outcome", route, index, mesh), lambda: _outcome(cluster, route, route.rules[index], mesh=mesh)
    )


def _outcome(cluster: Cluster, route: Route, rule: RouteRule, *, mesh: bool) -> RuleOutcome:
    resolved = [resolve(cluster, route.resource, backend, mesh=mesh) for backend in rule.backends]
    parts = fractions([backend.weight for backend in rule.backends])
    answers: list[BackendAnswer] = []
    filters: list[tuple[Filter, ...]] = []
    for target, part, own in zip(resolved, parts, rule.backend_filters, strict=True):
        shares = split(target, part)
        answers += shares
        filters += [_changing((*rule.filters, *own))] * len(shares)
    mirrors, lost = _mirrors(cluster, route, rule, mesh=mesh)
    return RuleOutcome(
        status=status_of(answers),
        backends=tuple(answers),
        filters=tuple(filters),
        mirrors=mirrors,
        redirect=next((http_filter for http_filter in rule.filters if isinstance(http_filter, RequestRedirect)), None),
        cors=next((http_filter for http_filter in rule.filters if isinstance(http_filter, Cors)), None),
        notes=(*_notes(rule, resolved), *lost),
    )


def _changing(filters: tuple[Filter, ...]) -> tuple[Filter, ...]:
    return tuple(http_filter for http_filter in filters if isinstance(http_filter, HeaderModifier | URLRewrite))


def _mirrors(
    cluster: Cluster, route: Route, rule: RouteRule, *, mesh: bool
) -> tuple[tuple[MirrorAnswer, ...], tuple[str, ...]]:
    """The mirrors that can be served, and a note for each that cannot: it is dropped, the request goes on. A mirror of
    one backend copies only what that backend gets."""
    mirrors: list[MirrorAnswer] = []
    lost: list[str] = []
    for mirror, part in _mirror_filters(rule):
        target = resolve(cluster, route.resource, mirror.backend, mesh=mesh)
        if target.status == OK:
            ref = mirror.backend.ref
            mirrors.append(MirrorAnswer(ref.namespace, ref.name, mirror.backend.port, mirror.share * part))
        else:
            lost.append(f"the mirror is dropped ({target.reason}): {target.message}")
    return tuple(mirrors), tuple(lost)


def _mirror_filters(rule: RouteRule) -> Iterator[tuple[RequestMirror, float]]:
    """Each mirror with the part of the rule's requests that it sees."""
    yield from ((mirror, 1.0) for mirror in rule.filters if isinstance(mirror, RequestMirror))
    parts = fractions([backend.weight for backend in rule.backends])
    for filters, part in zip(rule.backend_filters, parts, strict=True):
        yield from ((mirror, part) for mirror in filters if isinstance(mirror, RequestMirror))


def _notes(rule: RouteRule, resolved: list[Resolved]) -> list[str]:
    notes: list[str] = []
    redirects = any(isinstance(http_filter, RequestRedirect) for http_filter in rule.filters)
    if not rule.backends and not redirects:
        notes.append("the rule has no backendRefs: every request gets a 500")
    if rule.backends and not any(backend.weight for backend in rule.backends):
        notes.append("every weight is 0: the specification says no traffic, not with which status; 500 is assumed")
    notes += [_note(target) for target in resolved if target.message]
    for entry in rule.filters:
        if isinstance(entry, ExtensionFilter):
            notes.append(f"{entry.ref} is a filter of an implementation's own; where it is not known, requests fail")
        elif isinstance(entry, UnknownFilter):
            notes.append(
                f"filter type {entry.type or '(none)'} is not of this API version: a controller refuses the rule"
            )
    return notes


def _note(resolved: Resolved) -> str:
    reason = f" ({resolved.reason})" if resolved.reason else ""
    silence = "; the specification leaves the answer open" if resolved.open and resolved.reason else ""
    return f"{resolved.message}{reason}{silence}"
