"""GS101, GS102 and GS109: roots that cannot be built, that build nothing, or that cannot be searched for.

`refusals` is asked before a build: a root it says anything of is not built. `unbuilt`, `nothing_built` and
`unsearched` speak of what came after or instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from msgspec.structs import replace

from gateshift.checks.build import refused_references, unusable_files
from gateshift.model.finding import Finding, Level
from gateshift.model.kustomization import KustomizationTree, Root
from gateshift.model.place import Place
from gateshift.model.resource import Build, Unbuilt
from gateshift.model.rule import Rule, checks_in

_NOT_FOUND = (
    "no resource matches|no matches for|failed to find unique target|unable to find|nothing selected by|"
    "does not match a config|does not exist; cannot|could not be found|not found in"
)
"""How Kustomize says that something acts upon an object which is not there."""

_UNDECODABLE = (
    "Flux takes every YAML file below a directory without a kustomization.yaml for manifests, and stops at this one: "
    "add a kustomization.yaml that lists the manifests, or name the file in .sourceignore."
)

REFUSED = Rule(
    "GS101",
    "kustomize-refuses",
    "Kustomize does not build the root.",
    "A sync engine builds it with the same Kustomize and stops with the same message: the cluster keeps what it has.",
    "kustomize build",
)
NOTHING_BUILT = Rule(
    "GS102",
    "root-builds-nothing",
    "A root builds no object at all.",
    "A sync engine with pruning on removes everything that the root put into the cluster before.",
    "product contract, Exit codes",
)
UNSEARCHED = Rule(
    "GS109",
    "folder-not-searched",
    "A directory could not be searched.",
    "There may be roots in it that nobody has checked.",
    "product contract, Exit codes",
)


def refusals(tree: KustomizationTree) -> Iterator[Finding]:
    """Everything for which the root is not built, and notes about its files."""
    for check in checks_in(unusable_files, refused_references):
        yield from check(tree)


def undecodable(tree: KustomizationTree) -> Iterator[Finding]:
    """What is wrong with the files that are left out of the build since the engine refuses it for each of them."""
    for file in tree.undecodable:
        alone = Root(file.path, file.path.parent, tree.root.repository, (file.path,))
        files = {file.path: file}
        for finding in refusals(KustomizationTree(alone, None, (), files, files)):
            yield replace(finding, help=_UNDECODABLE)


def unbuilt(failure: Unbuilt, *, lacking: bool = False) -> Finding:
    """The finding that Kustomize refused a root; a note where it is `lacking` charts or remote entries that were left
    out, and what was refused may need just these."""
    if lacking and re.search(_NOT_FOUND, failure.said):
        what = f"what is left without the charts and remote entries is not built: {failure.message}"
        return REFUSED.finding(Level.NOTE, what, failure.place)
    return REFUSED.finding(Level.ERROR, f"Kustomize refuses this root: {failure.message}", failure.place)


def nothing_built(build: Build, tree: KustomizationTree) -> Iterator[Finding]:
    """The finding that a root builds no object."""
    if not build.resources:
        place = tree.top.file.place() if tree.top else Place(tree.root.path)
        yield NOTHING_BUILT.finding(
            Level.ERROR,
            "this root builds no object",
            place,
            help="Name the manifests under resources; a directory that is only kept for others may be a Component.",
        )


def unsearched(folder: Path, reason: str) -> Finding:
    """The finding that a directory could not be searched for roots."""
    return UNSEARCHED.finding(Level.ERROR, f"the directory could not be searched: {reason}", Place(folder))
