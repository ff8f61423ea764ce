"""`gateshift verify` against servers that keep to their shares, and others that do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.live.rollouts import BY_HEADER, HTTP, class_of, rollout, verify
from tests.live.servers import serving, split

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
