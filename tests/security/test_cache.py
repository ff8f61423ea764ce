"""A cache that somebody else could have filled is not used: what lies there is run."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from gateshift.system.cache import cache_root
from gateshift.system.cache_sums import write_sums
from tests.cli.promoting import customers, gateshift  # noqa: F401 -- customers is a fixture

KUSTOMIZE = "tools/kustomize/v5.8.1/kustomize"


def filled(cache: Path, mark: Path) -> Path:
    """A cache whose kustomize leaves a mark."""
    program = cache / KUSTOMIZE
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\ntouch '{mark}'\n")
    program.chmod(0o755)
    write_sums(program.parent)
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


@pytest.fixture
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of what is installed, which has been used once."""
    folder = tmp_path_factory.mktemp("cache") / "gateshift"
    shutil.copytree(cache_root(), folder, ignore=shutil.ignore_patterns("crds", "checked.json", "[0-7]"))
    monkeypatch.setenv("GATESHIFT_CACHE", str(folder))
    return folder


def swap(program: Path, mark: Path) -> None:
    """Put another program of the same size and the same time of change in its place."""
    state = program.stat()
    content = f"#!/bin/sh\ntouch '{mark}'\n#".encode()
    program.write_bytes(content + b"." * (state.st_size - len(content)))
    os.utime(program, ns=(state.st_atime_ns, state.st_mtime_ns))


@pytest.mark.parametrize("name", ["kustomize", "kubeconform"])
def test_a_program_that_is_not_what_was_installed_is_not_run(
    customers: Path,  # noqa: F811 -- the fixture
    cache: Path,
    tmp_path_factory: pytest.TempPathFactory,
    name: str,
) -> None:
    mark = tmp_path_factory.mktemp("mark") / "ran"
    assert gateshift(customers, "validate", "overlays/half").returncode == 0
    (program,) = cache.glob(f"tools/{name}/*/{name}")
    swap(program, mark)
    done = gateshift(customers, "validate", "overlays/half")
    assert done.returncode == 3
    assert f"gateshift tools install {name}" in done.stdout
    assert not mark.exists()


def test_a_cache_that_was_copied_is_checked_once_and_used(
    customers: Path,  # noqa: F811 -- the fixture
    cache: Path,
) -> None:
    (program,) = cache.glob("tools/kustomize/*/kustomize")
    for expected in (False, True):
        assert (program.parent / "checked.json").exists() is expected
        assert gateshift(customers, "tools", "path", "kustomize").returncode == 0


def test_a_program_without_a_record_is_not_run(
    customers: Path,  # noqa: F811 -- the fixture
    cache: Path,
) -> None:
    for sums in cache.glob("tools/kustomize/*/sums.json"):
        sums.unlink()
    assert gateshift(customers, "validate", "overlays/half").returncode == 3


DAMAGE = (b"", b"{", b"\xff", b"[" * 100_000, b'{"kinds": 1}', b"null")


@pytest.mark.parametrize("content", DAMAGE, ids=lambda content: repr(content[:12]))
def test_a_damaged_record_is_told_or_made_again(
    customers: Path,  # noqa: F811 -- the fixture
    cache: Path,
    content: bytes,
) -> None:
    (program,) = cache.glob("tools/kustomize/*/kustomize")
    (program.parent / "checked.json").write_bytes(content)
    (cache / "versions.json").write_bytes(content)
    assert gateshift(customers, "tools", "path", "kustomize").returncode == 0
    for index in cache.glob("schemas/**/index.json"):
        index.write_bytes(content)
    (program.parent / "sums.json").write_bytes(content)
    (program.parent / "checked.json").unlink(missing_ok=True)
    assert gateshift(customers, "tools", "path", "kustomize").returncode == 3
    listed = gateshift(customers, "tools", "list")
    assert listed.returncode in (0, 3)
    assert "defect" not in listed.stderr
