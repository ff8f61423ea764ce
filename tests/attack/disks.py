"""A disk that fills up under the commands that write, from the first page and the first name on: nothing is lost.

Needs a file system of its own (a tmpfs), and so a superuser: `unshare --map-root-user --mount` makes one.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateshift.errors import Exit
from tests.attack.conftest import Figures
from tests.attack.runs import SINGLY, TOGETHER, State, fresh, gateshift, leftovers, prepared
from tests.cli.promoting import git

PAGE = os.sysconf("SC_PAGE_SIZE")
TOLD = {Exit.USAGE, Exit.NO_VERDICT}


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small file system."""
    folder = tmp_path / "disk"
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=8m,nr_inodes=2000", "none", str(folder)]
    if subprocess.run(words, capture_output=True, check=False).returncode != 0:
        pytest.skip("only a superuser can mount: run `unshare --map-root-user --mount make test-attack`")
    yield folder
    os.chdir(tmp_path)
    subprocess.run(["umount", str(folder)], check=True)


def fill_pages(disk: Path, free: int) -> None:
    """Leave that many pages free."""
    with (disk / "filler").open("wb", buffering=0) as stream:
        room = os.statvfs(disk)
        stream.write(b"x" * (room.f_bavail - free) * room.f_frsize)


def fill_names(disk: Path, free: int) -> None:
    """Leave room for that many new files."""
    folder = disk / "fillers"
    folder.mkdir()
    for number in range(os.statvfs(disk).f_favail - free):
        (folder / str(number)).touch()


def free_all(disk: Path) -> None:
    """Take away what filled it."""
    subprocess.run(["rm", "-rf", str(disk / "filler"), str(disk / "fillers")], check=True)


@pytest.mark.parametrize("fill", [fill_pages, fill_names], ids=["pages", "names"])
@pytest.mark.parametrize("name", [*TOGETHER, *SINGLY])
def test_a_full_disk_loses_nothing(
    shipped: Path, disk: Path, name: str, fill: Callable[[Path, int], None], figures: Figures
) -> None:
    words = prepared(shipped, name)
    work = fresh(shipped, disk / "work")
    assert gateshift(work, *words) == 0
    old, new = State.of(shipped), State.of(work)
    free, code = 0, int(Exit.USAGE)
    while code != Exit.OK:
        fresh(shipped, work)
        fill(disk, free)
        code = in_a_child(work, words)
        free_all(disk)
        if code != Exit.OK:
            assert code in TOLD, f"{free} free: {code}"
            unharmed(work, old, new, together=name in TOGETHER)
            assert gateshift(work, *words) == 0, f"{free} free"
        assert State.of(work) == new, f"{free} free"
        assert leftovers(work) == [], f"{free} free"
        free += 1
        assert free < 400
    figures(f"{free - 1} full disks ({fill.__name__.removeprefix('fill_')}) under {name}: told, and nothing lost")


def unharmed(folder: Path, old: State, new: State, *, together: bool) -> None:
    """Everything is as before; or file by file as before or as it was to become."""
    here = State.of(folder)
    assert here.commit == old.commit
    if together:
        assert here.files == old.files
        assert git(folder, "status", "--porcelain") == ""
        assert leftovers(folder) == []
    assert here.is_between(old, new)


def in_a_child(folder: Path, words: tuple[str, ...]) -> int:
    """The exit code of a command run in a child, which takes a descriptor that it left open with it."""
    child = os.fork()
    if child == 0:
        os._exit(gateshift(folder, *words))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
