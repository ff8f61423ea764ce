"""Every reference of every route to a backend, with what it comes to: what the rules about backends walk over."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from gateshift.checks.subject import Subject
from gateshift.model.finding import Level
from gateshift.model.shares import percent
from gateshift.traffic.filters import RequestMirror
from gateshift.traffic.references import BackendRef
from gateshift.traffic.resolve import Resolved, fractions, resolve
from gateshift.traffic.routes import Route


class Use(Struct, frozen=True):
    """A backendRef of a rule, or the target of a mirror. `share` is the part of the rule's requests that it gets, 0 for
    a mirror; `resolved` is its outcome for requests that come the way the route's parents say."""

    route: Route
    rule: int
    backend: BackendRef
    share: float
    mirror: bool
    resolved: Resolved

    @property
    def what(self) -> str:
        """`backendRef` or `mirror`."""
        return "mirror" if self.mirror else "backendRef"

    @property
    def worst(self) -> Level:
        """The level of a fault that the build proves: an error where a share of the requests gets no answer."""
        return Level.ERROR if self.share > 0 else Level.WARNING

    @property
    def consequence(self) -> str:
        """What becomes of the requests when the reference is invalid."""
        if self.mirror:
            return "nothing is mirrored"
        if self.share == 0:
            return "its weight is 0, but some data planes then fail the whole rule"
        return f"{percent(self.share)} of the rule's requests get 500"


def uses(subject: Subject) -> tuple[Use, ...]:
    """The uses of every route in the build, in its order."""
    return subject.cluster.once("backend uses", lambda: tuple(_uses(subject)))


def by_gateway(route: Route) -> bool:
    """Whether requests reach the route through a Gateway, for which ReferenceGrants matter."""
    return any(not parent.is_service for parent in route.parents)


def _uses(subject: Subject) -> Iterator[Use]:
    for route in subject.cluster.routes:
        mesh = not by_gateway(route)
        for index, rule in enumerate(route.rules):
            shares = fractions([backend.weight for backend in rule.backends])
            targets = [(backend, share, False) for backend, share in zip(rule.backends, shares, strict=True)]
            for filters in (rule.filters, *rule.backend_filters):
                targets += [
                    (mirror_filter.backend, 0.0, True)
                    for mirror_filter in filters
                    if isinstance(mirror_filter, RequestMirror)
                ]
            for backend, share, mirror in targets:
                resolved = resolve(subject.cluster, route.resource, backend, mesh=mesh)
                yield Use(route, index, backend, share, mirror, resolved)
