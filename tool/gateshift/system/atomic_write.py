"""Several files replaced together: after a kill they are all old, or the next run makes all of them new.

Every new content is first written into a temporary file next to its target. Then a journal in the Git directory, where
no commit can put one, says which temporary file becomes which target and which files go, and the files are renamed.
Where there is no Git there is no journal: the files are renamed one after the other, each whole.

Writes a file that the user named: whole or not at all.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from gateshift.errors import UserError
from gateshift.system import git
from gateshift.system.owned_files import (
    is_temporary,
    remove_empty,
    replace_whole,
    sync_folder,
    temporary_name,
    write_temporary,
)
from gateshift.yamldoc.data import Json, json_of

JOURNAL = "gateshift-journal.json"
"""The journal's name in the Git directory."""

_PLANTED = ".gateshift-journal.json"
_LARGEST = 4 << 20


def replace_together(top: Path, contents: Mapping[Path, bytes], deleted: Collection[Path] = ()) -> None:
    """Give each of the files below `top`, which need not exist, its new content, and delete others. Only under the lock
    of `top`, and after `recover`. Raises OSError, with every file as it was, where that cannot be done."""
    with replacing(top, contents, deleted):
        pass


@contextlib.contextmanager
def replacing(top: Path, contents: Mapping[Path, bytes], deleted: Collection[Path] = ()) -> Iterator[None]:
    """As `replace_together`, before the block runs; where the block fails, every file becomes what it was. The old
    files are kept meanwhile, so that this needs no room on the disk. Raises UserError for a file that a link puts
    outside `top`."""
    for file in (*contents, *deleted):
        if not _real(file).is_relative_to(top.resolve()):
            raise UserError(f"a link leads out of {top}, so that nothing was written", where=str(file))
    private = git.private_path(top, JOURNAL)
    kept: dict[Path, Path | None] = {}
    changes: dict[Path, Path | None] = {}
    try:
        for file in map(_real, (*contents, *deleted)):
            kept[file] = _kept(file, private.parent if private is not None else file.parent)
        for file, content in contents.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            changes[_real(file)] = write_temporary(file, content)
        changes |= dict.fromkeys(map(_real, deleted))
        journal = private if len(changes) > 1 else None
        try:
            _carry_out(changes, top, journal)
            yield
        except BaseException:
            with contextlib.suppress(OSError):  # what failed first is what is told
                _put_back(kept, top, journal)
            raise
    finally:
        for temporary in (*changes.values(), *kept.values()):
            if temporary is not None:
                temporary.unlink(missing_ok=True)
        for file in contents:
            if not os.path.lexists(file):
                remove_empty(_real(file).parent, top.resolve())


def _real(file: Path) -> Path:
    return file.parent.resolve() / file.name


def _kept(file: Path, folder: Path) -> Path | None:
    """A second name of a file, under which it outlives its replacement, where no hook adds it to a commit; None for a
    file that is not there."""
    if not os.path.lexists(file):
        return None
    kept = temporary_name(folder / file.name)
    try:
        os.link(file, kept, follow_symlinks=False)
    except OSError:  # another file system, or one without links
        return write_temporary(file, file.read_bytes())
    return kept


def _put_back(kept: dict[Path, Path | None], top: Path, journal: Path | None) -> None:
    """Make every file what it was; on a disk without room for a journal, one after the other."""
    changed = [file for file, old in kept.items() if not _is_same(file, old)]
    try:
        _move_beside(kept, changed)
    except OSError:  # no room for a folder that went: what is new makes it
        _rename({file: None for file in changed if kept[file] is None}, top)
        _move_beside(kept, changed)
    back = {file: kept[file] for file in changed}
    try:
        _carry_out(back, top, journal)
    except OSError:
        if journal is not None:
            journal.unlink(missing_ok=True)
        _rename({file: old for file, old in back.items() if old is None or os.path.lexists(old)}, top)


def _is_same(file: Path, kept: Path | None) -> bool:
    """Whether the file is what was kept of it; then a rename would do nothing, and leave both names."""
    if kept is None:
        return not os.path.lexists(file)
    return os.path.lexists(file) and os.path.samestat(file.lstat(), kept.lstat())


def _move_beside(kept: dict[Path, Path | None], files: Iterable[Path]) -> None:
    """Move what was kept of the files next to their places."""
    for file in files:
        old = kept[file]
        if old is not None and old.parent != file.parent:
            file.parent.mkdir(parents=True, exist_ok=True)  # it went with its last file
            kept[file] = old.replace(temporary_name(file))


def _carry_out(changes: Mapping[Path, Path | None], top: Path, journal: Path | None) -> None:
    """Put each temporary file in its target's place, and delete the targets without one; a kill on the way is the next
    run's to finish."""
    if journal is not None:
        names = {_name(file, top): temporary.name if temporary else "" for file, temporary in changes.items()}
        replace_whole(journal, json.dumps(names).encode())
    _rename(changes, top)
    if journal is not None:
        _delete(journal)


def interrupted(top: Path) -> bool:
    """Whether `recover` has anything to read: a run below `top` was killed while it renamed files."""
    _refuse_planted(top)
    journal = git.private_path(top, JOURNAL)
    return journal is not None and os.path.lexists(journal)


def waits(folder: Path) -> bool:
    """Whether an interrupted run waits to be finished in the repository around a folder. Asks no program, and believes
    nothing that it reads: `recover` does that."""
    real = folder.resolve()
    for top in (real, *real.parents):
        git_folder = top / ".git"
        if git_folder.is_dir():
            return os.path.lexists(git_folder / JOURNAL)
        if git_folder.is_file():
            pointed = git_folder.read_text(errors="replace")[:_LARGEST].partition("gitdir:")[2].strip()
            return "\0" not in pointed and os.path.lexists(top / pointed / JOURNAL)
    return False


def recover(top: Path, files: Collection[Path]) -> tuple[Path, ...]:
    """Give the files below `top` the content that a killed run had written down for them, and delete what it left
    around `files`. The files that this changed. Only under the lock of `top`.

    Raises UserError, with nothing changed, where the journal says anything that no run of gateshift writes, and where
    a file cannot be written.
    """
    _refuse_planted(top)
    journal = git.private_path(top, JOURNAL)
    changes: dict[Path, Path | None] = {}
    try:
        if journal is not None and os.path.lexists(journal):
            left = {file: temporary for file, temporary in _read(journal, top) if not _is_done(temporary)}
            changes = {file: temporary for file, temporary in left.items() if os.path.lexists(temporary or file)}
            _rename(left, top)
            _delete(journal)
        for folder in {file.parent for file in (*files, *([journal] if journal is not None else ()))}:
            for entry in folder.iterdir():
                if is_temporary(entry.name) and not entry.is_dir():
                    entry.unlink(missing_ok=True)
    except OSError as error:
        raise UserError(
            f"what an interrupted run left cannot be finished: {error.strerror}", where=str(error.filename)
        ) from error
    return tuple(changes)


def _is_done(temporary: Path | None) -> bool:
    """Whether the rename was made; a file that is to go may have left an empty folder."""
    return temporary is not None and not os.path.lexists(temporary)


def _refuse_planted(top: Path) -> None:
    """Raises UserError for a journal in the work tree, where gateshift writes none."""
    planted = top / _PLANTED
    if os.path.lexists(planted):
        raise UserError(
            "this file is not read: gateshift keeps its journal in the Git directory",
            where=str(planted),
            next_step="Find out where it comes from, then delete it.",
        )


def _name(file: Path, top: Path) -> str:
    return file.relative_to(top.resolve()).as_posix()


def _rename(changes: Mapping[Path, Path | None], top: Path) -> None:
    for file, temporary in changes.items():
        if temporary is not None:
            temporary.replace(file)
            sync_folder(file.parent)
        else:
            if os.path.lexists(file):
                _delete(file)
            remove_empty(file.parent, top.resolve())


def _delete(file: Path) -> None:
    file.unlink()
    sync_folder(file.parent)


def _read(journal: Path, top: Path) -> Iterator[tuple[Path, Path | None]]:
    """Each target and its temporary file, or None where the target is to go, once all of them are known to be what a
    run of gateshift writes down."""
    try:
        names = json_of(_bytes(journal))
    except ValueError as error:
        raise _refusal(journal, str(error)) from error
    if not isinstance(names, dict):
        raise _refusal(journal, "it is not an object")
    for name, temporary in names.items():
        reason = _objection(top, name, temporary)
        if reason:
            raise _refusal(journal, f"{name!r} is {reason}")
    return (
        (top / name, (top / name).with_name(str(temporary)) if temporary else None) for name, temporary in names.items()
    )


def _bytes(journal: Path) -> bytes:
    """The journal's content. Raises ValueError where it is not a regular file of a size that gateshift writes."""
    state = journal.lstat()
    if not stat.S_ISREG(state.st_mode) or state.st_size > _LARGEST:
        raise ValueError("it is not a regular file of at most 4 MiB")
    return journal.read_bytes()


def _objection(top: Path, name: str, temporary: Json) -> str:
    """Why the pair is not one that a run of gateshift wrote down; empty where it can be."""
    if not _is_encodable(name) or not name or not git.is_inside(name) or Path(name).as_posix() != name:
        return "not a path below the repository and outside .git"
    if not isinstance(temporary, str) or not (temporary == "" or is_temporary(temporary)):
        return f"to be taken from {temporary!r}, which is not a temporary file of gateshift"
    target = top / name
    folders = [folder for folder in target.parents if folder.is_relative_to(top)]
    if any(folder.is_symlink() or (temporary and not folder.is_dir()) for folder in folders):
        return "not in a directory, or reached through a link"
    if target.is_dir() and not target.is_symlink():
        return "a directory"
    source = target.with_name(temporary) if temporary else None
    if source is not None and os.path.lexists(source) and not stat.S_ISREG(source.lstat().st_mode):
        return "to be taken from what is not a regular file"
    return ""


def _is_encodable(name: str) -> bool:
    """Whether a file can have the name at all."""
    try:
        return b"\0" not in os.fsencode(name)
    except UnicodeEncodeError:
        return False


def _refusal(journal: Path, reason: str) -> UserError:
    return UserError(
        f"the journal of an interrupted run is malformed: {reason}",
        where=str(journal),
        next_step="Nothing was written. Delete it, and see with `git status` what the interrupted run changed.",
    )


def replace_file(path: Path, content: bytes) -> None:
    """Put the content at the path by way of a new file next to it, synced and renamed; parents are made.

    A symbolic link stays one, permissions stay as they were. A pipe or a device is written to as it stands.
    """
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file():
        with target.open("wb") as stream:
            stream.write(content)
        return
    home = next(folder for folder in target.parents if folder.exists())
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        replace_whole(target, content)
    except BaseException:
        remove_empty(target.parent, home)
        raise


def append_file(path: Path, content: bytes) -> None:
    """Add the content to the end of the file, which need not exist."""
    with path.open("ab") as stream:
        stream.write(content)
