"""`gateshift promote --gate`: the step is made only where Prometheus knows the candidate to be well."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.promoting import FLUX, at, customers, gateshift
from tests.live.stand_in import Prometheus, Reply

__all__ = ["customers"]


def gated(folder: Path, url: str, stage: str = "canary") -> Path:
    """The shipped rollout at a stage, with a gate that asks this address."""
    file = folder / "gateshift.yaml"
    file.write_text(file.read_text() + f"\ngate: {{prometheus: '{url}', successRate: 0.99, p99: 500ms}}\n")
    return at(folder, stage)


def moved(folder: Path, stage: str) -> bool:
    """Whether the pointer names the stage now."""
    return f"overlays/{stage}" in (folder / FLUX).read_text()


def well(**figures: Reply) -> Prometheus:
    """A candidate in good health, but for these figures."""
    good: dict[str, Reply] = {"within": 1.0, "success": 0.999, "p99": 120.0, "rate": 10.0}
    return Prometheus(**(good | figures))


def test_a_gate_that_passes_lets_the_step_be_made(customers: Path) -> None:
    with well().serving() as it:
        done = gateshift(gated(customers, it.url), "promote", "--gate")

    assert (done.returncode, moved(customers, "half")) == (0, True), done.stdout + done.stderr
    assert "gate: passed: v2 over 5m: request rate 10 /s, success rate 99.9 %, p99 latency 120 ms" in done.stdout


@pytest.mark.parametrize(
    ("figures", "code", "said"),
    [
        ({"success": 0.9}, 1, "successRate: blocked: 90 % is below 99 %"),
        ({"rate": None}, 3, "requestRate: not proven: no data: no series matches the query"),
    ],
)
def test_a_gate_that_does_not_pass_refuses(figures: dict[str, Reply], code: int, said: str, customers: Path) -> None:
    with well(**figures).serving() as it:
        done = gateshift(gated(customers, it.url), "promote", "--gate")

    assert (done.returncode, moved(customers, "half")) == (code, False)
    assert "refused: gate does not pass" in done.stdout
    assert said in done.stdout
    assert "nothing was changed" in done.stdout


def test_a_server_that_does_not_answer_refuses(customers: Path) -> None:
    with well().serving() as gone:
        pass
    done = gateshift(gated(customers, gone.url), "promote", "--gate")

    assert (done.returncode, moved(customers, "half")) == (3, False)


def test_the_json_holds_the_figures(customers: Path) -> None:
    with well(p99=900.0).serving() as it:
        done = gateshift(gated(customers, it.url), "promote", "--gate", "--dry-run", "-f", "json")

    report = json.loads(done.stdout)
    assert (done.returncode, report["gate"]["verdict"]) == (1, "blocked")
    assert [refusal["obstacle"] for refusal in report["refusals"]] == ["gate does not pass"]


def test_a_forced_step_says_what_the_gate_found(customers: Path) -> None:
    with well(success=0.9).serving() as it:
        done = gateshift(gated(customers, it.url), "promote", "--gate", "--force")

    assert (done.returncode, moved(customers, "half")) == (0, True)
    assert "forced although: gate does not pass" in done.stdout


def test_a_step_back_is_not_asked_about(customers: Path) -> None:
    """Who goes back wants to be rid of a candidate, all the more of a bad one."""
    with well(success=0.1).serving() as it:
        done = gateshift(gated(customers, it.url), "promote", "--back", "--gate")

    assert (done.returncode, moved(customers, "debug"), it.queries) == (0, True, [])


def test_without_the_option_nothing_is_asked(customers: Path) -> None:
    with well().serving() as it:
        done = gateshift(gated(customers, it.url), "promote", "-f", "json")

    assert (done.returncode, it.queries, json.loads(done.stdout)["gate"]) == (0, [], None)


def test_a_rollout_without_a_gate_is_a_usage_error(customers: Path) -> None:
    done = gateshift(at(customers, "canary"), "promote", "--gate")

    assert (done.returncode, moved(customers, "canary")) == (2, True)
    assert "there is no `gate`" in done.stderr


def test_a_token_never_goes_to_an_address_of_gateshift_yaml(customers: Path) -> None:
    (customers / "token").write_text("secret")
    with well().serving() as it:
        done = gateshift(gated(customers, it.url), "promote", "--gate", "--token-file", "token")

    assert (done.returncode, it.headers, moved(customers, "canary")) == (2, [], True)
