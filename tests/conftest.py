"""Fixtures that every test may use: the installed programs and schemas, and builds from them."""

from __future__ import annotations

import os
import signal

import pytest
from hypothesis import HealthCheck, settings

from gateshift.model.rollout import SchemaChoice
from gateshift.schemas import Schemas, open_schemas
from gateshift.tools.find import find
from gateshift.tools.program import Program
from tests.transition.objects import Builder, builder

# How long one example takes says nothing on a machine that does other things too.
settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell that runs the tests in the background has them ignore it, and every program that they start and interrupt.
    signal.signal(signal.SIGINT, signal.default_int_handler)

os.environ.setdefault("GATESHIFT_NO_CACHE", "1")
"""What a test sees is worked out for it; the tests of kept answers have caches of their own."""


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


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Builder:
    """Builds objects as a cluster would hold them."""
    return builder(tmp_path_factory.mktemp("builds"))
