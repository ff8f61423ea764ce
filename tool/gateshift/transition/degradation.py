"""What a class of requests loses in a state, measured against what it got before and what it is to get in the end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from gateshift.transition.outcomes import Failure, FailureCause, ServiceName, TrafficOutcome

_ALMOST_NOTHING = 1e-9


class Degradation(Struct, frozen=True):
    """Requests of this share (0 to 1) fail, or reach `versions` that neither side declares. `service` is the
    Service at fault or reached, ("", "") where there is none."""

    cause: FailureCause
    service: ServiceName
    share: float
    status: int = 200
    reason: str = ""
    versions: frozenset[str] = frozenset()

    @property
    def signature(self) -> tuple[bool, ServiceName]:
        """Equal for degradations of one kind at one Service: requests fail there, however, or they go astray."""
        return self.cause is FailureCause.UNDECLARED, self.service


class Measure(Struct, frozen=True):
    """What may be lost: the outcome before, and the versions that either side declares.

    A backend whose Service selects one version declares it; a Service that selects several declares none, since
    nobody wrote their shares. What was split in that way before may stay so. `predecessor_versions` lead from the
    version of a workload that changes in place to the version it had; versions with one value in `same_code` run the
    same images and count as one.
    """

    before: TrafficOutcome
    after: TrafficOutcome
    predecessor_versions: Mapping[str, frozenset[str]]
    same_code: Mapping[str, str]

    def degradations(self, state: TrafficOutcome) -> Iterator[Degradation]:
        """All that is lost in the state."""
        if not self.before.answered:
            return
        failures = list(self._failures(state))
        yield from failures
        yield from self._undeclared(state)
        for service in sorted(
            state.dangling - self.before.dangling - {degradation.service for degradation in failures}
        ):
            yield Degradation(FailureCause.DANGLING, service, 0.0)

    def _failures(self, state: TrafficOutcome) -> Iterator[Degradation]:
        if state.failing <= self.before.failing + _ALMOST_NOTHING:
            return
        for failure, share in sorted(state.failures.items(), key=_order):
            if share > self.before.failures.get(failure, 0.0) + _ALMOST_NOTHING:
                yield Degradation(failure.cause, failure.service, share, failure.status, failure.reason)

    def _undeclared(self, state: TrafficOutcome) -> Iterator[Degradation]:
        split = self._codes(self.before, split=True)
        declared = self._codes(self.before, split=False) | self._codes(self.after, split=False)
        for service, versions in sorted(state.reached.items()):
            codes = self._code_of(versions)
            if len(codes) > 1:
                if any(not self._was_in(version, split) for version in versions):
                    yield Degradation(FailureCause.UNDECLARED, service, 1.0, versions=versions)
            elif not codes <= declared | split:
                yield Degradation(FailureCause.UNDECLARED, service, 1.0, versions=versions)

    def _was_in(self, version: str, split: frozenset[str]) -> bool:
        earlier = self._code_of(self.predecessor_versions.get(version, frozenset()))
        return bool((self._code_of({version}) | earlier) & split)

    def _codes(self, outcome: TrafficOutcome, *, split: bool) -> frozenset[str]:
        """What answers behind Services that send to several codes, or to a single one."""
        reached = (self._code_of(versions) for versions in outcome.reached.values())
        return frozenset(code for codes in reached if (len(codes) > 1) is split for code in codes)

    def _code_of(self, versions: Iterable[str]) -> frozenset[str]:
        return frozenset(self.same_code.get(version, version) for version in versions)


def _order(item: tuple[Failure, float]) -> tuple[str, ServiceName, int, str]:
    failure = item[0]
    return failure.cause.value, failure.service, failure.status, failure.reason
