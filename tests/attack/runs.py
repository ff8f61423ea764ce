"""Commands run in this process, and repositories that are alike each time."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from gateshift.cli.main import cli, run
from tests.cli.promoting import at, git

_NEXT = ("next", "v3", "--image", "customers:3")
TOGETHER = {
    "promote": ("canary", ("promote", "half")),
    "promote --back": ("canary", ("promote", "--to", "debug")),
    "promote --commit": ("canary", ("promote", "half", "--commit")),
    "promote --commit --branch": ("canary", ("promote", "half", "--commit", "--branch", "promote/half")),
    "next": ("retired", _NEXT),
    "next --commit": ("retired", (*_NEXT, "--commit")),
    "init": ("canary", ("init", "shop", "--image", "v1=shop:1", "--image", "v2=shop:2", "-o", "shop")),
}
"""Commands whose files change together, and the stage at which they run."""

SINGLY = {
    "generate": ("generate",),
    "generate anew": ("generate",),
    "validate --fix": ("validate", "--fix", "--without-cel", "routes"),
}
"""Commands that write file by file, each of them whole; the same command again does the rest."""

SAYS = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    **{f"GIT_{who}_NAME": "Ada" for who in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{who}_EMAIL": "ada@example.org" for who in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{who}_DATE": "2026-01-02T03:04:05Z" for who in ("AUTHOR", "COMMITTER")},
}
"""The environment in which equal commits have equal ids."""


def gateshift(folder: Path, *words: str) -> int:
    """The exit code of a command in the folder, run in this process."""
    os.chdir(folder)
    return int(run(cli, list(words)))


def fresh(template: Path, folder: Path) -> Path:
    """The folder, now a copy of the template."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(template, folder, symlinks=True)
    return folder


def prepared(template: Path, name: str) -> tuple[str, ...]:
    """What the command is, after the repository is made ready for it."""
    if name in TOGETHER:
        stage, words = TOGETHER[name]
        at(template, stage)
        return words
    match name:
        case "generate":
            file = template / "gateshift.yaml"
            file.write_text(file.read_text().replace("  port: 80\n", "  port: 81\n"))
        case "generate anew":
            shutil.rmtree(template / "base")
            shutil.rmtree(template / "overlays")
        case "validate --fix":
            for number in range(4):
                folder = template / "routes" / str(number)
                folder.mkdir(parents=True)
                (folder / "kustomization.yaml").write_text("resources: [route.yaml]\n")
                (folder / "route.yaml").write_text(ROUTE.format(number))
    git(template, "add", "-A")
    git(template, "commit", "-q", "-m", "Prepare")
    return SINGLY[name]


ROUTE = """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {{name: r{}}}
spec:
  parentRefs: [{{name: public, namespace: infra}}]
  rules:
  - backendRefs:
    - name: shop
      port: 80
"""


class State(Struct, frozen=True):
    """The content of every file of a work tree by its path, without what a killed run left next to them, and what HEAD
    holds."""

    files: dict[str, bytes]
    commit: str

    @classmethod
    def of(cls, folder: Path) -> State:
        """That of a repository which Git finds sound."""
        files = {name: (folder / name).read_bytes() for name in _names(folder) if ".gateshift-" not in name}
        git(folder, "fsck", "--connectivity-only", "--no-dangling")
        return cls(files, git(folder, "rev-list", "--count", "HEAD") + git(folder, "ls-tree", "-r", "HEAD"))

    def is_between(self, old: State, new: State) -> bool:
        """Whether each file is as it was or as it was to become, and no other is there."""
        return self.files.keys() <= old.files.keys() | new.files.keys() and all(
            self.files.get(name) in (old.files.get(name), new.files.get(name))
            for name in old.files.keys() | new.files.keys()
        )


def _names(folder: Path) -> Iterator[str]:
    for path, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name != ".git"]
        yield from (os.path.relpath(os.path.join(path, name), folder) for name in files)


def leftovers(folder: Path) -> list[str]:
    """The temporary files and locks of a run, in the work tree and the Git directory, and empty folders."""
    found = [path for pattern in (".gateshift-*", "*.lock") for path in folder.rglob(pattern)]
    for path, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name != ".git"]
        found += [] if folders or files else [Path(path)]
    return sorted(path.relative_to(folder).as_posix() for path in found)
