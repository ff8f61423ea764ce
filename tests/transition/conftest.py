"""Builds and judgements that the tests of this room share."""

from __future__ import annotations

import pytest

from tests.transition.objects import Builder, builder


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Builder:
    return builder(tmp_path_factory.mktemp("builds"))
