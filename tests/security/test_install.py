"""A run fetches what this release pins, and nothing that a repository asks for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateshift.errors import NoVerdict
from gateshift.tools.go_modules import fetched
from gateshift.tools.lock import pinned
from tests.cli.promoting import customers, gateshift
from tests.security.hostile import Trap

__all__ = ["customers"]


@pytest.fixture
def trap(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Trap:
    """A Go that tells when it is run."""
    trap = Trap(tmp_path_factory.mktemp("trap"))
    monkeypatch.setenv("GATESHIFT_GO", str(trap.program))
    return trap


@pytest.mark.parametrize(("setting", "option"), [("kubernetes", "kubernetes"), ("gatewayApi", "gateway-api")])
def test_a_version_that_a_repository_names_is_not_fetched(
    customers: Path, trap: Trap, setting: str, option: str
) -> None:
    file = customers / "gateshift.yaml"
    file.write_text(f"{file.read_text()}\nschemas: {{{setting}: 1.0.7}}\n")
    done = gateshift(customers, "validate", "overlays/half", "--install")
    assert done.returncode == 3
    assert f"gateshift tools install --{option} 1.0.7`" in done.stdout
    assert "--install fetches only the pinned" in done.stdout
    assert trap.ran == ""


@pytest.mark.parametrize("choice", ["{}", "{kubernetes: '%s'}", "{kubernetes: '%.4s'}"])
def test_the_pinned_version_may_be_named(customers: Path, trap: Trap, choice: str) -> None:
    file = customers / "gateshift.yaml"
    text = choice % pinned().kubernetes if "%" in choice else choice
    file.write_text(f"{file.read_text()}\nschemas: {text}\n")
    assert gateshift(customers, "validate", "overlays/half", "--install").returncode == 0
    assert trap.ran == "", "everything is installed"


@pytest.mark.parametrize("same", [True, False])
def test_what_go_fetches_has_the_pinned_sum(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, same: bool) -> None:
    name, sum_ = pinned().modules[0]
    module, _, version = name.partition("@")
    answer = json.dumps({"Version": version, "Zip": "/nowhere.zip", "Sum": sum_ if same else "h1:another"})
    go = tmp_path / "go"
    go.write_text(f"#!/bin/sh\necho '{answer}'\n")
    go.chmod(0o755)
    monkeypatch.setenv("GATESHIFT_GO", str(go))
    if same:
        with fetched(module, version, pinned()) as found:
            assert found.sum == sum_
    else:
        with pytest.raises(NoVerdict, match="not the pinned"), fetched(module, version, pinned()):
            pass
