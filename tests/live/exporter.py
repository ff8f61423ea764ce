"""An exporter of Istio's metrics whose versions behave as a test wants, as a function of the time since its start."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import monotonic

import h11
from msgspec import Struct

from tests.live.servers import Serve, answer, saying

BOUNDS = (10, 25, 50, 100, 250, 500, 1000)


class Behaviour(Struct, frozen=True):
    """Requests a second, the part of them that fails, and the part that takes longer than 250 ms, each at a time;
    `latest` is the largest bucket that the slow ones are in. `restart` starts the counters again so often."""

    rate: float = 200.0
    failing: Callable[[float], float] = lambda _: 0.0
    slow: float = 0.0
    latest: float = 1000
    restart: float = 0.0
    ends: float = float("inf")


class Replica(Struct, frozen=True):
    """One pod: its workload and what it does."""

    workload: str
    behaviour: Behaviour


class Exporter:
    """The metrics of every pod, each at a path of its own."""

    def __init__(self, pods: dict[str, Replica]) -> None:
        self.pods = pods
        self.begun = monotonic()

    @property
    def serve(self) -> Serve:
        return saying(self._answer)

    def _answer(self, request: h11.Request) -> bytes:
        pod = self.pods[request.target.decode().strip("/")]
        now = monotonic() - self.begun
        if now > pod.behaviour.ends:
            return answer(500)
        lines = "".join(f"{line}\n" for line in _metrics(pod, now))
        return answer(body=lines.encode(), content_type="text/plain; version=0.0.4")


def _metrics(pod: Replica, now: float) -> Iterator[str]:
    labels = f'reporter="destination",destination_workload_namespace="default",destination_workload="{pod.workload}"'
    behaviour = pod.behaviour
    since = now % behaviour.restart if behaviour.restart else now
    ticks = int(since * 10)
    total = behaviour.rate * ticks / 10
    failed = sum(behaviour.failing(now - since + tick / 10) for tick in range(ticks)) * behaviour.rate / 10
    yield f'istio_requests_total{{{labels},response_code="200"}} {total - failed}'
    if failed:
        yield f'istio_requests_total{{{labels},response_code="503"}} {failed}'
    for bound in BOUNDS:
        counted = total if bound >= behaviour.latest else total * (1 - behaviour.slow) if bound >= 100 else 0
        yield f'istio_request_duration_milliseconds_bucket{{{labels},le="{bound}"}} {counted}'
    yield f'istio_request_duration_milliseconds_bucket{{{labels},le="+Inf"}} {total}'
