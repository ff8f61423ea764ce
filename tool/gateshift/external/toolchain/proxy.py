"""Fetches a Go module's zip from a module proxy without Go, and checks it against a committed h1 sum.

Source: the GOPROXY protocol, https://go.dev/ref/mod#goproxy-protocol.
"""

from __future__ import annotations

import os
import re
import shutil
import urllib.parse
import zipfile
from collections.abc import Iterator
from pathlib import Path

from gateshift.errors import NoVerdict
from gateshift.external.toolchain.dirhash import h1
from gateshift.external.toolchain.download import Limits, Progress, fetch, no_progress

_DEFAULT = "https://proxy.golang.org,direct"
# The sum is pinned, so a proxy on the user's own network may speak plain HTTP, as Go allows it.
_SCHEMES = ("https", "http")
_CAPITAL = re.compile("[A-Z]")


def fetch_zip(
    module: str,
    version: str,
    sum_: str,
    part: Path,
    *,
    progress: Progress = no_progress,
    limits: Limits | None = None,
) -> None:
    """Fetch the zip of this exact version to `part` from the proxies that GOPROXY lists, the first that has it.

    Raises NoVerdict where none has it, or where its sum is not `sum_`: then nothing is left behind.
    """
    problems: list[str] = []
    for proxy in _proxies():
        try:
            _fetch(f"{proxy}/{_escaped(module)}/@v/{_escaped(version)}.zip", part, progress, limits)
        except NoVerdict as error:
            problems.append(error.what)
            continue
        _check(part, module, version, sum_)
        return
    why = "; ".join(problems) or f"GOPROXY={os.environ.get('GOPROXY', '')} names no proxy that can be asked without Go"
    raise NoVerdict(f"{module} {version} cannot be fetched: {why}", next_step="GOPROXY chooses another proxy.")


def _fetch(url: str, part: Path, progress: Progress, limits: Limits | None) -> None:
    place = urllib.parse.urlsplit(url)
    if place.scheme != "file":
        fetch(url, part, progress=progress, limits=limits, schemes=_SCHEMES)
        return
    try:
        shutil.copyfile(urllib.parse.unquote(place.path), part)
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
    return _CAPITAL.sub(lambda found: "!" + found[0].lower(), text)


def _check(part: Path, module: str, version: str, sum_: str) -> None:
    try:
        with zipfile.ZipFile(part) as archive:
            found = h1(archive)
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError) as error:
        part.unlink()
        raise NoVerdict(f"the zip of {module} {version} is unreadable: {error}") from error
    if found != sum_:
        part.unlink()
        raise NoVerdict(
            f"the zip of {module} {version} has the sum {found}, not the pinned {sum_}",
            next_step="The proxy served something else than the published module. Do not use it.",
        )
