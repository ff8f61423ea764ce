"""`gateshift verify` against servers that lie, hang, reset, drip, flood, redirect, and set cookies."""

from __future__ import annotations

import asyncio
import itertools
import socket
import struct
from collections.abc import Callable
from pathlib import Path

import h11
import pytest

from tests.live.rollouts import BY_HEADER, GRPC, HTTP, class_of, rollout, verify
from tests.live.servers import Serve, answer, http, saying, serving, split
from tests.live.test_verify_verdicts import NINE_TO_ONE, PLAIN

ASK = ("--requests", "60", "--timeout", "0.4")


def folder(tmp_path: Path) -> Path:
    return rollout(tmp_path, PLAIN + BY_HEADER)


def every_third(bad: Callable[[asyncio.StreamWriter], None]) -> Serve:
    """A server of v1 and v2 by nine to one, whose every third answer is bad instead."""
    turns = itertools.count()

    async def handle(_: h11.Request, writer: asyncio.StreamWriter) -> None:
        turn = next(turns)
        if turn % 3 == 2:
            bad(writer)
        else:
            writer.write(answer(x_version=NINE_TO_ONE[turn // 3 % 10]))

    return http(handle)


def reset(writer: asyncio.StreamWriter) -> None:
    """End the connection by a reset."""
    plug = writer.get_extra_info("socket")
    plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def half(writer: asyncio.StreamWriter) -> None:
    """Promise a body and end in the middle of it."""
    writer.write(b"HTTP/1.1 200 Fine\r\nx-version: v2\r\ncontent-length: 100\r\n\r\nhalf")
    writer.close()


def rubbish(writer: asyncio.StreamWriter) -> None:
    """Answer by no protocol."""
    writer.write(b"\x15\x03\x01\x00\x02\x02\x28 this is not an answer\r\n\r\n")
    writer.close()


def nothing(_: asyncio.StreamWriter) -> None:
    """Never answer."""


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (reset, "the connection broke"),
        (half, "not an answer of this protocol"),
        (rubbish, "not an answer of this protocol"),
        (nothing, "no complete answer in time"),
    ],
)
def test_a_request_without_an_answer_is_an_error_that_counts(
    bad: Callable[[asyncio.StreamWriter], None], said: str, tmp_path: Path
) -> None:
    with serving(every_third(bad)) as port:
        code, report = verify(folder(tmp_path), f"http://127.0.0.1:{port}/", *ASK)

    default = class_of(report)
    assert (code, default["requests"], default["errors"], default["unidentified"]) == (3, 60, 20, 0)
    assert default["versions"]["v2"]["high"] > 0.4
    assert any(said in note for note in default["notes"]), default["notes"]


def test_an_answer_that_drips_is_given_up(tmp_path: Path) -> None:
    async def drip(_: h11.Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 Fine\r\nx-version: v1\r\ncontent-length: 1000\r\n\r\n")
        for _letter in range(1000):
            writer.write(b".")
            await writer.drain()
            await asyncio.sleep(0.05)

    with serving(http(drip)) as port:
        code, report = verify(folder(tmp_path), f"http://127.0.0.1:{port}/", *ASK)

    assert (code, class_of(report)["reason"]) == (3, "no request was answered")


def test_a_head_that_drips_is_given_up(tmp_path: Path) -> None:
    async def drip(_: h11.Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 Fine\r\n")
        for letter in itertools.count():
            writer.write(f"x-{letter}: a\r\n".encode())
            await writer.drain()
            await asyncio.sleep(0.05)

    with serving(http(drip)) as port:
        code, _ = verify(folder(tmp_path), f"http://127.0.0.1:{port}/", *ASK)

    assert code == 3


def test_a_head_without_an_end_is_refused(tmp_path: Path) -> None:
    async def flood(_: h11.Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 Fine\r\n" + b"x-more: and more\r\n" * 100_000)

    with serving(http(flood)) as port:
        code, report = verify(folder(tmp_path), f"http://127.0.0.1:{port}/", "--requests", "3")

    assert code == 3
    assert "not an answer of this protocol" in class_of(report)["notes"][0]


@pytest.mark.parametrize(("size", "told"), [(1 << 20, False), ((1 << 20) + 1, True)])
def test_of_an_answer_a_megabyte_is_read_and_no_more(size: int, told: bool, tmp_path: Path) -> None:  # noqa: FBT001
    turns = itertools.cycle(NINE_TO_ONE)
    body = b"x" * size
    with serving(saying(lambda _: answer(body=body, x_version=next(turns)))) as port:
        code, report = verify(folder(tmp_path), f"http://127.0.0.1:{port}/", "--requests", "60", "--timeout", "5")

    assert (code, class_of(report)["errors"]) == (0, 0)
    assert any("longer than 1 MiB" in note for note in class_of(report)["notes"]) is told


def test_an_answer_without_an_end_is_cut(tmp_path: Path) -> None:
    turns = itertools.cycle(NINE_TO_ONE)

    async def flood(_: h11.Request, writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 200 Fine\r\nx-version: {next(turns)}\r\n\r\n".encode())
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()

    with serving(http(flood)) as port:
        code, report = verify(folder(tmp_path), f"http://127.0.0.1:{port}/", "--requests", "60", "--timeout", "5")

    assert code == 0
    assert any("60 times an answer longer than 1 MiB" in note for note in class_of(report)["notes"])


def test_a_redirect_is_not_followed(tmp_path: Path) -> None:
    visits: list[h11.Request] = []

    def visited(request: h11.Request) -> bytes:
        visits.append(request)
        return answer(x_version="v1")

    with serving(saying(visited)) as elsewhere:
        place = f"http://127.0.0.1:{elsewhere}/other"
        with serving(saying(lambda _: answer(302, location=place))) as port:
            code, report = verify(folder(tmp_path), f"http://127.0.0.1:{port}/", *ASK)

    assert (code, visits) == (3, [])
    assert class_of(report)["reason"] == "no rule of `verify` tells the answers apart"
    assert any(f"a redirect to {place}, which was not followed" in note for note in class_of(report)["notes"])


def test_a_cookie_is_noticed_and_never_sent_back(tmp_path: Path) -> None:
    cookies: list[bytes] = []
    turns = itertools.cycle(NINE_TO_ONE)

    def handle(request: h11.Request) -> bytes:
        cookies.extend(value for name, value in request.headers if name == b"cookie")
        version = next(turns)
        return answer(x_version=version, set_cookie=f"lb={version}; Path=/")

    with serving(saying(handle)) as port:
        code, report = verify(folder(tmp_path), f"http://127.0.0.1:{port}/")

    default = class_of(report)
    assert (code, default["sticky"], default["cookies"], cookies) == (0, True, ["lb"], [])
    assert any("answers set the cookie lb" in note for note in default["notes"])


def test_a_cookie_of_the_users_own_keeps_its_version_and_the_share_is_off(tmp_path: Path) -> None:
    """A sticky session: who brings the cookie gets v2, whatever is declared."""

    def handle(request: h11.Request) -> bytes:
        return answer(x_version="v2" if (b"cookie", b"lb=v2") in list(request.headers) else "v1")

    with serving(saying(handle)) as port:
        code, report = verify(folder(tmp_path), f"http://127.0.0.1:{port}/", "-H", "Cookie: lb=v2")

    assert (code, class_of(report)["verdict"]) == (1, "off")


@pytest.mark.parametrize("value", ["v3", "v1, v2", "V1", "v1\x7f\x1b[31m", "x" * 500])
def test_an_answer_that_lies_about_its_version_is_of_none(value: str, tmp_path: Path) -> None:
    turns = itertools.cycle(("v1", "v1", value))
    with serving(saying(lambda _: answer(x_version=next(turns)))) as port:
        code, report = verify(folder(tmp_path), f"http://127.0.0.1:{port}/", *ASK)

    default = class_of(report)
    assert (code, report["verdict"]) == (3, "not proven")
    assert default["unidentified"] + default["errors"] == 20
    assert "\x1b" not in str(default["notes"])


def test_a_server_without_http2_is_told(tmp_path: Path) -> None:
    with serving(split("v1")) as port:
        code, report = verify(folder(tmp_path), f"http://127.0.0.1:{port}/", "--http2", *ASK)

    assert (code, class_of(report)["reason"]) == (3, "no request was answered")


def test_a_server_without_the_health_service_proves_nothing(tmp_path: Path) -> None:
    with serving(split("v1")) as port:
        code, report = verify(rollout(tmp_path, GRPC + BY_HEADER), f"grpc://127.0.0.1:{port}", *ASK)

    assert (code, class_of(report)["reason"]) == (3, "no request was answered")


def test_nothing_that_listens_is_asked_only_a_few_times(tmp_path: Path) -> None:
    with serving(split("v1")) as port:
        pass
    code, report = verify(rollout(tmp_path, HTTP + BY_HEADER), f"http://127.0.0.1:{port}/", "--requests", "5000")

    assert (code, report["verdict"]) == (3, "not proven")
    assert sum(entry["requests"] for entry in report["classes"]) < 100
