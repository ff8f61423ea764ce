"""What lies in the store is believed only as it was put there; anything else is as good as nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from gateshift.system.answer_store import AnswerStore, Usage, digest

KEY, OTHER = digest(b"key"), digest(b"other")
PAYLOAD = b"no findings" * 40


def entry(store: AnswerStore, key: bytes = KEY) -> Path:
    """The file of a key."""
    return store.folder / key.hex()[:2] / key.hex()[2:]


@pytest.fixture
def store(tmp_path: Path) -> AnswerStore:
    """A store with one entry."""
    store = AnswerStore(tmp_path / "answers")
    store.put(KEY, PAYLOAD)
    assert store.get(KEY) == PAYLOAD
    return store


def truncate(file: Path) -> None:
    os.truncate(file, file.stat().st_size - 1)


def empty(file: Path) -> None:
    os.truncate(file, 0)


def lengthen(file: Path) -> None:
    file.write_bytes(file.read_bytes() + b"x")


def let_others_write(file: Path) -> None:
    file.chmod(0o666)


def let_others_fill_the_folder(file: Path) -> None:
    file.parent.chmod(0o777)


def let_others_fill_the_store(file: Path) -> None:
    file.parent.parent.chmod(0o775)


def link(file: Path) -> None:
    shutil.move(file, file.with_name("elsewhere"))
    file.symlink_to("elsewhere")


def make_a_pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def make_a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize(
    "attack",
    [
        *(truncate, empty, lengthen, link, make_a_pipe, make_a_folder),
        *(let_others_write, let_others_fill_the_folder, let_others_fill_the_store),
    ],
)
def test_an_entry_that_is_not_as_it_was_put_there_is_not_believed(
    store: AnswerStore, attack: Callable[[Path], None]
) -> None:
    attack(entry(store))
    assert store.get(KEY) is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
@pytest.mark.parametrize("levels", [0, 1, 2])
def test_what_another_user_owns_is_not_believed(store: AnswerStore, levels: int) -> None:
    owned = [entry(store), *entry(store).parents][levels]
    os.chown(owned, 12345, 12345)
    assert store.get(KEY) is None


def test_no_flipped_bit_goes_unnoticed(store: AnswerStore) -> None:
    file = entry(store)
    whole = file.read_bytes()
    for position in range(len(whole)):
        file.write_bytes(bytes((*whole[:position], whole[position] ^ 1 << position % 8, *whole[position + 1 :])))
        assert store.get(KEY) is None
    file.write_bytes(whole)
    assert store.get(KEY) == PAYLOAD


def test_an_entry_under_another_name_is_not_believed(store: AnswerStore) -> None:
    entry(store, OTHER).parent.mkdir(exist_ok=True)
    shutil.copy(entry(store), entry(store, OTHER))
    assert store.get(OTHER) is None


def test_what_is_not_believed_is_written_anew(store: AnswerStore) -> None:
    truncate(entry(store))
    store.put(KEY, PAYLOAD)
    assert store.get(KEY) == PAYLOAD


@pytest.mark.parametrize("mask", [0o000, 0o002, 0o022, 0o077])
def test_a_store_works_with_every_umask(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        store = AnswerStore(tmp_path / "cache/answers")
        store.put(KEY, PAYLOAD)
    finally:
        os.umask(before)
    assert store.get(KEY) == PAYLOAD


def test_a_store_that_cannot_be_written_keeps_nothing_and_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "answers").write_text("a file")
    store = AnswerStore(tmp_path / "answers")
    store.put(KEY, PAYLOAD)
    assert store.get(KEY) is None
    assert store.usage() == Usage(0, 0)


def write(folder: Path, letter: int) -> None:
    """Put an entry again and again, each time whole."""
    for _ in range(200):
        AnswerStore(folder).put(KEY, bytes([letter]) * 50_000)


def test_two_writers_leave_the_entry_of_one_of_them(tmp_path: Path) -> None:
    with ProcessPoolExecutor(2) as pool:
        done = [pool.submit(write, tmp_path, letter) for letter in (1, 2)]
        seen = {AnswerStore(tmp_path).get(KEY) for _ in range(300)}
        for each in done:
            each.result()
    assert seen <= {None, b"\1" * 50_000, b"\2" * 50_000}
    assert AnswerStore(tmp_path).get(KEY) in seen | {b"\1" * 50_000, b"\2" * 50_000}
    assert AnswerStore(tmp_path).usage().entries == 1


def test_those_that_were_not_used_for_longest_are_deleted(tmp_path: Path) -> None:
    store = AnswerStore(tmp_path)
    keys = [digest(bytes([number])) for number in range(10)]
    for number, key in enumerate(keys):
        store.put(key, b"x" * 1000)
        os.utime(entry(store, key), (number, number))
    assert store.get(keys[0]) is not None  # which makes it the one used last
    assert store.prune(10 * 1032) == Usage(0, 0)
    assert store.prune(5 * 1032) == Usage(6, 6 * 1032)
    assert [key for key in keys if store.get(key) is not None] == [keys[0], *keys[7:]]


def test_what_an_interrupted_writer_left_counts_and_goes(store: AnswerStore) -> None:
    (entry(store).parent / ".half").write_bytes(b"x")
    assert store.usage().entries == 2
    assert store.prune(0).entries == 2
