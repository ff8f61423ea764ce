"""What cannot be kept is said by one kind of error, whatever the reason."""

from __future__ import annotations

import pytest

from gateshift.app.shared.kept_values import decoded, encoded


def nested(depth: int) -> list[object]:
    value: list[object] = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize("value", [2**64, -(2**63) - 1, 10**26, "\ud800", nested(100_000)], ids=lambda _: "")
def test_what_cannot_be_kept_is_a_value_error(value: object) -> None:
    with pytest.raises(ValueError, match=r"not kept|surrogates"):
        encoded({"replicas": value})


@pytest.mark.parametrize("value", [2**64 - 1, -(2**63), 1e26])
def test_a_number_that_fits_comes_back(value: int | float) -> None:
    assert decoded(encoded({"replicas": value}), dict[str, int | float]) == {"replicas": value}
