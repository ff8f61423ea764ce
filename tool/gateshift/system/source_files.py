"""Which files may be read: none outside the repository, and with Kustomize none above the kustomization's folder.

Reads each source file once a run, however many roots it is part of; a file that must not be read has a fault.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from gateshift.errors import UserError
from gateshift.model.kustomization import KUSTOMIZATION_NAMES, Problem, Refused
from gateshift.model.source import SourceFile
from gateshift.system.repositories import is_work_tree
from gateshift.yamldoc import ReadLimits, UnreadableYaml, text_of
from gateshift.yamldoc.bounds import DEFAULT


def real_path(path: Path) -> Path:
    """The path with all links resolved."""
    return Path(os.path.realpath(path))


def folder_in(repository: Path, name: str) -> Path | None:
    """The folder of the repository that a name leads to, its links resolved; None where there is none, or where no
    folder can have that name."""
    path = repository / name
    if not os.path.isdir(path):  # unlike Path.is_dir it takes any text
        return None
    real = real_path(path)
    return real if real.is_relative_to(repository) else None


def link_out(path: Path) -> tuple[Path, Path, Path] | None:
    """The first link on the way to the path that leaves the Git work tree in which it lies, where it leads, and that
    work tree; None where there is no such link. Links outside any work tree are their owner's."""
    here = Path(os.sep)
    for name in Path(os.getcwd(), path).parts[1:]:
        there = here.parent if name == ".." else here / name
        if there.is_symlink():
            work_tree = next((folder for folder in (here, *here.parents) if is_work_tree(folder)), None)
            real = real_path(there)
            if work_tree is not None and not real.is_relative_to(work_tree):
                return there, real, work_tree
            there = real
        here = there
    return None


def refuse_link_out(path: Path) -> None:
    """Raises UserError where the path leads out of the Git work tree by a link: what lies there is not read."""
    leaving = link_out(path)
    if leaving is not None:
        link, real, work_tree = leaving
        raise UserError(
            f"a link leads out of the repository {work_tree}, to {real}, which is not read",
            where=shown(link, real_path(Path())),
            next_step="Put the file itself there.",
        )


def outside(path: Path, real: Path, repository: Path) -> Refused | None:
    """A refusal where the path, or what its links lead to, leaves the repository."""
    if real.is_relative_to(repository):
        return None
    if path.is_relative_to(repository):
        return Refused(Problem.LINK_OUT, str(real))
    return Refused(Problem.OUTSIDE_REPOSITORY, str(real))


def above(real: Path, folder: Path, repository: Path) -> Refused | None:
    """A refusal where a file is not in or below the kustomization's folder (RestrictionRootOnly)."""
    if real.is_relative_to(folder):
        return None
    return Refused(Problem.ABOVE_FOLDER, f"{shown(real, repository)} is not in or below {shown(folder, repository)}")


def missing(path: Path, real: Path, repository: Path) -> Refused | None:
    """A refusal where nothing is at the path, with the nearest name that is there."""
    try:
        os.stat(real)
    except (FileNotFoundError, NotADirectoryError):
        return Refused(Problem.MISSING, _instead(path, real, repository))
    except OSError:
        return None  # it is there, and reading it will say what is wrong with it
    return None


def _instead(path: Path, real: Path, repository: Path) -> str:
    if path.is_symlink():
        return f"it is a link to {shown(real, repository)}, which does not exist"
    try:
        names = sorted(os.listdir(path.parent))
    except OSError:
        return f"the directory {shown(path.parent, repository)} does not exist"
    from difflib import get_close_matches  # only for a message

    near = get_close_matches(path.name, [name for name in names if name not in KUSTOMIZATION_NAMES], 1)
    return f"did you mean {near[0]}?" if near else ""


def shown(path: Path, repository: Path) -> str:
    """A path as a person of this repository would write it."""
    return f"{path.relative_to(repository).as_posix()}" if path.is_relative_to(repository) else str(path)


class Sources:
    """The files of one run by their real paths. What was read stays as it was, though the file may change."""

    def __init__(self, limits: ReadLimits = DEFAULT) -> None:
        self._limits = limits
        self._files: dict[Path, SourceFile] = {}
        self._data: dict[Path, SourceFile] = {}
        self._real: dict[str, str] = {os.sep: os.sep}

    def read(self, path: Path) -> SourceFile:
        """The file at a path with all links resolved; never raises for what the file is or holds."""
        known = self._files.get(path)
        if known is None:
            known = self._files[path] = self._read(path)
        return known

    def read_data(self, path: Path) -> SourceFile:
        """A file that is taken as it is, binary or not: where it is no text, its text is as near as can be."""
        known = self._data.get(path)
        if known is None:
            known = self._data[path] = self._read(path, as_it_is=True)
        return known

    def real(self, path: str | Path) -> Path:
        """The path with all links resolved; `..` in it steps back over names, as Kustomize takes it. Each folder is
        looked at once a run."""
        return Path(self._resolved(os.path.abspath(path)))

    def _resolved(self, path: str) -> str:
        known = self._real.get(path)
        if known is None:
            parent, name = os.path.split(path)
            if parent == path:  # `//` is a root of its own and splits into itself
                return "/"
            joined = os.path.join(self._resolved(parent), name)
            known = self._real[path] = os.path.realpath(joined) if os.path.islink(joined) else joined
        return known

    def _read(self, path: Path, *, as_it_is: bool = False) -> SourceFile:
        try:
            raw = _bytes(path, self._limits)
            text = raw.decode(errors="replace") if as_it_is else text_of(raw, self._limits)
            return SourceFile(path, text)
        except UnreadableYaml as error:
            return SourceFile(path, "", error)
        except OSError as error:
            return SourceFile(path, "", UnreadableYaml(f"it cannot be read: {error.strerror}"))


def _bytes(path: Path, limits: ReadLimits) -> bytes:
    """The file's bytes, but no device's or pipe's, which may never end, and none beyond the limit."""
    state = path.stat()
    if not stat.S_ISREG(state.st_mode):
        raise UnreadableYaml("it is not a regular file")
    if state.st_size > limits.size:
        raise UnreadableYaml(f"{state.st_size:,} bytes are more than the {limits.size:,} that are read of one file")
    with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as file:
        return file.read(limits.size + 1)
