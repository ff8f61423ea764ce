"""What the tests of the checks share: the installed schemas."""

from __future__ import annotations

import pytest

from gateshift.external.schemas import Schemas, open_schemas
from gateshift.model.rollout import SchemaChoice


@pytest.fixture(scope="session")
def catalog() -> Schemas:
    return open_schemas(SchemaChoice())
