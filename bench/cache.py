"""A cache of the measurement's own, so that it neither finds nor leaves answers in the user's."""

from __future__ import annotations

import os
from pathlib import Path

from gateshift.system.cache import cache_root


def use_own_cache(folder: Path) -> None:
    """Let every command use a cache in the folder, with the programs and schemas that are installed."""
    folder.mkdir()
    for name in ("tools", "schemas"):
        (folder / name).symlink_to(cache_root() / name)
    os.environ["GATESHIFT_CACHE"] = str(folder)
