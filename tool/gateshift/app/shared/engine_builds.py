"""What a sync engine applies of a build, and what is to be said of that."""

from __future__ import annotations

from msgspec.structs import replace

from gateshift.checks.sync.substitution import SubstitutedRoot, substitution_touches_output
from gateshift.engines.registry import ENGINES
from gateshift.model.finding import Finding
from gateshift.model.kustomization import KustomizationTree
from gateshift.model.resource import Build
from gateshift.model.sync_pointer import SyncPointer


def as_applied(build: Build, tree: KustomizationTree, pointer: SyncPointer) -> tuple[Build, tuple[Finding, ...]]:
    """The build of a root as the engine that follows it applies its objects."""
    if pointer.build is None:
        return build, ()
    finished = ENGINES[pointer.engine].finished(build.resources, pointer.build)
    (sync_object,) = tree.deciding
    root = SubstitutedRoot(str(pointer), sync_object, pointer.document, finished.faults)
    return replace(build, resources=finished.resources), tuple(substitution_touches_output(root))
