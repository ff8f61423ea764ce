"""Takes one program out of a release archive, and nothing else."""

from __future__ import annotations

import shutil
import tarfile
from pathlib import Path, PurePosixPath

from gateshift.errors import NoVerdict

_LARGEST = 512 << 20


def extract_program(archive: Path, name: str, target: Path) -> None:
    """Write the regular file called `name` at the top of the gzipped tar archive to `target`, executable.

    Raises NoVerdict where it is not there exactly once, is a link or a device, or where any member's path leads out
    of the archive: such an archive is no honest release.
    """
    try:
        with tarfile.open(archive, "r:gz") as tar:
            members = [member for member in tar if _checked(member, archive) and _path(member) == PurePosixPath(name)]
            if len(members) != 1 or not members[0].isreg():
                raise NoVerdict(f"{archive.name} holds no regular file {name} at its top")
            content = tar.extractfile(members[0])
            assert content is not None
            with content, target.open("wb") as file:
                shutil.copyfileobj(content, file)
    except (tarfile.TarError, EOFError, OSError) as error:
        raise NoVerdict(f"{archive.name} is no readable archive: {error}") from error
    target.chmod(0o755)


def _path(member: tarfile.TarInfo) -> PurePosixPath:
    return PurePosixPath(member.name)


def _checked(member: tarfile.TarInfo, archive: Path) -> bool:
    path = _path(member)
    if path.is_absolute() or ".." in path.parts:
        raise NoVerdict(f"{archive.name} is refused: its member {member.name!r} leads out of the archive")
    if member.size > _LARGEST:
        raise NoVerdict(f"{archive.name} is refused: its member {member.name!r} is {member.size:,} bytes")
    return True
