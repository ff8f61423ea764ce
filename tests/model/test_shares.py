from __future__ import annotations

import pytest

from gateshift.model.shares import percent


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (0.0, "0 %"),
        (0.0001, "< 0.1 %"),
        (0.001, "0.1 %"),
        (1 / 3, "33.3 %"),
        (0.9, "90 %"),
        (0.9999, "> 99.9 %"),
        (1.0, "100 %"),
    ],
)
def test_a_share_is_never_rounded_to_nothing_or_to_all(share: float, shown: str) -> None:
    assert percent(share) == shown
