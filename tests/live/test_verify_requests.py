"""What `gateshift verify` sends: which requests, how many, how fast, and when it stops."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import h11
import pytest

from tests.live.rollouts import BY_HEADER, HTTP, class_of, gateshift, rollout, verify
from tests.live.servers import Serve, answer, http, saying, serving

ANY_RULE = """
service: {name: customers}
route:
  parents: [{gateway: infra/public}]
  matches: [{path: {type: PathPrefix, value: /api}}]
versions: {v1: {image: "a:1"}, v2: {image: "a:2"}}
verify: {header: x-version}
stages:
  - name: canary
    shares: {v1: 90, v2: 10}
    rules: [{name: extra, match: MATCH, to: v2}]
"""


class Recorder:
    """A server that answers as v1 and keeps the requests' first lines and headers."""

    def __init__(self) -> None:
        self.requests: list[h11.Request] = []

    @property
    def serve(self) -> Serve:
        def handle(request: h11.Request) -> bytes:
            self.requests.append(request)
            return answer(x_version="v1")

        return saying(handle)

    def lines(self) -> set[str]:
        """Each different method and target."""
        return {f"{request.method.decode()} {request.target.decode()}" for request in self.requests}

    def with_header(self, name: str, value: str) -> int:
        """How many requests have the header."""
        return sum((name.encode(), value.encode()) in list(request.headers) for request in self.requests)


def sent(
    folder: Path, *arguments: str, text: str = HTTP + BY_HEADER, path: str = "/"
) -> tuple[Recorder, dict[str, object]]:
    """What reached the server, and the report."""
    recorder = Recorder()
    with serving(recorder.serve) as port:
        _, report = verify(rollout(folder, text), f"http://127.0.0.1:{port}{path}", *arguments)
    return recorder, report


@pytest.mark.parametrize(
    ("match", "line"),
    [
        ("{method: OPTIONS}", "OPTIONS /api"),
        ("{query: {debug: 'on'}}", "GET /api?debug=on"),
        ("{path: /api/debug}", "GET /api/debug"),
        ("{path: {exact: /api/x y}}", None),
    ],
)
def test_an_extra_rules_requests_have_what_it_matches(match: str, line: str | None, tmp_path: Path) -> None:
    text = ANY_RULE.replace("MATCH", match)
    if line is None:
        assert gateshift(rollout(tmp_path, text), "verify", "http://127.0.0.1:1/api").returncode == 2
        return
    recorder, _ = sent(tmp_path, "--requests", "5", text=text, path="/api")

    assert recorder.lines() == {"GET /api", line}


def test_every_alternative_of_an_extra_rule_is_asked_in_turn(tmp_path: Path) -> None:
    text = ANY_RULE.replace("MATCH", "[{headers: {a: '1'}}, {headers: {b: '2', c: '3'}}]")
    recorder, _ = sent(tmp_path, "--requests", "10", text=text, path="/api")

    assert len(recorder.requests) == 20
    assert [recorder.with_header(*pair) for pair in (("a", "1"), ("b", "2"), ("c", "3"))] == [5, 5, 5]


def test_a_method_that_may_change_something_is_sent_only_when_allowed(tmp_path: Path) -> None:
    text = ANY_RULE.replace("MATCH", "{method: POST}")
    careful, report = sent(tmp_path / "a", "--requests", "5", text=text, path="/api")
    bold, _ = sent(tmp_path / "b", "--requests", "5", "--allow-unsafe-methods", text=text, path="/api")

    assert careful.lines() == {"GET /api"}
    assert class_of(report, "extra")["reason"] == "POST may change something: --allow-unsafe-methods sends it"
    assert bold.lines() == {"GET /api", "POST /api"}


def test_headers_and_host_of_the_user_go_with_every_request(tmp_path: Path) -> None:
    recorder, _ = sent(tmp_path, "-H", "X-Team: travel", "--host", "shop.example.org", "--requests", "5")

    assert len(recorder.requests) == 10
    assert recorder.with_header("x-team", "travel") == 10
    assert recorder.with_header("host", "shop.example.org") == 10


@pytest.mark.parametrize("header", ["X-A: b\r\nX-C: d", "X-A: b\x1b"])
def test_a_header_with_a_control_character_is_refused(header: str, tmp_path: Path) -> None:
    done = gateshift(rollout(tmp_path), "verify", "http://127.0.0.1:1/", "--stage", "canary", "-H", header)

    assert (done.returncode, "control character" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("ftp://127.0.0.1/",), "is not a URL that can be asked"),
        (("http://u:p@127.0.0.1/",), "a name or password in the URL is not sent"),
        (("http://127.0.0.1/", "--requests", "1", "--duration", "1"), "not both"),
        (("http://127.0.0.1/", "--rate", "nan"), "not a number"),
        (("http://127.0.0.1/", "--stage", "canry"), "Did you mean `canary`?"),
        (("http://127.0.0.1/", "-H", "x-debug: yes", "--stage", "canary"), "meets the rule `debug` of canary"),
    ],
)
def test_what_cannot_be_sent_is_a_usage_error(arguments: tuple[str, ...], message: str, tmp_path: Path) -> None:
    done = gateshift(rollout(tmp_path), "verify", *arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr


def test_a_stage_that_needs_very_many_requests_is_not_sent_unasked(tmp_path: Path) -> None:
    text = (HTTP + BY_HEADER).replace("{v1: 50, v2: 50}", "{v1: 899, v2: 101}")
    done = gateshift(rollout(tmp_path, text), "verify", "http://127.0.0.1:1/", "--stage", "canary")

    assert done.returncode == 2
    assert "requests are needed to tell the stage from its neighbours" in done.stderr


class Crowd:
    """A server that answers when so many requests wait, and keeps how many did at once."""

    def __init__(self, size: int) -> None:
        self.gate = asyncio.Barrier(size)
        self.now = 0
        self.most = 0

    async def __call__(self, _: h11.Request, writer: asyncio.StreamWriter) -> None:
        self.now += 1
        self.most = max(self.most, self.now)
        await self.gate.wait()
        await asyncio.sleep(0.05)
        self.now -= 1
        writer.write(answer(x_version="v1"))


def test_requests_begin_whether_or_not_the_earlier_ones_were_answered(tmp_path: Path) -> None:
    with serving(http(Crowd(20))) as port:
        _, report = verify(
            rollout(tmp_path), f"http://127.0.0.1:{port}/", "--requests", "20", "--rate", "100", "--concurrency", "40"
        )

    assert [entry["errors"] for entry in report["classes"]] == [0, 0]
    assert report["notes"] == []


def test_never_more_are_under_way_than_asked_and_a_wait_is_said(tmp_path: Path) -> None:
    crowd = Crowd(3)
    with serving(http(crowd)) as port:
        _, report = verify(
            rollout(tmp_path), f"http://127.0.0.1:{port}/", "--requests", "15", "--rate", "200", "--concurrency", "3"
        )

    assert crowd.most == 3
    assert any("because 3 were under way" in note for note in report["notes"])


def test_the_rate_is_never_exceeded(tmp_path: Path) -> None:
    begun = time.monotonic()
    recorder, _ = sent(tmp_path, "--requests", "30", "--rate", "20")

    assert len(recorder.requests) == 60
    assert time.monotonic() - begun >= 59 / 20


def test_a_duration_makes_the_number_of_requests(tmp_path: Path) -> None:
    recorder, report = sent(tmp_path, "--duration", "1", "--rate", "50")

    assert len(recorder.requests) == sum(class_of(report, name)["requests"] for name in ("default", "debug"))
    assert 45 <= len(recorder.requests) <= 50


def test_ctrl_c_reports_what_there_is_and_proves_nothing(tmp_path: Path) -> None:
    turns = iter(range(1 << 20))

    def handle(_: h11.Request) -> bytes:
        if next(turns) == 20:
            os.kill(process.pid, signal.SIGINT)
        return answer(x_version="v1")

    with serving(saying(handle)) as port:
        words = ("verify", f"http://127.0.0.1:{port}/", "--stage", "dark", "--requests", "100000", "--rate", "100")
        process = subprocess.Popen(
            [sys.executable, "-m", "gateshift", *words, "-f", "json"],
            cwd=rollout(tmp_path),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        out, err = process.communicate(timeout=60)

    report = json.loads(out)
    assert (process.returncode, report["interrupted"], report["verdict"]) == (130, True, "not proven"), err
    assert class_of(report)["versions"]["v1"]["count"] >= 20
    assert class_of(report)["reason"].startswith("interrupted after ")
