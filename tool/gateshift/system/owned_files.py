"""The generated files of one rollout on disk: read, written whole, deleted, under a lock.

A new text is written beside its file, synced and renamed over it, so that a kill at any moment leaves the old file or
the new one. What such a kill leaves beside them is cleaned up by the next run.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from gateshift.errors import UserError

FOLDERS = ("base", "overlays", "sync")
"""The folders beside gateshift.yaml that hold generated files."""

_MARK = ".gateshift-"
_TOKEN = 16
_HEXADECIMAL = frozenset("0123456789abcdef")
_LARGEST = 16 << 20
_HEAD = 512


@contextlib.contextmanager
def locked(top: Path) -> Iterator[None]:
    """Hold the folder for one run that writes there. The lock ends with the process, however it ends.

    Raises UserError at once where another run holds it.
    """
    descriptor = os.open(top, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UserError(
                "another run of gateshift is writing here", where=str(top), next_step="Run again when it has ended."
            ) from error
        yield
    finally:
        os.close(descriptor)


def read_files(top: Path, expected: Iterable[str], header: str) -> dict[str, str]:
    """The texts of the expected files that exist, and of every other file below the folders that starts with `header`,
    by path relative to `top`. Bytes that are not UTF-8 are kept as surrogates. A link's text is where it leads.

    Raises UserError where a folder leads out of `top`, or where something that is not a file has the name of one.
    """
    names = set(expected)
    for name in names:
        _refuse_foreign_folders(top, name)
    names.update(_starting_with(top, header))
    return {name: text for name in sorted(names) if (text := _text(top / name)) is not None}


def write_files(top: Path, texts: Mapping[str, str]) -> None:
    """Write each text whole: objects before the kustomizations that list them, base before overlays before pointers."""
    for name in sorted(texts, key=_by_dependency):
        file = top / name
        file.parent.mkdir(parents=True, exist_ok=True)
        replace_whole(file, texts[name].encode("utf-8", "surrogateescape"))


def delete_files(top: Path, names: Iterable[str]) -> None:
    """Delete each file, kustomizations first, then every folder that this leaves empty."""
    for name in sorted(names, key=_by_dependency, reverse=True):
        file = top / name
        file.unlink(missing_ok=True)
        sync_folder(file.parent)
        remove_empty(file.parent, top)


def remove_empty(folder: Path, top: Path) -> None:
    """Remove the folder and those above it, up to `top`, that hold nothing."""
    while folder != top and folder.is_relative_to(top):
        try:
            folder.rmdir()
        except FileNotFoundError:
            pass
        except OSError:
            return
        folder = folder.parent


def clean_up(top: Path) -> None:
    """Delete what a killed run left beside the files. Only under the lock."""
    for folder, _, files in _walk(top):
        for name in files:
            if is_temporary(name):
                (Path(folder) / name).unlink(missing_ok=True)


def clear_leftovers(folder: Path) -> None:
    """Delete what killed runs left in a folder, unless another run is writing there now."""
    try:
        with locked(folder):
            for entry in folder.iterdir():
                if is_temporary(entry.name) and not entry.is_dir():
                    entry.unlink(missing_ok=True)
    except (OSError, UserError):  # it costs a name in a folder; what is asked for does not depend on it
        return


def is_temporary(name: str) -> bool:
    """Whether a file of this name is what a killed run left."""
    token = name.removeprefix(_MARK).removesuffix(".tmp")
    return name == f"{_MARK}{token}.tmp" and len(token) == _TOKEN and set(token) <= _HEXADECIMAL


def replace_whole(file: Path, content: bytes) -> None:
    """Put the content in the file's place: all of it or none. A symbolic link is replaced, not followed."""
    temporary = write_temporary(file, content)
    try:
        temporary.replace(file)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(file.parent)


def temporary_name(file: Path) -> Path:
    """A name next to the file that is nobody's, and that a later run knows for a leftover."""
    return file.parent / f"{_MARK}{os.urandom(_TOKEN // 2).hex()}.tmp"


def write_temporary(file: Path, content: bytes) -> Path:
    """Write the content, on the disk before this returns, to a new file next to `file` with the same permissions. Its
    name is nobody's, and a later run knows it for a leftover."""
    temporary = temporary_name(file)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with open(descriptor, "wb") as stream:
            stream.write(content)
            if file.is_file() and not file.is_symlink():
                os.fchmod(descriptor, stat.S_IMODE(file.stat().st_mode))
            stream.flush()
            os.fsync(descriptor)
    except BaseException as error:
        temporary.unlink(missing_ok=True)
        if isinstance(error, OSError):
            error.filename = str(file)  # that is what its user knows
        raise
    return temporary


def _by_dependency(name: str) -> tuple[int, bool, str]:
    path = PurePosixPath(name)
    return FOLDERS.index(path.parts[0]), path.name == "kustomization.yaml", name


def sync_folder(folder: Path) -> None:
    """Wait until the folder's own entries are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _walk(top: Path) -> Iterator[tuple[str, list[str], list[str]]]:
    for name in FOLDERS:
        if not (top / name).is_symlink():
            yield from os.walk(top / name)


def _starting_with(top: Path, header: str) -> Iterator[str]:
    start = header.encode()
    for folder, _, files in _walk(top):
        for name in files:
            file = Path(folder) / name
            if name.endswith(".yaml") and file.is_file() and not file.is_symlink():
                with file.open("rb") as stream:
                    head = stream.read(_HEAD).removeprefix(b"\xef\xbb\xbf")
                if head.startswith(start):
                    yield file.relative_to(top).as_posix()


def _text(file: Path) -> str | None:
    if file.is_symlink():
        return f"(a symbolic link to {file.readlink()})\n"
    if not file.exists():
        return None
    if not file.is_file():
        raise UserError("a file is to be written here, and this is not one", where=str(file), next_step="Move it away.")
    if file.stat().st_size > _LARGEST:
        raise UserError(f"more than {_LARGEST:,} bytes: gateshift did not write this file", where=str(file))
    return file.read_bytes().decode("utf-8", "surrogateescape")


def _refuse_foreign_folders(top: Path, name: str) -> None:
    inside = top.resolve()
    for folder in PurePosixPath(name).parents:
        here = top / folder
        if here.is_symlink() and not here.resolve().is_relative_to(inside):
            raise UserError(
                f"leads out of {top}, to {here.resolve()}", where=str(here), next_step="Make it a directory."
            )
        if here.exists() and not here.is_dir():
            raise UserError(
                "a directory is to be made here, and this is not one", where=str(here), next_step="Move it away."
            )
