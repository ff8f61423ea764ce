"""Several files replaced at one moment: a kill leaves all of them old or all of them new.

One file is renamed over its old self. Several are written into a copy of the folder that holds them all, made of hard
links, and the two folders change places in one system call (renameat2 with RENAME_EXCHANGE on Linux, renamex_np with
RENAME_SWAP on macOS). Where the system or the file system cannot do that, or that folder is too large or the top
itself, a journal is written first, and whoever runs next finishes what it says.

Writes a file that the user named: whole or not at all.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import sys
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from gateshift.system.owned_files import is_temporary, replace_whole, sync_folder, temporary_beside

JOURNAL = ".gateshift-journal.json"
_MOST_ENTRIES = 2000
_AT_FDCWD = -100
_EXCHANGE = 2


def replace_together(top: Path, contents: Mapping[Path, bytes]) -> None:
    """Give each of the files below `top` its new content, all at one moment. Only under the lock of `top`."""
    if len(contents) == 1:
        ((file, content),) = contents.items()
        replace_whole(file, content)
    elif contents and not _exchange(top, contents):
        replace_by_journal(top, contents)


def recover(top: Path, files: Collection[Path]) -> tuple[Path, ...]:
    """Finish what a killed run had written down about any files below `top`, and delete what it left around `files`.
    The files that this gave their new content. Only under the lock of `top`."""
    finished = _finish(top)
    around = {file.parent for file in files} | ({_home(files).parent} if files else set())
    for folder in around:
        for left in folder.iterdir() if folder.is_relative_to(top) else ():
            if is_temporary(left.name):
                _delete(left)
    return finished


def _home(files: Collection[Path]) -> Path:
    """The deepest folder that holds all the files."""
    return Path(os.path.commonpath([file.parent for file in files]))


def _delete(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def replace_by_journal(top: Path, contents: Mapping[Path, bytes]) -> None:
    """Give each of the files below `top`, which need not exist, its content: after a kill all of them are old, or
    `recover` makes all of them new. Only under the lock of `top`."""
    moves: dict[str, str] = {}
    for file, content in contents.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary = temporary_beside(file)
        if file.exists():
            shutil.copy2(file, temporary)
        replace_whole(temporary, content)
        moves[str(file.relative_to(top))] = str(temporary.relative_to(top))
    replace_whole(top / JOURNAL, json.dumps(moves).encode())
    _finish(top)


def _finish(top: Path) -> tuple[Path, ...]:
    journal = top / JOURNAL
    if not journal.is_file():
        return ()
    finished = []
    for name, temporary in json.loads(journal.read_text()).items():
        if (top / temporary).exists():
            (top / temporary).replace(top / name)
            sync_folder((top / name).parent)
            finished.append(top / name)
    journal.unlink()
    sync_folder(top)
    return tuple(finished)


def _exchange(top: Path, contents: Mapping[Path, bytes]) -> bool:
    """Whether the folder that holds all the files could change places with a copy that holds the new ones."""
    home = _home(contents)
    if home == top or not home.is_relative_to(top) or not _can_be_copied(home):
        return False
    copy = temporary_beside(home)
    try:
        _copy(home, copy, {file.relative_to(home): content for file, content in contents.items()})
        if not _swap(home, copy):
            return False
        sync_folder(home.parent)
        _keep_late_changes(copy, home, {file.relative_to(home) for file in contents})
        return True
    finally:
        _delete(copy)


def _can_be_copied(home: Path) -> bool:
    """Whether the folder is small, on one file system, and no repository of its own."""
    entries = 0
    for folder, folders, files in os.walk(home):
        entries += len(folders) + len(files)
        if entries > _MOST_ENTRIES or os.path.ismount(folder) or ".git" in folders or ".git" in files:
            return False
    return True


def _copy(home: Path, copy: Path, contents: Mapping[Path, bytes]) -> None:
    """A second folder of the same files, with new ones in the place of some, on the disk before this returns."""
    for folder, folders, files in os.walk(home):
        here = copy / Path(folder).relative_to(home)
        here.mkdir()
        for name in (*files, *(name for name in folders if (Path(folder) / name).is_symlink())):
            relative = (Path(folder) / name).relative_to(home)
            if relative not in contents:
                os.link(Path(folder) / name, here / name, follow_symlinks=False)
        shutil.copystat(folder, here)
    for relative, content in contents.items():
        replace_whole(copy / relative, content)
        shutil.copymode(home / relative, copy / relative)
    for folder, _, _ in os.walk(copy):
        sync_folder(Path(folder))


def _swap(one: Path, other: Path) -> bool:
    """Whether the system exchanged the two names in one step."""
    library = ctypes.CDLL(None, use_errno=True)
    names = os.fsencode(one), os.fsencode(other)
    if sys.platform == "darwin":
        return hasattr(library, "renamex_np") and library.renamex_np(*names, _EXCHANGE) == 0
    if not hasattr(library, "renameat2"):
        return False
    done: int = library.renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _EXCHANGE)
    return done == 0


def _keep_late_changes(old: Path, new: Path, replaced: Collection[Path]) -> None:
    """Bring over what someone else wrote into the old folder after it was copied."""
    for relative in _files(old):
        if relative not in replaced and not _same(old / relative, new / relative):
            (new / relative).parent.mkdir(parents=True, exist_ok=True)
            (old / relative).replace(new / relative)


def _files(top: Path) -> Iterator[Path]:
    for folder, _, files in os.walk(top):
        for name in files:
            yield (Path(folder) / name).relative_to(top)


def _same(one: Path, other: Path) -> bool:
    return os.path.lexists(other) and os.path.samestat(one.lstat(), other.lstat())


def replace_file(path: Path, content: bytes) -> None:
    """Put the content at the path by way of a new file beside it, synced and renamed; parents are made.

    A symbolic link stays one, permissions stay as they were. A pipe or a device is written to as it stands.
    """
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file():
        with target.open("wb") as stream:
            stream.write(content)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    replace_whole(target, content)


def append_file(path: Path, content: bytes) -> None:
    """Add the content to the end of the file, which need not exist."""
    with path.open("ab") as stream:
        stream.write(content)
