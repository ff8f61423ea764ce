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
from gateshift.model.shares import exact_percent, percent

CONFIDENCE = 0.99
_ALPHA = 1 - CONFIDENCE
_STALE = 120.0
_QUANTILE = 0.99
_FEWEST = 100
"""A 99th percentile of fewer requests is the slowest of them; a difference of fewer says little."""


class _Measured(Struct, frozen=True):
    """What Prometheus says of one version; `requests` are those of the window, `flaw` says why nothing else counts.
    `beyond` says that the p99 is larger than the histogram can tell."""

    rate: Sample | NoSample
    success: Sample | NoSample
    p99: Sample | NoSample
    requests: float
    flaw: str = ""
    beyond: bool = False


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
        environment=environment.name,
    )


def _overall(figures: tuple[GateFigure, ...]) -> GateVerdict:
    verdicts = {figure.verdict for figure in figures}
    for verdict in (GateVerdict.NOT_PROVEN, GateVerdict.BLOCKED):
        if verdict in verdicts:
            return verdict
    return GateVerdict.PASSED


def _measure(server: Server, declared: Gate, queries: VersionQueries) -> _Measured:
    rate = _ask(server, queries, queries.request_rate)
    requests = rate.value * seconds_of(declared.window) if isinstance(rate, Sample) else 0.0
    flaw = rate.reason if isinstance(rate, NoSample) else _stale(server, queries)
    success = _ask(server, queries, queries.success_rate) if not flaw and _judges_success(declared) else NoSample(flaw)
    p99 = _ask(server, queries, queries.p99) if not flaw and _judges_p99(declared) else NoSample(flaw)
    return _Measured(rate, success, p99, requests, flaw, isinstance(p99, Sample) and _beyond(server, queries))


def _judges_success(declared: Gate) -> bool:
    return declared.success_rate is not None or declared.success_drop is not None


def _judges_p99(declared: Gate) -> bool:
    return declared.p99_ms is not None or declared.p99_growth is not None


def _ask(server: Server, queries: VersionQueries, query: str) -> Sample | NoSample:
    if not query:
        return NoSample("the preset has no such metric for this route: give queries of your own with `gate.queries`")
    sample = ask(server, query)
    if isinstance(sample, NoSample) and sample.empty:
        hint = f" ({queries.hint}: see docs/gate.md)" if queries.hint else ""
        return NoSample(f"no data: no series matches the query{hint}", empty=True)
    return sample


def _beyond(server: Server, queries: VersionQueries) -> bool:
    """Whether more than 1 % of the requests took longer than the histogram's largest bucket: Prometheus then gives that
    bucket's bound."""
    if not queries.within:
        return False
    within = ask(server, queries.within)
    return not isinstance(within, Sample) or within.value < _QUANTILE


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
        if _judges_success(self.gate):
            yield self._success()
        if _judges_p99(self.gate):
            yield self._p99()

    @property
    def too_few(self) -> str:
        """Why nothing is judged; "" where there are enough requests."""
        rate, least = self.candidate.rate, self.gate.request_rate
        if self.candidate.flaw:
            return self.candidate.flaw
        if isinstance(rate, Sample) and (rate.value <= 0 or rate.value < (least or 0)):
            return f"too few requests: {rate.value:.3g} a second" + (f", the least is {least:g}" if least else "")
        return ""

    def _rate(self) -> GateFigure:
        stable = None if self.stable is None else self.stable.rate
        reason = self.too_few
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
        sample, stable = self.candidate.success, None if self.stable is None else self.stable.success
        verdict, reason = GateVerdict.NOT_PROVEN, self.too_few
        if not reason and isinstance(sample, NoSample):
            reason = sample.reason
        if not reason and isinstance(sample, Sample):
            checks = [self._success_limit(sample.value), self._success_drop(sample.value, stable)]
            verdict, reason = _worst(checks)
        return _figure(
            "successRate", sample, self.gate.success_rate, stable, verdict, reason, self.queries.success_rate
        )

    def _success_limit(self, value: float) -> tuple[GateVerdict, str]:
        limit, requests = self.gate.success_rate, self.candidate.requests
        if limit is None:
            return GateVerdict.PASSED, ""
        if not 0 <= value <= 1 + 1e-9:
            return GateVerdict.NOT_PROVEN, f"{value:.4g} is not a part of 1"
        if value < limit:
            return GateVerdict.BLOCKED, f"{exact_percent(value)} is below {exact_percent(limit)}"
        needed = math.ceil(math.log(_ALPHA) / math.log(limit)) if 0 < limit < 1 else 1
        if requests < needed:
            return GateVerdict.NOT_PROVEN, (
                f"too few requests: {requests:.0f} in {self.gate.window}; if none fails, {needed} prove "
                f"{exact_percent(limit)} with {percent(CONFIDENCE)} confidence"
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
            f"{_points(stable.value - value)} points below the stable version's (with {percent(CONFIDENCE)} confidence "
            f"{_points(other_low - high)} to {_points(other_high - low)})"
        )
        if stable.value - value > most:
            return GateVerdict.BLOCKED, f"{said}, at most {_points(most)} are allowed"
        if other_high - low > most:
            return GateVerdict.NOT_PROVEN, f"too few requests to prove that it is at most {_points(most)}: {said}"
        return GateVerdict.PASSED, said

    def _p99(self) -> GateFigure:
        sample, stable = self.candidate.p99, None if self.stable is None else self.stable.p99
        verdict, reason = GateVerdict.NOT_PROVEN, self.too_few
        if not reason and isinstance(sample, NoSample):
            reason = sample.reason
        if not reason and self.candidate.requests < _FEWEST:
            reason = f"too few requests: {self.candidate.requests:.0f}, a 99th percentile needs {_FEWEST}"
        if not reason and isinstance(sample, Sample):
            verdict, reason = _worst([self._p99_limit(sample.value), self._p99_growth(sample.value, stable)])
            if verdict is GateVerdict.PASSED and self.candidate.beyond:
                verdict = GateVerdict.NOT_PROVEN
                reason = f"more than 1 % take longer than the histogram's largest bucket, {sample.value:.0f} ms"
        return _figure("p99", sample, self.gate.p99_ms, stable, verdict, reason, self.queries.p99)

    def _p99_limit(self, value: float) -> tuple[GateVerdict, str]:
        limit = self.gate.p99_ms
        if limit is None or value <= limit:
            return GateVerdict.PASSED, ""
        return GateVerdict.BLOCKED, f"{value:.0f} ms is above {limit:.0f} ms"

    def _p99_growth(self, value: float, stable: Sample | NoSample | None) -> tuple[GateVerdict, str]:
        most = self.gate.p99_growth
        if most is None:
            return GateVerdict.PASSED, ""
        if self.stable is None or not isinstance(stable, Sample):
            return GateVerdict.NOT_PROVEN, f"nothing to compare with: {_why(stable)}"
        if self.stable.requests < _FEWEST:
            return GateVerdict.NOT_PROVEN, f"too few requests of the stable version to compare: {_FEWEST} are needed"
        if self.stable.beyond:
            return GateVerdict.NOT_PROVEN, "the stable version's is longer than its histogram's largest bucket"
        said = f"{value:.0f} ms, the stable version's is {stable.value:.0f} ms"
        if value > most * stable.value:
            return GateVerdict.BLOCKED, f"{said}: at most {most:g} times that is allowed"
        return GateVerdict.PASSED, said


def _points(difference: float) -> str:
    """Percentage points, as precisely as a gate needs them."""
    return f"{difference * 100:.2f}".removesuffix("0").removesuffix(".0")


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
    sample: Sample | NoSample,
    limit: float | None,
    stable: Sample | NoSample | None,
    verdict: GateVerdict,
    reason: str,
    query: str,
) -> GateFigure:
    value = sample.value if isinstance(sample, Sample) else None
    other = stable.value if isinstance(stable, Sample) else None
    return GateFigure(name, value, limit, other, verdict, reason, query)
