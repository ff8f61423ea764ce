"""Which files may be read: none outside the repository, and with Kustomize none above the kustomization's folder."""

from __future__ import annotations

import os
from difflib import get_close_matches
from pathlib import Path

from gateshift.model.kustomization import Problem, Refused


def real_path(path: Path) -> Path:
    """The path with all links resolved."""
    return Path(os.path.realpath(path))


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
        return f"there is no folder {shown(path.parent, repository)}"
    near = get_close_matches(path.name, names, 1)
    return f"did you mean {near[0]}?" if near else ""


def shown(path: Path, repository: Path) -> str:
    """A path as a person of this repository would write it."""
    return f"{path.relative_to(repository).as_posix()}" if path.is_relative_to(repository) else str(path)
