"""`gateshift gate` against a stand-in for Prometheus that says what a test wants."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.live.rollouts import HTTP, gateshift, rollout
from tests.live.servers import answer, serving
from tests.live.stand_in import Prometheus, Reply, said, vector

PAGE = Path(__file__).parents[2] / "docs/gate.md"
LIMITS = "successRate: 0.99, p99: 500ms, requestRate: 1"


def gate(folder: Path, address: str, *arguments: str, limits: str = LIMITS) -> tuple[int, dict[str, Any]]:
    """The exit code and the JSON of `gate`."""
    text = HTTP + f"gate: {{prometheus: '{address}', {limits}}}\n"
    done = gateshift(rollout(folder, text), "gate", "-f", "json", *arguments)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def figure(report: dict[str, Any], name: str) -> dict[str, Any]:
    """The figure of that name."""
    (entry,) = [entry for entry in report["figures"] if entry["name"] == name]
    return dict(entry)


def judged(
    folder: Path, limits: str = LIMITS, candidate: dict[str, Reply] | None = None, **figures: Reply
) -> tuple[int, dict[str, Any]]:
    """The gate over a stand-in with these figures; those of versions in good health where none is given."""
    good: dict[str, Reply] = {"within": 1.0, "success": 0.999, "p99": 120.0, "rate": 10.0}
    with Prometheus(candidate, **(good | figures)).serving() as it:
        return gate(folder, it.url, limits=limits)


def test_a_candidate_in_good_health_passes(tmp_path: Path) -> None:
    code, report = judged(tmp_path)

    assert (code, report["verdict"], report["version"], report["against"]) == (0, "passed", "v2", "v1")
    assert [entry["value"] for entry in report["figures"]] == [10.0, 0.999, 120.0]
    assert [entry["limit"] for entry in report["figures"]] == [1.0, 0.99, 500.0]


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("success", 0.98, "98 % is below 99 %"),
        ("success", 0.98999999, "98.999 % is below 99 %"),
        ("p99", 501.0, "501 ms is above 500 ms"),
    ],
)
def test_a_figure_beyond_its_limit_blocks(name: str, value: float, reason: str, tmp_path: Path) -> None:
    code, report = judged(tmp_path, **{name: value})

    shown = figure(report, {"success": "successRate", "p99": "p99"}[name])
    assert (code, report["verdict"], shown["verdict"]) == (1, "blocked", "blocked")
    assert shown["reason"] == reason


def test_a_figure_at_its_limit_passes(tmp_path: Path) -> None:
    assert judged(tmp_path, success=0.99, p99=500.0, rate=2.0)[0] == 0


@pytest.mark.parametrize(
    ("name", "reply", "reason"),
    [
        ("rate", None, "no data: no series matches the query"),
        ("rate", 0.0, "too few requests: 0 a second, the least is 1"),
        ("rate", 0.9, "too few requests: 0.9 a second, the least is 1"),
        ("success", "NaN", "the value is NaN: there was nothing to divide, or it is not a number"),
        ("success", 1.2, "1.2 is not a part of 1"),
        ("p99", "+Inf", "the value is +Inf: there was nothing to divide, or it is not a number"),
        ("p99", None, "no data: no series matches the query"),
        ("success", vector(1, 1), "2 series where one is meant: aggregate them in the query"),
        ("rate", vector(10, warnings=["store b is down"]), "the answer is partial: store b is down"),
        (
            "rate",
            said({"status": "error", "error": "parse error"}, 400),
            "Prometheus answered with status 400: parse error",
        ),
        ("rate", said({"status": "error"}, 503), "Prometheus answered with status 503"),
        ("rate", answer(body=b"<html>"), "Prometheus answered with status 200: not the API of Prometheus"),
        ("rate", answer(body=b"[" * 100_000), "Prometheus answered with status 200: not the API of Prometheus"),
        ("rate", answer(body=b" " * 2_000_000), "the answer is longer than 1 MiB, which is not read"),
        ("rate", answer(401), "Prometheus refused the token, or wants one (status 401)"),
        ("rate", answer(403), "Prometheus refused the token, or wants one (status 403)"),
        (
            "rate",
            answer(302, location="http://127.0.0.1:1/"),
            "the address redirects (status 302), which is not followed",
        ),
        ("rate", said({"status": "success", "data": {"resultType": "matrix"}}), "the query gives no instant value"),
        (
            "rate",
            said({"status": "success", "data": {"resultType": "vector", "result": [{"value": 7}]}}),
            "the value is",
        ),
        ("age", 300.0, "stale: the last sample is 300 s old"),
        ("age", None, "stale: the series has no sample now"),
        ("within", 0.98, "more than 1 % take longer than the histogram's largest bucket, 120 ms"),
    ],
)
def test_an_answer_that_proves_nothing_never_passes(name: str, reply: Reply, reason: str, tmp_path: Path) -> None:
    code, report = judged(tmp_path, **{name: reply})

    assert (code, report["verdict"]) == (3, "not proven")
    assert any(entry["reason"].startswith(reason) for entry in report["figures"]), report
    assert "passed" not in {entry["verdict"] for entry in report["figures"] if entry["reason"].startswith(reason)}


def test_a_partial_answer_is_not_proven_and_a_blocked_figure_is_still_shown(tmp_path: Path) -> None:
    code, report = judged(tmp_path, success=0.5, p99="NaN")

    assert (code, figure(report, "successRate")["verdict"], figure(report, "p99")["verdict"]) == (
        3,
        "blocked",
        "not proven",
    )


@pytest.mark.parametrize(("rate", "code"), [(1.5, 3), (1.54, 0)])
def test_a_success_rate_needs_as_many_requests_as_prove_its_limit(rate: float, code: int, tmp_path: Path) -> None:
    """0.99 to the power of 459 is the first below 0.01; five minutes have 300 seconds."""
    assert judged(tmp_path, limits="successRate: 0.99", rate=rate, success=1.0)[0] == code


@pytest.mark.parametrize(("rate", "code"), [(0.3, 3), (0.4, 0)])
def test_a_p99_needs_a_hundred_requests(rate: float, code: int, tmp_path: Path) -> None:
    assert judged(tmp_path, limits="p99: 500ms", rate=rate)[0] == code


@pytest.mark.parametrize(
    ("candidate", "stable", "rate", "verdict"),
    [
        (0.999, 0.999, 100.0, "passed"),
        (0.98, 0.995, 100.0, "blocked"),
        (0.995, 0.999, 3.0, "not proven"),
        (0.999, None, 100.0, "not proven"),
    ],
)
def test_a_success_rate_is_compared_with_the_stable_versions(
    candidate: float, stable: float | None, rate: float, verdict: str, tmp_path: Path
) -> None:
    code, report = judged(tmp_path, "successDrop: 0.01", {"success": candidate}, success=stable, rate=rate)

    shown = figure(report, "successRate")
    assert (shown["value"], shown["stable"], shown["verdict"]) == (candidate, stable, verdict), report
    assert code == {"passed": 0, "blocked": 1, "not proven": 3}[verdict]


@pytest.mark.parametrize(("candidate", "verdict"), [(149.0, "passed"), (151.0, "blocked")])
def test_a_p99_is_compared_with_the_stable_versions(candidate: float, verdict: str, tmp_path: Path) -> None:
    _, report = judged(tmp_path, "p99Growth: 1.5", {"p99": candidate}, p99=100.0)

    shown = figure(report, "p99")
    assert (shown["value"], shown["stable"], shown["verdict"]) == (candidate, 100.0, verdict), report


def test_nothing_that_answers_is_not_proven(tmp_path: Path) -> None:
    with Prometheus().serving() as gone:
        pass
    code, report = gate(tmp_path, gone.url)

    assert (code, report["verdict"]) == (3, "not proven")
    assert figure(report, "requestRate")["reason"].startswith("Prometheus did not answer: no connection")


def test_a_server_that_hangs_is_given_up(tmp_path: Path) -> None:
    async def hang(*_: object) -> None:
        await asyncio.Event().wait()

    with serving(hang) as port:
        code, report = gate(tmp_path, f"http://127.0.0.1:{port}", "--timeout", "0.3")

    assert (code, figure(report, "requestRate")["reason"]) == (
        3,
        "Prometheus did not answer: no complete answer in time: no complete answer within 0.3 s",
    )


def test_another_version_can_be_judged(tmp_path: Path) -> None:
    with Prometheus(within=1, success=1, p99=1, rate=10).serving() as it:
        code, report = gate(tmp_path, it.url, "--version", "v1")

    assert (code, report["version"], report["against"]) == (0, "v1", "v2")
    assert 'destination_workload="customers-v1"' in figure(report, "requestRate")["query"]


def test_an_unknown_version_is_a_usage_error(tmp_path: Path) -> None:
    done = gateshift(
        rollout(tmp_path, HTTP + f"gate: {{prometheus: 'http://127.0.0.1:1', {LIMITS}}}\n"), "gate", "--version", "v22"
    )

    assert done.returncode == 2
    assert "there is no version `v22`" in done.stderr
    assert "Did you mean `v2`?" in done.stderr


def test_a_rollout_without_a_gate_is_a_usage_error(tmp_path: Path) -> None:
    done = gateshift(rollout(tmp_path), "gate")

    assert (done.returncode, done.stdout) == (2, "")
    assert "there is no `gate`" in done.stderr


def test_the_text_shows_figures_limits_and_the_query_to_paste(tmp_path: Path) -> None:
    with Prometheus(within=1, success=0.98, p99=120, rate=10).serving() as it:
        text = HTTP + f"gate: {{prometheus: '{it.url}', {LIMITS}}}\n"
        done = gateshift(rollout(tmp_path, text), "gate")

    assert done.returncode == 1
    assert done.stdout.splitlines()[0] == f"customers v2 over 5m, by {it.url}"
    assert "  success rate        98 %, at least 99 %, v1 98 %: blocked" in done.stdout
    assert figure_query(done.stdout) in it.queries
    assert done.stdout.endswith("blocked\n")


def figure_query(text: str) -> str:
    """The first query of the text."""
    return next(line.strip() for line in text.splitlines() if line.startswith("    sum("))


def test_the_markdown_is_a_table(tmp_path: Path) -> None:
    with Prometheus(within=1, success=1, p99=120, rate=10).serving() as it:
        text = HTTP + f"gate: {{prometheus: '{it.url}', {LIMITS}}}\n"
        done = gateshift(rollout(tmp_path, text), "gate", "-f", "markdown")

    assert "| p99 latency | 120 ms | 500 ms | 120 ms | passed |  |" in done.stdout


@pytest.mark.parametrize(("limit", "needed"), [(0.9, 44), (0.95, 90), (0.99, 459), (0.999, 4603)])
def test_the_documented_numbers_of_requests_are_those_that_pass(limit: float, needed: int, tmp_path: Path) -> None:
    limits = f"successRate: {limit}, window: 100s"
    few, _ = judged(tmp_path, limits, success=1.0, rate=(needed - 1) / 100)
    enough, _ = judged(tmp_path, limits, success=1.0, rate=needed / 100)

    assert (few, enough) == (3, 0)
    assert f"| `successRate: {limit}` | {needed:,} |" in PAGE.read_text()


@pytest.mark.parametrize("example", re.findall("```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL))
def test_a_documented_gate_can_be_asked(example: str, tmp_path: Path) -> None:
    done = gateshift(rollout(tmp_path, HTTP + example), "gate", "--prometheus", "http://127.0.0.1:1")

    assert (done.returncode, done.stderr) == (3, "")
    assert "no connection" in done.stdout
