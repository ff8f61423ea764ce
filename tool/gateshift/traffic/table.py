"""The routes that share a listener or a Service port, in the order in which their matches are tried.

Source: Gateway API v1.6 apis/v1/httproute_types.go (HTTPRouteSpec.Hostnames, HTTPRouteRule.Matches).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import takewhile

from msgspec import Struct

from gateshift.traffic.decision import TraceStep
from gateshift.traffic.hostnames import ANY, covers, rank
from gateshift.traffic.match import Call, Candidate, Header, Query, candidates, why_after
from gateshift.traffic.routes import Route


class Table(Struct, frozen=True):
    """Candidates by the hostname for which they answer, the most specific hostname first."""

    hosts: tuple[tuple[str, tuple[Candidate, ...]], ...]

    def __bool__(self) -> bool:
        return bool(self.hosts)


class Selection(Struct, frozen=True):
    """The candidate that gets the call, None for none, and what the specification leaves open about that."""

    winner: Candidate | None
    notes: tuple[str, ...] = ()
    trace: tuple[TraceStep, ...] = ()


def table(routes: Iterable[tuple[Route, tuple[str, ...]]]) -> Table:
    """The table of these routes, each with the hostnames for which it answers."""
    hosts: dict[str, list[Candidate]] = {}
    for route, hostnames in routes:
        compiled = candidates(route)
        for hostname in hostnames:
            hosts.setdefault(hostname, []).extend(compiled)
    ordered = sorted(hosts, key=lambda host: (*rank(host), host))
    return Table(tuple((host, tuple(sorted(hosts[host], key=lambda entry: entry.order))) for host in ordered))


def select(routes: Table, call: Call, *, trace: bool) -> Selection:
    """The candidate with the highest precedence among those that match the call."""
    notes: list[str] = []
    missed = ""
    for hostname, listed in routes.hosts:
        if not covers(hostname, call.host):
            continue
        for index, candidate in enumerate(listed):
            held = candidate.holds(call)
            if held is None:
                notes.append(f"{candidate} has a regular expression that cannot be evaluated here; taken not to match")
            if held:
                notes += _open_questions(candidate, listed[index + 1 :], call)
                if missed:
                    notes.append(_fall_through(missed, hostname))
                steps = _trace(routes, call, candidate, hostname) if trace else ()
                return Selection(candidate, tuple(notes), steps)
        missed = missed or hostname
    return Selection(None, tuple(notes), _trace(routes, call, None, ANY) if trace else ())


def _fall_through(missed: str, hostname: str) -> str:
    fallen = hostname or "no hostname"
    return (
        f"no rule for {missed} matches, so one for {fallen} answers; data planes with one virtual host for each "
        "hostname answer 404 here"
    )


def _open_questions(winner: Candidate, rest: tuple[Candidate, ...], call: Call) -> Iterator[str]:
    """What the specification does not decide between the winner and the candidates after it."""
    if winner.regex:
        yield f"{winner} uses a regular expression, whose dialect is implementation-specific: read as RE2, whole value"
    yield from (f"{what}: which one counts is not specified" for what in _repeated(winner, call))
    if winner.path_regex:
        rival = next((other for other in rest if not other.path_regex and other.holds(call)), None)
        if rival is not None:
            yield f"{rival} matches as well; the place of a regular expression among other paths is not specified"
    for other in takewhile(lambda entry: entry.specificity == winner.specificity, rest):
        if other.route is not winner.route and not (winner.route.created and other.route.created) and other.holds(call):
            yield (
                f"{winner.route} and {other.route} tie on this request: the older one wins once they are applied; "
                "decided here by namespace/name"
            )
            break


def _repeated(winner: Candidate, call: Call) -> Iterator[str]:
    """The headers and query parameters of the winner that the call holds more than once."""
    for condition in winner.conditions:
        if isinstance(condition, Header) and sum(key.lower() == condition.name for key, _ in call.request.headers) > 1:
            yield f"header {condition.name} stands more than once in the request and is read as one list"
        if isinstance(condition, Query) and sum(key == condition.name for key, _ in call.request.query) > 1:
            yield f"query parameter {condition.name} stands more than once in the request and its first value is read"


def _trace(routes: Table, call: Call, winner: Candidate | None, hostname: str) -> tuple[TraceStep, ...]:
    """Every candidate, in the order of the table, with the reason for which it won or lost."""
    steps: list[TraceStep] = []
    for host, listed in routes.hosts:
        for candidate in listed:
            subject = f"{candidate} for {host}" if host else str(candidate)
            steps.append(TraceStep(subject, _verdict(candidate, host, call, winner, hostname)))
    return tuple(steps)


def _verdict(candidate: Candidate, host: str, call: Call, winner: Candidate | None, hostname: str) -> str:
    if not covers(host, call.host):
        return f"host {call.host or '(none)'} is not covered by {host}"
    mismatch = candidate.mismatch(call)
    if mismatch or winner is None:
        return mismatch
    if host != hostname:
        return "matches, but for a less specific hostname"
    return "wins" if candidate is winner else f"matches, but {why_after(candidate, winner)}"
