"""From nested kustomizations to a tree: each once, every file by Kustomize's name of it, and what would never end."""

from __future__ import annotations

import os
from pathlib import Path

from gateshift.kustomize.tree.leave_out import rewritten
from gateshift.model.kustomization import Kustomization, KustomizationTree, Problem, Refused, Root
from gateshift.model.place import Place
from gateshift.model.source import EmbeddedSource, SourceFile

_MOST_VISITS = 5_000


def tree_of(root: Root, top: Kustomization) -> KustomizationTree:
    """The tree below a root's kustomization."""
    nodes = _outermost_first(top)
    files: dict[Path, SourceFile] = {}
    for node in nodes:
        if node.file.original is not None:
            files[node.key / node.file.path.name] = node.file.original
        for reference in node.references:
            if isinstance(reference.target, SourceFile) and not isinstance(reference.target, EmbeddedSource):
                files[Path(os.path.normpath(node.key / reference.text))] = reference.target
    sources = {file.path: file for file in files.values()}
    problems = (*_cycles(nodes), *_crowds(nodes, top))
    return KustomizationTree(root, top, nodes, files, sources, problems, rewritten(nodes))


def _children(node: Kustomization) -> tuple[Kustomization, ...]:
    return tuple(ref.target for ref in node.references if isinstance(ref.target, Kustomization))


def _outermost_first(top: Kustomization) -> tuple[Kustomization, ...]:
    """Each kustomization once, every parent before its bases."""
    done: dict[int, Kustomization] = {}

    def visit(node: Kustomization) -> None:
        if id(node) not in done:
            for child in reversed(_children(node)):
                visit(child)
            done[id(node)] = node

    visit(top)
    return tuple(reversed(done.values()))


def _cycles(nodes: tuple[Kustomization, ...]) -> list[tuple[Place, Refused]]:
    """Bases that contain a kustomization on the way to them, which Kustomize refuses (errIfArgEqualOrHigher)."""
    ways: dict[int, set[Path]] = {id(node): {node.folder} for node in nodes}
    cycles = []
    for node in nodes:
        for reference in node.references:
            child = reference.target
            if isinstance(child, Kustomization):
                if any(folder.is_relative_to(child.folder) for folder in ways[id(node)]):
                    cycles.append((reference.place, Refused(Problem.CYCLE, reference.text)))
                ways[id(child)] |= ways[id(node)]
    return cycles


def _crowds(nodes: tuple[Kustomization, ...], top: Kustomization) -> list[tuple[Place, Refused]]:
    """A tree whose bases are used so often by one another that Kustomize would read them without end."""
    visits = {id(node): 0 for node in nodes} | {id(top): 1}
    for node in nodes:
        for child in _children(node):
            visits[id(child)] += visits[id(node)]
    total = sum(visits.values())
    if total <= _MOST_VISITS:
        return []
    return [(Place(top.file.path), Refused(Problem.TOO_LARGE, f"its bases would be read {total:,} times"))]
