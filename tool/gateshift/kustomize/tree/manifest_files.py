"""The files that Argo CD applies of a folder without a kustomization.

Source: Argo CD documentation, Directory; argo-cd reposerver/repository/repository.go (getPotentiallyValidManifests, and
that a file with nothing like an object is skipped) and util/glob (gobwas/glob: `*` takes slashes too).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from gateshift.kustomize.tree.plain_yaml import holds_objects
from gateshift.model.engine_build import ManifestFiles
from gateshift.model.kustomization import KUSTOMIZATION_NAMES
from gateshift.system.source_files import Sources

_ENDINGS = (".yaml", ".yml", ".json")
_CHART = "Chart.yaml"
_SKIP = "+argocd:skip-file-rendering"
_LONGEST, _MOST_ALTERNATIVES = 1000, 100


def manifest_files(folder: Path, chosen: ManifestFiles, sources: Sources) -> tuple[Path, ...]:
    """The files of the folder that are chosen and hold objects, sorted; none where it is a chart."""
    if (folder / _CHART).is_file():
        return ()
    files = (file for file in _below(folder, recurse=chosen.recurse) if _is_chosen(file, folder, chosen))
    return tuple(file for file in files if _is_manifest(file, sources))


def _below(folder: Path, *, recurse: bool) -> Iterator[Path]:
    for where, below, names in os.walk(folder):
        below[:] = sorted(name for name in below if name != ".git") if recurse else []
        yield from (Path(where, name) for name in sorted(names) if name.endswith(_ENDINGS))


def _is_chosen(file: Path, folder: Path, chosen: ManifestFiles) -> bool:
    name = file.relative_to(folder).as_posix()
    if chosen.exclude and _matches(name, chosen.exclude):
        return False
    return not chosen.include or _matches(name, chosen.include)


def _is_manifest(file: Path, sources: Sources) -> bool:
    source = sources.read(sources.real(file))
    return file.name not in KUSTOMIZATION_NAMES and _SKIP not in source.text and holds_objects(source)


def _matches(name: str, pattern: str) -> bool:
    return any(fnmatchcase(name, alternative) for alternative in _alternatives(pattern))


def _alternatives(pattern: str) -> list[str]:
    """The patterns without braces that a pattern with `{a,b}` stands for; one that stands for too many is left as it
    is."""
    waiting, plain = [pattern], list[str]()
    while waiting and len(pattern) <= _LONGEST and len(plain) + len(waiting) <= _MOST_ALTERNATIVES:
        text = waiting.pop()
        braces = re.search(r"\{([^{}]*)\}", text)
        if braces is None:
            plain.append(text)
        else:
            waiting += [text[: braces.start()] + word + text[braces.end() :] for word in braces[1].split(",")]
    return [pattern] if waiting else plain
