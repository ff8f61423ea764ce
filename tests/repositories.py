"""Tiny repositories written from one text, and what the real Kustomize builds of them."""

from __future__ import annotations

import textwrap
from functools import lru_cache
from pathlib import Path

from gateshift.kustomize import build
from gateshift.kustomize.tree.roots import find_roots
from gateshift.kustomize.tree.tree_reader import TreeReader
from gateshift.model.kustomization import KustomizationTree
from gateshift.model.resource import Build, Resource, Unbuilt
from gateshift.tools.find import find
from gateshift.tools.program import Program
from gateshift.yamldoc.data import FieldPath

HERE = "# <-- here"


def write(top: Path, text: str) -> Path:
    """Write each `=== path` of the text as a file below the folder, which becomes a Git work tree."""
    (top / ".git").mkdir(parents=True, exist_ok=True)
    (top / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    for part in textwrap.dedent(text).split("=== ")[1:]:
        name, _, body = part.partition("\n")
        path = top / name.strip()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body)
    return top


def marked(top: Path) -> tuple[Path, int]:
    """The only line of all files that carries the mark, and its file."""
    found = [
        (path, number)
        for path in sorted(top.rglob("*"))
        if path.is_file()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if HERE in line
    ]
    assert len(found) == 1, found
    return found[0]


@lru_cache
def program() -> Program:
    """The real Kustomize."""
    return find("kustomize")


def tree_of(root: Path) -> KustomizationTree:
    """The tree of the only root under the path."""
    (found,) = find_roots([root]).roots
    return TreeReader().read(found)


def outcome_of(tree: KustomizationTree) -> Build | Unbuilt:
    """What Kustomize makes of the tree."""
    return build.build(tree, program(), timeout=30)


def built(tree: KustomizationTree) -> Build:
    """What Kustomize builds of the tree; it must not refuse it."""
    found = outcome_of(tree)
    assert isinstance(found, Build), found
    return found


def named(build: Build, name: str) -> Resource:
    """The object that is called `Kind name`; a name may be left out where the kind is there once, and be its start."""
    kind, _, start = name.partition(" ")
    (found,) = [each for each in build.resources if each.kind == kind and each.id.name.startswith(start)]
    return found


def pointer(text: str) -> FieldPath:
    """`spec/ports/0/port` as a pointer."""
    return tuple(int(step) if step.isdecimal() else step.replace("~1", "/") for step in text.split("/")) if text else ()
