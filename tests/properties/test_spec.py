"""Laws of reading rollout.yaml."""

from __future__ import annotations

from hypothesis import given

from tests.strategies import Declared, declared


@given(declared())
def test_every_valid_rollout_is_read(file: Declared) -> None:
    rollout = file.rollout()

    assert [version.name for version in rollout.versions] == list(file.data["versions"])
