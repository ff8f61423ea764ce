"""What came back of one class of requests, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from gateshift.app.verify.identify import Identify
from gateshift.live.exchange import Answer, ExchangeFailure, Outcome

_MOST_SAID = 3
_REDIRECTS = range(300, 400)


class ClassTally:
    """The counts of one class: requests, and per version answers, errors and times in seconds."""

    def __init__(self, identify: Identify) -> None:
        self._identify = identify
        self.requests = 0
        self.answers: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()
        self.seconds: dict[str, list[float]] = {}
        self.failures: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self.said: Counter[str] = Counter()
        self.cookies: Counter[str] = Counter()
        self.redirects: Counter[str] = Counter()
        self.cut = 0

    @property
    def identified(self) -> int:
        """Answers that tell their version."""
        return sum(count for version, count in self.answers.items() if version)

    @property
    def unanswered(self) -> int:
        """Requests without a whole answer."""
        return sum(self.failures.values())

    def add(self, outcome: Outcome) -> None:
        """Count one request."""
        self.requests += 1
        match outcome:
            case ExchangeFailure():
                self.failures[f"{outcome.kind.value}: {outcome.reason}"] += 1
            case Answer():
                self._answer(outcome)

    def _answer(self, answer: Answer) -> None:
        seen = self._identify(answer)
        self.answers[seen.version] += 1
        self.errors[seen.version] += seen.failed
        self.seconds.setdefault(seen.version, []).append(answer.seconds)
        self.statuses[seen.status] += not seen.version
        self.said[seen.said] += not seen.version and bool(seen.said)
        self.cut += answer.cut
        for cookie in answer.values("set-cookie"):
            self.cookies[cookie.partition("=")[0].strip()] += 1
        if answer.status in _REDIRECTS:
            self.redirects[next(iter(answer.values("location")), "nowhere")] += 1

    def milliseconds(self, version: str, part: float) -> float | None:
        """The time within which that part of the version's answers came; None without answers."""
        times = sorted(self.seconds.get(version, ()))
        if not times:
            return None
        return round(times[min(len(times) - 1, int(part * len(times)))] * 1000, 3)

    def notes(self) -> Iterator[str]:
        """What is worth saying beside the counts."""
        for failure, count in self.failures.most_common(_MOST_SAID):
            yield f"{_times(count)} {failure}"
        if self.answers[""]:
            statuses = ", ".join(
                f"{count} with status {status}" for status, count in self.statuses.most_common(4) if count
            )
            yield f"no version's rule fits {self.answers['']} of the answers: {statuses}"
        for said, count in self.said.most_common(_MOST_SAID):
            if count:
                yield f"{_times(count)} an answer said {said!r}, which is not one version"
        if self.cookies:
            names = ", ".join(sorted(self.cookies))
            yield (
                f"answers set the cookie {names}: a client that sends it back may keep its version, so that the shares "
                "hold for new clients, not for each request"
            )
        for location, count in self.redirects.most_common(_MOST_SAID):
            yield f"{_times(count)} a redirect to {location}, which was not followed"
        if self.cut:
            yield f"{_times(self.cut)} an answer longer than 1 MiB, of which the rest was not read"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
