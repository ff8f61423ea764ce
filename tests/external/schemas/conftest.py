"""The installed schemas and programs that every machine with the tool set up has."""

from __future__ import annotations

import pytest

from gateshift.external.schemas import Schemas, open_schemas
from gateshift.external.toolchain import Program, find
from gateshift.model.rollout import SchemaChoice


@pytest.fixture(scope="session")
def kubeconform() -> Program:
    """The real program; `gateshift tools install` gets it."""
    return find("kubeconform")


@pytest.fixture(scope="session")
def schemas() -> Schemas:
    """The pinned Kubernetes and the Gateway API's standard channel."""
    return open_schemas(SchemaChoice())


@pytest.fixture(scope="session")
def experimental() -> Schemas:
    """The pinned Kubernetes and the Gateway API's experimental channel."""
    return open_schemas(SchemaChoice(channel="experimental"))
