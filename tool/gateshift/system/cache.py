"""The tool's own cache: programs and schemas that one command fetches again, so losing them costs time and no data.

That is why it lies under XDG_CACHE_HOME and not with the user's data: cleaners may empty it, CI keeps it between runs
as it keeps every other tool's.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateshift.errors import NoVerdict
from gateshift.yamldoc.data import Json


def cache_root() -> Path:
    """`$GATESHIFT_CACHE`, else `$XDG_CACHE_HOME/gateshift`, else `~/.cache/gateshift`.

    A relative XDG_CACHE_HOME counts as unset, as the XDG base directory specification demands. Raises NoVerdict for one
    that somebody else could have filled: what lies there is run.
    """
    own = os.environ.get("GATESHIFT_CACHE", "")
    shared = os.environ.get("XDG_CACHE_HOME", "")
    root = (
        Path(own).absolute()
        if own
        else (Path(shared) if os.path.isabs(shared) else Path.home() / ".cache") / "gateshift"
    )
    reason = _distrust(root)
    if reason:
        raise NoVerdict(
            f"the cache {root} is not used, because {reason}",
            next_step="Set GATESHIFT_CACHE to a directory of your own outside the checkout, and run "
            "`gateshift tools install`.",
        )
    return root


def _distrust(root: Path) -> str:
    """Why what lies in the cache may be somebody else's; "" where it is not."""
    here = Path.cwd().resolve()
    work_tree = next((folder for folder in (here, *here.parents) if os.path.lexists(folder / ".git")), None)
    at_home = work_tree is not None and Path.home().resolve().is_relative_to(work_tree)
    if work_tree is not None and not at_home and root.resolve().is_relative_to(work_tree):
        return f"it lies in the work tree {work_tree}, where a commit can put files"
    try:
        state = root.stat()
    except OSError:
        return ""  # there is none yet, or reading it will say what is wrong
    if state.st_uid not in (0, os.geteuid()):
        return f"the user with the number {state.st_uid} owns it"
    if state.st_mode & stat.S_IWOTH or (state.st_mode & stat.S_IWGRP and state.st_gid != os.getegid()):
        return "others can write to it"
    return ""


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """A temporary folder that becomes `target` when the block ends well, and disappears when it does not.

    Runs at the same time each fill a folder of their own; the first to finish wins.
    """
    _make(target.parent)
    filling = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        yield filling
        filling.chmod(0o755)
        try:
            filling.rename(target)
        except OSError:
            if not target.is_dir():
                raise
    finally:
        shutil.rmtree(filling, ignore_errors=True)


@contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Hold the lock file at `path`; a second run waits here. The lock dies with the process."""
    _make(path.parent)
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def write_json(path: Path, value: Json) -> None:
    """Write the value at once or not at all."""
    _make(path.parent)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(value, file, separators=(",", ":"))
    os.replace(name, path)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NoVerdict(
            f"the cache directory {folder} cannot be made: {error.strerror}",
            next_step="Set GATESHIFT_CACHE to a directory that can be written.",
        ) from error
