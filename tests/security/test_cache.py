"""A cache that somebody else could have filled is not used: what lies there is run."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.cli.promoting import customers, gateshift  # noqa: F401 -- customers is a fixture

KUSTOMIZE = "tools/kustomize/v5.8.1/kustomize"


def filled(cache: Path, mark: Path) -> Path:
    """A cache whose kustomize leaves a mark."""
    program = cache / KUSTOMIZE
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\ntouch '{mark}'\n")
    program.chmod(0o755)
    return cache


@pytest.mark.parametrize("name", ["GATESHIFT_CACHE", "XDG_CACHE_HOME"])
def test_a_cache_in_the_checkout_is_not_run(
    customers: Path,  # noqa: F811 -- the fixture
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    mark = tmp_path_factory.mktemp("mark") / "ran"
    cache = filled(customers / ".cache/gateshift", mark)
    monkeypatch.setenv(name, str(cache if name == "GATESHIFT_CACHE" else cache.parent))
    done = gateshift(customers, "validate")
    assert done.returncode == 3
    assert "it lies in the work tree" in done.stdout + done.stderr
    assert "GATESHIFT_CACHE" in done.stdout + done.stderr
    assert not mark.exists()


@pytest.mark.parametrize("fault", ["writable", "another owner"])
def test_a_cache_that_others_can_fill_is_not_run(
    customers: Path,  # noqa: F811 -- the fixture
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
) -> None:
    folder = tmp_path_factory.mktemp("cache")
    mark = folder / "ran"
    cache = filled(folder / "gateshift", mark)
    if fault == "writable" or os.geteuid() != 0:
        cache.chmod(0o777)
    else:
        shutil.chown(cache, 12345)
    monkeypatch.setenv("GATESHIFT_CACHE", str(cache))
    done = gateshift(customers, "validate")
    assert done.returncode == 3
    assert "is not used, because" in done.stdout + done.stderr
    assert not mark.exists()


def test_a_cache_of_one_s_own_is_used(
    customers: Path,  # noqa: F811 -- the fixture
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("GATESHIFT_CACHE", str(filled(folder / "gateshift", folder / "ran")))
    assert gateshift(customers, "tools", "path", "kustomize").returncode == 0
