"""`gateshift verify` through real front ends that split and match: Traefik and Envoy, by every protocol."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.front_ends import FrontEnd, envoy_proxy, traefik
from tests.live.rollouts import BY_HEADER, GRPC, HTTP, class_of, rollout, verify

SURE = ("--requests", "300", "--confidence", "0.99999")
"""A real draw is off by chance as often as the confidence allows: here not once in 100,000 runs."""


@pytest.fixture(scope="module", params=[traefik, envoy_proxy], ids=["traefik", "envoy"])
def front_end(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FrontEnd]:
    with request.param(tmp_path_factory.mktemp("front-end")) as running:
        yield running


def arguments(front_end: FrontEnd, way: str) -> tuple[str, ...]:
    """The URL and options that reach the front end in one of the ways."""
    plain, secure = f"127.0.0.1:{front_end.plain}", f"127.0.0.1:{front_end.secure}"
    trust = ("--cacert", str(front_end.authority))
    return {
        "http": (f"http://{plain}/",),
        "http2": (f"http://{plain}/", "--http2"),
        "https": (f"https://{secure}/", *trust),
        "https2": (f"https://{secure}/", "--http2", *trust),
        "resolve": (
            f"https://shop.example.org:{front_end.secure}/",
            "--resolve",
            f"shop.example.org:{front_end.secure}:127.0.0.1",
            *trust,
        ),
        "host": (f"https://{secure}/", "--host", "shop.example.org", *trust),
        "grpc": (f"grpc://{plain}",),
        "grpcs": (f"grpcs://{secure}", *trust),
    }[way]


@pytest.mark.parametrize("way", ["http", "http2", "https", "https2", "resolve", "host", "grpc", "grpcs"])
def test_the_split_and_the_debug_rule_are_measured(front_end: FrontEnd, way: str, tmp_path: Path) -> None:
    text = (GRPC if way.startswith("grpc") else HTTP) + BY_HEADER

    code, report = verify(rollout(tmp_path, text), *arguments(front_end, way), *SURE)

    default, debug = class_of(report), class_of(report, "debug")
    assert (code, report["verdict"]) == (0, "as declared"), report
    assert (default["requests"], default["errors"], default["unidentified"]) == (300, 0, 0)
    assert 0.02 < default["versions"]["v2"]["share"] < 0.2
    assert default["versions"]["v2"]["low"] < 0.1 < default["versions"]["v2"]["high"]
    assert debug["versions"]["v2"]["count"] == 300


def test_a_stage_that_is_not_in_force_is_off(front_end: FrontEnd, tmp_path: Path) -> None:
    code, report = verify(rollout(tmp_path), *arguments(front_end, "http"), *SURE, stage="half")

    assert (code, class_of(report)["verdict"]) == (1, "off")


def test_a_certificate_of_an_unknown_authority_proves_nothing(front_end: FrontEnd, tmp_path: Path) -> None:
    code, report = verify(rollout(tmp_path), f"https://127.0.0.1:{front_end.secure}/")

    assert (code, class_of(report)["reason"]) == (3, "no request was answered")
    assert "TLS failed" in class_of(report)["notes"][0]


def test_an_unchecked_certificate_is_said_aloud(front_end: FrontEnd, tmp_path: Path) -> None:
    code, report = verify(rollout(tmp_path), f"https://127.0.0.1:{front_end.secure}/", "--insecure", *SURE)

    assert code == 0
    assert any("--insecure" in note for note in report["notes"])
