"""What a run looks at is noticed by whatever means it looks, and only what is still so counts."""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from gateshift.system import git
from gateshift.system.git import GitAnswer
from gateshift.system.observations import Observations, observing


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """A repository with one file."""
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / "file").write_text("one")
    return tmp_path


def seen(look: Callable[[], object]) -> Observations | None:
    """What is noticed while something looks."""
    with observing([], []) as observer:
        look()
    return observer.observations()


def in_a_thread(look: Callable[[], object]) -> None:
    thread = threading.Thread(target=look)
    thread.start()
    thread.join()


READERS: list[Callable[[Path], object]] = [
    lambda file: file.read_text(),
    lambda file: file.open("rb").close(),
    lambda file: os.close(os.open(file, os.O_RDONLY)),
    lambda file: os.close(os.open(os.fsencode(file), os.O_RDONLY | os.O_NONBLOCK)),
    lambda file: in_a_thread(file.read_bytes),
]


@pytest.mark.parametrize("read", READERS)
def test_a_file_is_noticed_however_it_is_opened(top: Path, read: Callable[[Path], object]) -> None:
    found = seen(lambda: read(top / "file"))
    assert found is not None
    assert found.hold()
    (top / "file").write_text("two")
    assert not found.hold()
    (top / "file").write_text("one")
    assert found.hold()


def test_a_file_that_does_not_exist_is_noticed(top: Path) -> None:
    def look() -> None:
        with pytest.raises(FileNotFoundError):
            (top / "none").read_text()

    found = seen(look)
    assert found is not None
    assert found.hold()
    (top / "none").write_text("")
    assert not found.hold()


@pytest.mark.parametrize("listing", [os.listdir, lambda path: list(os.scandir(path)), lambda path: list(os.walk(path))])
def test_a_folder_is_noticed_however_it_is_listed(top: Path, listing: Callable[[Path], object]) -> None:
    found = seen(lambda: listing(top))
    assert found is not None
    (top / "more").write_text("")
    assert not found.hold()


@pytest.mark.parametrize("is_of_question", [True, False])
def test_what_is_left_out_is_noticed_in_a_repository_of_the_question(top: Path, *, is_of_question: bool) -> None:
    with observing([top], [top.parent] if is_of_question else [top / "other"]) as observer:
        (top / "file").read_text()
    found = observer.observations()
    assert found is not None
    assert (str(top / "file") in found.files) is is_of_question


@pytest.mark.skipif(not os.access("/dev/shm", os.W_OK), reason="there is none")
def test_a_repository_among_the_devices_is_noticed() -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        file = Path(folder, "file")
        file.write_text("one")
        found = seen(file.read_text)
        assert found is not None
        file.write_text("two")
        assert not found.hold()


def test_what_the_run_makes_itself_is_not_noticed(top: Path) -> None:
    def look() -> None:
        (top / "own").mkdir()
        (top / "own/file").write_text("one")
        (top / "own/file").read_text()
        (top / "written").write_text("one")
        (top / "written").read_text()

    found = seen(look)
    assert found is not None
    assert (found.files, found.folders) == ({}, {})


def test_a_file_that_changes_meanwhile_leaves_nothing_to_keep(top: Path) -> None:
    def look() -> None:
        (top / "file").read_text()
        subprocess.run(["sh", "-c", "echo two > file"], cwd=top, check=True)

    assert seen(look) is None


def test_an_answer_of_git_is_noticed(top: Path) -> None:
    found = seen(lambda: git.ignored(top))
    assert found is not None
    assert found.hold()
    (top / ".gitignore").write_text("file\n")
    assert not found.hold()


def test_nothing_is_noticed_afterwards(top: Path) -> None:
    with observing([], []) as observer:
        pass
    (top / "file").read_text()
    git.ignored(top)
    assert observer.observations() == Observations({}, {}, ())


@pytest.mark.parametrize(
    ("words", "settings"),
    [
        (("commit", "--allow-empty", "-m", "x"), ()),
        (("config", "user.name", "x"), ()),
        (("diff", "--output=written"), ()),
        (("status",), ("core.fsmonitor=touch written",)),
        (("status",), ("alias.status=!touch written",)),
    ],
)
def test_a_forged_answer_has_git_do_nothing(top: Path, words: tuple[str, ...], settings: tuple[str, ...]) -> None:
    assert git.repeated(GitAnswer(str(top), words, settings, "")) is None
    assert not (top / "written").exists()
