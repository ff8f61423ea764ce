"""`gateshift verify` against servers that keep to their shares, and others that do not."""

from __future__ import annotations

import itertools
from pathlib import Path

import h11
import pytest

from tests.live.rollouts import BY_HEADER, HTTP, class_of, gateshift, rollout, verify
from tests.live.servers import Serve, answer, saying, serving, split

NINE_TO_ONE = ("v1",) * 5 + ("v2",) + ("v1",) * 4
PLAIN = HTTP.replace('    rules:\n      - {name: debug, match: {headers: {x-debug: "yes"}}, to: v2}\n', "")


def test_the_declared_shares_are_found(tmp_path: Path) -> None:
    with serving(split(*NINE_TO_ONE)) as port:
        code, report = verify(rollout(tmp_path, PLAIN + BY_HEADER), f"http://127.0.0.1:{port}/")

    default = class_of(report)
    assert (code, report["verdict"], default["verdict"]) == (0, "as declared", "as declared")
    assert default["requests"] == default["needed"]
    assert default["versions"]["v2"]["low"] < 0.1 < default["versions"]["v2"]["high"]
    assert default["versions"]["v2"]["declared"] == pytest.approx(0.1)
    assert (default["errors"], default["unidentified"], default["sticky"]) == (0, 0, False)
    assert default["versions"]["v1"]["p99_ms"] >= default["versions"]["v1"]["p50_ms"] > 0


def test_other_shares_are_off(tmp_path: Path) -> None:
    with serving(split("v1", "v2")) as port:
        code, report = verify(rollout(tmp_path, PLAIN + BY_HEADER), f"http://127.0.0.1:{port}/")

    default = class_of(report)
    assert (code, report["verdict"], default["verdict"]) == (1, "off", "off")
    assert default["versions"]["v2"]["low"] > 0.1
    assert "v2 has" in default["reason"]
    assert "declared is 10 %" in default["reason"]


def test_too_few_requests_prove_nothing(tmp_path: Path) -> None:
    with serving(split("v1")) as port:
        code, report = verify(rollout(tmp_path, PLAIN + BY_HEADER), f"http://127.0.0.1:{port}/", "--requests", "10")

    default = class_of(report)
    assert (code, default["verdict"]) == (3, "not proven")
    assert default["reason"].startswith("too few requests to tell the stage from a neighbouring one (v1 100 %)")
    assert f"{default['needed']} requests are planned for that" in default["reason"]


@pytest.mark.parametrize(("requests", "bound"), [(100, 0.052), (1000, 0.0053)])
def test_answers_of_one_version_alone_bound_the_others_share(requests: int, bound: float, tmp_path: Path) -> None:
    folder = rollout(tmp_path, PLAIN + BY_HEADER)
    with serving(split("v1")) as port:
        asked = ("--requests", str(requests), "--rate", "1000")
        code, report = verify(folder, f"http://127.0.0.1:{port}/", *asked, stage="dark")

    v2 = class_of(report)["versions"]["v2"]
    assert (code, v2["count"], v2["low"]) == (0, 0, 0)
    assert v2["high"] == pytest.approx(bound, rel=0.02)


def test_errors_of_a_version_are_counted_and_decide_nothing(tmp_path: Path) -> None:
    turns = iter(range(1 << 20))
    answers = [answer(x_version="v1")] * 9 + [answer(503, x_version="v2")]
    with serving(saying(lambda _: answers[next(turns) % 10])) as port:
        code, report = verify(rollout(tmp_path, PLAIN + BY_HEADER), f"http://127.0.0.1:{port}/", "--requests", "60")

    default = class_of(report)
    assert (code, default["errors"], default["versions"]["v2"]["errors"]) == (0, 6, 6)


def debug_aware(reached: bool) -> Serve:  # noqa: FBT001
    """Nine to one; requests with `x-debug: yes` get v2 where the rule is reached."""
    turns = {debug: itertools.cycle(NINE_TO_ONE) for debug in (True, False)}

    def handle(request: h11.Request) -> bytes:
        debug = (b"x-debug", b"yes") in list(request.headers)
        return answer(x_version="v2" if debug and reached else next(turns[debug]))

    return saying(handle)


def test_a_debug_rule_is_proven_too(tmp_path: Path) -> None:
    with serving(debug_aware(reached=True)) as port:
        code, report = verify(rollout(tmp_path), f"http://127.0.0.1:{port}/", "--requests", "60")

    assert (code, class_of(report, "debug")["verdict"]) == (0, "as declared")


def test_a_debug_rule_whose_answers_are_the_defaults_was_not_reached(tmp_path: Path) -> None:
    with serving(debug_aware(reached=False)) as port:
        code, report = verify(rollout(tmp_path), f"http://127.0.0.1:{port}/", "--requests", "60")

    debug = class_of(report, "debug")
    assert (code, class_of(report)["verdict"], debug["verdict"]) == (3, "as declared", "not proven")
    assert debug["reason"].startswith("no request reached the rule")


RULES = {
    "{json: app.version}": (answer(body=b'{"app": {"version": "v1"}}'), answer(body=b'{"app": {"version": "v2"}}')),
    "{versions: {v1: {otherwise: true}, v2: {json: 0.city}}}": (
        answer(body=b'[{"name": "a"}]'),
        answer(body=b'[{"name": "a", "city": "b"}]'),
    ),
    "{versions: {v1: {json: number, equals: '1'}, v2: {json: number, equals: '2'}}}": (
        answer(body=b'{"number": 1}'),
        answer(body=b'{"number": 2}'),
    ),
    "{versions: {v1: {pattern: '<h[12]>One'}, v2: {pattern: Two}}}": (
        answer(body=b"<html>\n<h1>One</h1>"),
        answer(body=b"<html>\n<h1>Two</h1>"),
    ),
    "{versions: {v1: {status: 200}, v2: {status: 203}}}": (answer(200), answer(203)),
    "{versions: {v1: {header: X-Old}, v2: {header: x-new, equals: 'yes'}}}": (
        answer(x_old="any"),
        answer(x_new="yes"),
    ),
}


@pytest.mark.parametrize("rule", RULES)
def test_answers_are_told_apart_by_the_declared_rule(rule: str, tmp_path: Path) -> None:
    one, two = RULES[rule]
    turns = iter(range(1 << 20))
    with serving(saying(lambda _: two if NINE_TO_ONE[next(turns) % 10] == "v2" else one)) as port:
        code, report = verify(rollout(tmp_path, PLAIN + f"verify: {rule}\n"), f"http://127.0.0.1:{port}/")

    default = class_of(report)
    assert (code, default["unidentified"]) == (0, 0), report
    assert default["versions"]["v2"]["count"] == round(default["requests"] / 10)


@pytest.mark.parametrize(
    ("rule", "content"),
    [
        ("{header: x-other}", answer(x_version="v1")),
        ("{json: version}", answer(body=b"not json")),
        ("{json: version}", answer(body=b"[" * 100_000)),
        ("{versions: {v1: {otherwise: true}, v2: {header: x-v2}}}", answer(404)),
        ("{versions: {v1: {pattern: a}, v2: {pattern: b}}}", answer(body=b"ab")),
    ],
)
def test_answers_that_fit_no_rule_prove_nothing(rule: str, content: bytes, tmp_path: Path) -> None:
    with serving(saying(lambda _: content)) as port:
        code, report = verify(rollout(tmp_path, PLAIN + f"verify: {rule}\n"), f"http://127.0.0.1:{port}/")

    assert (code, class_of(report)["reason"]) == (3, "no rule of `verify` tells the answers apart")


def test_without_a_rule_nothing_is_sent(tmp_path: Path) -> None:
    visits: list[h11.Request] = []
    with serving(saying(lambda request: visits.append(request) or answer())) as port:
        done = gateshift(rollout(tmp_path, PLAIN), "verify", f"http://127.0.0.1:{port}/", "--stage", "canary")

    assert (done.returncode, visits) == (3, [])
    assert "nothing says how answers tell the versions apart" in done.stderr


def test_a_mesh_route_is_said_to_steer_calls_of_the_mesh_only(tmp_path: Path) -> None:
    mesh = (PLAIN + BY_HEADER).replace("{gateway: infra/public}", "{service: customers}")
    with serving(split(*NINE_TO_ONE)) as port:
        _, inside = verify(rollout(tmp_path / "mesh", mesh), f"http://127.0.0.1:{port}/")
        _, outside = verify(rollout(tmp_path / "gateway", PLAIN + BY_HEADER), f"http://127.0.0.1:{port}/")

    assert any("a mesh route steers only calls made inside the mesh" in note for note in inside["notes"])
    assert outside["notes"] == []


def test_the_plan_is_announced_and_the_markdown_is_a_table(tmp_path: Path) -> None:
    folder = rollout(tmp_path, PLAIN + BY_HEADER)
    with serving(split(*NINE_TO_ONE)) as port:
        url = f"http://127.0.0.1:{port}/"
        done = gateshift(
            folder, "verify", url, "--stage", "canary", "--rate", "400", "-f", "markdown", "-o", "table.md"
        )

    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("51 requests to http://127.0.0.1:")
    table = (folder / "table.md").read_text()
    assert "| `default` | `v2` | 5 of 51 | 9.8 % |" in table
    assert table.startswith(f"### `customers, stage canary: {url}`: as declared\n")
