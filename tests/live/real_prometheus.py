"""`gateshift gate` against a real Prometheus that scrapes an exporter; `make test-live` runs this file, `make test`
does not, for the program must be installed."""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from tests.live.exporter import Behaviour, Exporter, Replica
from tests.live.rollouts import gateshift, rollout
from tests.live.servers import serving

WINDOW = 10
LIMITS = "successRate: 0.99, p99: 500ms, requestRate: 1"
WELL = Behaviour()
CANDIDATES = {
    "good": [WELL],
    "slow": [Behaviour(slow=0.05)],
    "endless": [Behaviour(slow=0.05, latest=float("inf"))],
    "failing": [Behaviour(failing=lambda _: 0.05)],
    "silent": [Behaviour(rate=0)],
    "quiet": [Behaviour(rate=10)],
    "flapping": [Behaviour(failing=lambda now: float(now % 4 < 1))],
    "restarted": [Behaviour(restart=7)],
    "replicas": [Behaviour(rate=100), Behaviour(rate=100)],
    "half-broken": [WELL, Behaviour(failing=lambda _: 0.5)],
    "gone": [Behaviour(ends=WINDOW)],
    "absent": [],
    "worse": [Behaviour(failing=lambda _: 0.005)],
}
"""What the pods of v2 do, by the name of the service; those of v1 are well."""


def pods() -> dict[str, Replica]:
    """Every pod, by a name."""
    candidates = {f"{name}-v2": behaviours for name, behaviours in CANDIDATES.items()}
    stable = {f"{name}-v1": [WELL] for name in CANDIDATES}
    return {
        f"{workload}-{index}": Replica(workload, behaviour)
        for workload, behaviours in (candidates | stable).items()
        for index, behaviour in enumerate(behaviours)
    }


def free_port() -> int:
    with socket.socket() as plug:
        plug.bind(("127.0.0.1", 0))
        port: int = plug.getsockname()[1]
        return port


def value(address: str, query: str) -> float:
    """What a query gives, 0 for nothing."""
    with urlopen(f"{address}/api/v1/query?{urlencode({'query': query})}", timeout=10) as reply:
        result = json.load(reply)["data"]["result"]
    return float(result[0]["value"][1]) if result else 0.0


@contextlib.contextmanager
def running(folder: Path, exporter: int, names: list[str]) -> Iterator[str]:
    """Prometheus on a port of its own, as soon as it answers."""
    program = shutil.which("prometheus")
    assert program, "install Debian's or Ubuntu's package `prometheus`"
    jobs = [
        {"job_name": name, "metrics_path": f"/{name}", "static_configs": [{"targets": [f"127.0.0.1:{exporter}"]}]}
        for name in names
    ]
    config = {"global": {"scrape_interval": "1s", "scrape_timeout": "1s"}, "scrape_configs": jobs}
    (folder / "prometheus.yml").write_text(json.dumps(config))
    port = free_port()
    words = ["--config.file=prometheus.yml", "--storage.tsdb.path=data", f"--web.listen-address=127.0.0.1:{port}"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([program, *words], cwd=folder, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            assert process.poll() is None, (folder / "log").read_text()
            with contextlib.suppress(OSError), urlopen(f"{address}/-/ready", timeout=5):
                break
            time.sleep(0.1)
        yield address
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Prometheus that has seen more than a window of every pod."""
    exporter = Exporter(pods())
    with (
        serving(exporter.serve) as port,
        running(tmp_path_factory.mktemp("prometheus"), port, list(exporter.pods)) as address,
    ):
        needed = f"count(count_over_time(up[{4 * WINDOW}s]) > {WINDOW + 5})"
        for _ in range(600):
            if value(address, needed) == len(exporter.pods):
                break
            time.sleep(0.2)
        yield address


def gate(folder: Path, address: str, service: str, limits: str = LIMITS) -> tuple[int, dict[str, Any]]:
    """The exit code and the JSON of `gate` for one of the services."""
    text = f"""
service: {{name: {service}}}
route: {{parents: [{{gateway: infra/public}}]}}
versions: {{v1: {{image: "a:1"}}, v2: {{image: "a:2"}}}}
stages: [{{name: half, shares: {{v1: 50, v2: 50}}}}]
gate: {{prometheus: '{address}', window: {WINDOW}s, {limits}}}
"""
    done = gateshift(rollout(folder, text), "gate", "-f", "json")
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


@pytest.mark.parametrize(
    ("service", "code", "figure", "reason"),
    [
        ("good", 0, "", ""),
        ("slow", 1, "p99", " ms is above 500 ms"),
        ("endless", 1, "p99", "1000 ms is above 500 ms"),
        ("failing", 1, "successRate", " is below 99 %"),
        ("silent", 3, "requestRate", "too few requests: 0 a second, the least is 1"),
        ("quiet", 3, "successRate", "too few requests: "),
        ("flapping", 1, "successRate", " is below 99 %"),
        ("restarted", 0, "", ""),
        ("replicas", 0, "", ""),
        ("half-broken", 1, "successRate", " is below 99 %"),
        ("gone", 3, "requestRate", ""),
        ("absent", 3, "requestRate", "no data: no series matches the query"),
    ],
)
def test_a_real_prometheus_gives_the_verdict(
    prometheus: str, service: str, code: int, figure: str, reason: str, tmp_path: Path
) -> None:
    given, report = gate(tmp_path, prometheus, service)

    assert given == code, report
    reasons = {entry["name"]: entry["reason"] for entry in report["figures"]}
    assert not figure or reason in reasons[figure], report


@pytest.mark.parametrize("service", ["good", "restarted", "replicas"])
def test_the_rate_is_that_of_the_requests(prometheus: str, service: str, tmp_path: Path) -> None:
    """A counter that starts again is no fall of the rate, and two pods are one workload."""
    _, report = gate(tmp_path, prometheus, service)

    rate = report["figures"][0]
    assert 150 < rate["value"] < 250
    assert 150 < rate["stable"] < 250


def test_a_pod_that_is_gone_is_not_judged_by_what_it_was(prometheus: str, tmp_path: Path) -> None:
    _, report = gate(tmp_path, prometheus, "gone")

    assert report["figures"][0]["reason"] in (
        "stale: the series has no sample now",
        "no data: no series matches the query",
    )


def test_a_latency_beyond_the_largest_bucket_is_unknown(prometheus: str, tmp_path: Path) -> None:
    code, report = gate(tmp_path, prometheus, "endless", "p99: 2s")

    assert (code, report["figures"][1]["value"]) == (3, 1000.0)
    assert "longer than the histogram's largest bucket" in report["figures"][1]["reason"]


@pytest.mark.parametrize(("service", "most", "code"), [("worse", 0.001, 1), ("good", 0.02, 0), ("worse", 0.006, 3)])
def test_a_candidate_is_compared_with_the_stable_version(
    prometheus: str, service: str, most: float, code: int, tmp_path: Path
) -> None:
    given, report = gate(tmp_path, prometheus, service, f"successDrop: {most}, p99Growth: 1.2")

    assert given == code, report


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("rate(istio_requests_total[$window])", "series where one is meant"),
        ("istio_requests_total{}[$window]", "the query gives no instant value"),
        ("sum(rate(", "Prometheus answered with status 400"),
        ("sum(rate(nothing[$window]))", "no data: no series matches the query"),
        ("vector(0) / vector(0)", "the value is NaN"),
        ("vector(1) / vector(0)", "the value is +Inf"),
    ],
)
def test_a_query_of_ones_own_that_gives_no_number_is_not_proven(
    prometheus: str, query: str, reason: str, tmp_path: Path
) -> None:
    code, report = gate(tmp_path, prometheus, "good", f"requestRate: 1, queries: {{requestRate: '{query}'}}")

    assert code == 3
    assert reason in report["figures"][0]["reason"]


def test_a_query_of_ones_own_may_be_a_scalar(prometheus: str, tmp_path: Path) -> None:
    code, report = gate(tmp_path, prometheus, "good", "requestRate: 1, queries: {requestRate: '7'}")

    assert (code, report["figures"][0]["value"]) == (0, 7.0)
