"""`gateshift gate`: the figures of a version, held to the limits of gateshift.yaml and to the stable version's.

A success rate is a count of successes: it is passed only where so many requests stand behind it that, had none failed,
the limit would be proven at the stated confidence. A difference has an interval made of both versions' exact ones.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from msgspec import Struct

from gateshift.app.gate.queries import VersionQueries, seconds_of, version_queries
from gateshift.errors import UserError
from gateshift.live.prometheus import NoSample, Sample, Server, ask
from gateshift.model.binomial import interval
from gateshift.model.gate import GateFigure, GateReport, GateVerdict
from gateshift.model.nearest import nearest_word
from gateshift.model.rollout import Environment, Gate, Rollout, Version
from gateshift.model.shares import percent

CONFIDENCE = 0.99
_ALPHA = 1 - CONFIDENCE
_STALE = 120.0
_FEWEST = 100
"""A 99th percentile of fewer requests is the slowest of them; a difference of fewer says little."""


class _Measured(Struct, frozen=True):
    """What Prometheus says of one version; `requests` are those of the window."""

    rate: Sample | NoSample
    success: Sample | NoSample
    p99: Sample | NoSample
    requests: float
    flaw: str = ""


def gated(rollout: Rollout) -> Gate:
    """The rollout's gate. Raises UserError where it has none."""
    if rollout.gate is None:
        raise UserError(
            "there is no `gate`",
            where=str(rollout.file),
            next_step="Add one, such as {prometheus: 'http://prometheus:9090', successRate: 0.99}: see docs/gate.md.",
        )
    return rollout.gate


def judged_version(rollout: Rollout, name: str) -> Version:
    """The version of that name; without one, the candidate. Raises UserError."""
    names = [version.name for version in rollout.versions]
    if not name:
        return rollout.versions[-1]
    if name not in names:
        near = nearest_word(name, names)
        hint = f"Did you mean `{near}`?" if near else f"The versions are {', '.join(names)}."
        raise UserError(f"there is no version `{name}`", where=str(rollout.file), next_step=hint)
    return rollout.version(name)


def gate(rollout: Rollout, environment: Environment, version: Version, server: Server) -> GateReport:
    """Ask for the figures and judge them."""
    declared = gated(rollout)
    queries = version_queries(rollout, declared, version, environment)
    other = next((entry for entry in rollout.versions if entry != version), None)
    candidate = _measure(server, declared, queries)
    stable = None
    if other is not None:
        stable = _measure(server, declared, version_queries(rollout, declared, other, environment))
    figures = tuple(_Judge(declared, queries, candidate, stable).figures())
    return GateReport(
        service=rollout.service.name,
        version=version.name,
        against=other.name if other is not None else "",
        window=declared.window,
        address=server.url,
        figures=figures,
        verdict=_overall(figures),
    )


def _overall(figures: tuple[GateFigure, ...]) -> GateVerdict:
    verdicts = {figure.verdict for figure in figures}
    for verdict in (GateVerdict.NOT_PROVEN, GateVerdict.BLOCKED):
        if verdict in verdicts:
            return verdict
    return GateVerdict.PASSED


def _measure(server: Server, declared: Gate, queries: VersionQueries) -> _Measured:
    rate = _ask(server, queries.request_rate)
    requests = rate.value * seconds_of(declared.window) if isinstance(rate, Sample) else 0.0
    flaw = rate.reason if isinstance(rate, NoSample) and queries.request_rate else _stale(server, queries)
    wanted = declared.success_rate is not None or declared.success_drop is not None
    success = _ask(server, queries.success_rate) if wanted and not flaw else NoSample(flaw)
    timed = declared.p99_ms is not None or declared.p99_growth is not None
    p99 = _ask(server, queries.p99) if timed and not flaw else NoSample(flaw)
    return _Measured(rate, success, p99, requests, flaw)


def _ask(server: Server, query: str) -> Sample | NoSample:
    if not query:
        return NoSample("the preset has no such metric: give a query of your own with `gate.queries`")
    found = ask(server, query)
    return NoSample("no data: no series matches the query") if isinstance(found, NoSample) and found.empty else found


def _stale(server: Server, queries: VersionQueries) -> str:
    """Why the samples are too old to tell of now; "" where they are not."""
    if not queries.age:
        return ""
    age = ask(server, queries.age)
    if isinstance(age, NoSample):
        return "stale: the series has no sample now" if age.empty else age.reason
    return f"stale: the last sample is {age.value:.0f} s old" if age.value > _STALE else ""


class _Judge:
    """Figure by figure."""

    def __init__(self, declared: Gate, queries: VersionQueries, candidate: _Measured, stable: _Measured | None) -> None:
        self.gate = declared
        self.queries = queries
        self.candidate = candidate
        self.stable = stable

    def figures(self) -> Iterator[GateFigure]:
        """Every figure that has a limit, and the request rate always."""
        yield self._rate()
        if self.gate.success_rate is not None or self.gate.success_drop is not None:
            yield self._success()
        if self.gate.p99_ms is not None or self.gate.p99_growth is not None:
            yield self._p99()

    @property
    def too_few(self) -> str:
        """Why nothing is judged; "" where there are enough requests."""
        rate, least = self.candidate.rate, self.gate.request_rate
        if self.candidate.flaw:
            return self.candidate.flaw
        if isinstance(rate, Sample) and (rate.value <= 0 or rate.value < (least or 0)):
            return f"too few requests: {rate.value:.3g} a second, the least is {least or 'more than 0'}"
        return ""

    def _rate(self) -> GateFigure:
        stable = None if self.stable is None else self.stable.rate
        reason = self.too_few
        if not reason and isinstance(self.candidate.rate, NoSample) and self.gate.request_rate is not None:
            reason = self.candidate.rate.reason
        verdict = GateVerdict.NOT_PROVEN if reason else GateVerdict.PASSED
        return _figure(
            "requestRate",
            self.candidate.rate,
            self.gate.request_rate,
            stable,
            verdict,
            reason,
            self.queries.request_rate,
        )

    def _success(self) -> GateFigure:
        found, stable = self.candidate.success, None if self.stable is None else self.stable.success
        verdict, reason = GateVerdict.NOT_PROVEN, self.too_few
        if not reason and isinstance(found, NoSample):
            reason = found.reason
        if not reason and isinstance(found, Sample):
            checks = [self._success_limit(found.value), self._success_drop(found.value, stable)]
            verdict, reason = _worst(checks)
        return _figure("successRate", found, self.gate.success_rate, stable, verdict, reason, self.queries.success_rate)

    def _success_limit(self, value: float) -> tuple[GateVerdict, str]:
        limit, requests = self.gate.success_rate, self.candidate.requests
        if limit is None:
            return GateVerdict.PASSED, ""
        if not 0 <= value <= 1 + 1e-9:
            return GateVerdict.NOT_PROVEN, f"{value:.4g} is not a part of 1"
        if value < limit:
            return GateVerdict.BLOCKED, f"{percent(value)} is below {percent(limit)}"
        needed = math.ceil(math.log(_ALPHA) / math.log(limit)) if 0 < limit < 1 else 1
        if requests < needed:
            return GateVerdict.NOT_PROVEN, (
                f"too few requests: {requests:.0f} in {self.gate.window}; had none failed, {needed} would prove "
                f"{percent(limit)} at {percent(CONFIDENCE)}"
            )
        return GateVerdict.PASSED, ""

    def _success_drop(self, value: float, stable: Sample | NoSample | None) -> tuple[GateVerdict, str]:
        most = self.gate.success_drop
        if most is None:
            return GateVerdict.PASSED, ""
        if self.stable is None or not isinstance(stable, Sample):
            return GateVerdict.NOT_PROVEN, f"nothing to compare with: {_why(stable)}"
        if min(self.candidate.requests, self.stable.requests) < _FEWEST:
            return GateVerdict.NOT_PROVEN, f"too few requests to compare: {_FEWEST} of each version are needed"
        low, high = _part(value, self.candidate.requests)
        other_low, other_high = _part(stable.value, self.stable.requests)
        said = (
            f"{percent(abs(stable.value - value))} {'below' if value < stable.value else 'above'} the stable version's "
            f"(between {(other_low - high) * 100:.1f} below and {(other_high - low) * 100:.1f} points below at "
            f"{percent(CONFIDENCE)})"
        )
        return (GateVerdict.BLOCKED if stable.value - value > most else GateVerdict.PASSED), said

    def _p99(self) -> GateFigure:
        found, stable = self.candidate.p99, None if self.stable is None else self.stable.p99
        verdict, reason = GateVerdict.NOT_PROVEN, self.too_few
        if not reason and isinstance(found, NoSample):
            reason = found.reason
        if not reason and isinstance(self.candidate.rate, Sample) and self.candidate.requests < _FEWEST:
            reason = f"too few requests: {self.candidate.requests:.0f}, a 99th percentile needs {_FEWEST}"
        if not reason and isinstance(found, Sample):
            verdict, reason = _worst([self._p99_limit(found.value), self._p99_growth(found.value, stable)])
        return _figure("p99", found, self.gate.p99_ms, stable, verdict, reason, self.queries.p99)

    def _p99_limit(self, value: float) -> tuple[GateVerdict, str]:
        limit = self.gate.p99_ms
        if limit is None or value <= limit:
            return GateVerdict.PASSED, ""
        return GateVerdict.BLOCKED, f"{value:.0f} ms is above {limit:.0f} ms"

    def _p99_growth(self, value: float, stable: Sample | NoSample | None) -> tuple[GateVerdict, str]:
        most = self.gate.p99_growth
        if most is None:
            return GateVerdict.PASSED, ""
        if not isinstance(stable, Sample):
            return GateVerdict.NOT_PROVEN, f"nothing to compare with: {_why(stable)}"
        said = f"{value:.0f} ms, the stable version's is {stable.value:.0f} ms"
        return (GateVerdict.BLOCKED if value > most * stable.value else GateVerdict.PASSED), said


def _why(stable: Sample | NoSample | None) -> str:
    return stable.reason if isinstance(stable, NoSample) else "there is no other version"


def _part(value: float, requests: float) -> tuple[float, float]:
    """The interval around a success rate that so many requests gave; half of what may fail is each version's."""
    trials = round(requests)
    return interval(min(trials, max(0, round(value * trials))), trials, _ALPHA / 2)


def _worst(checks: list[tuple[GateVerdict, str]]) -> tuple[GateVerdict, str]:
    verdicts = [verdict for verdict, _ in checks]
    worst = next(
        (verdict for verdict in (GateVerdict.NOT_PROVEN, GateVerdict.BLOCKED) if verdict in verdicts),
        GateVerdict.PASSED,
    )
    return worst, "; ".join(reason for _, reason in checks if reason)


def _figure(
    name: str,
    found: Sample | NoSample,
    limit: float | None,
    stable: Sample | NoSample | None,
    verdict: GateVerdict,
    reason: str,
    query: str,
) -> GateFigure:
    value = found.value if isinstance(found, Sample) else None
    other = stable.value if isinstance(stable, Sample) else None
    return GateFigure(name, value, limit, other, verdict, reason, query)
