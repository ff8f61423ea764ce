"""What a build takes from the environment that Kustomize runs in."""

from __future__ import annotations

from gateshift.model.kustomization import FileRole, KustomizationTree, Reference
from gateshift.model.source import SourceFile

_FIELDS = frozenset({"env", "envs"})


def takes_environment(tree: KustomizationTree) -> bool:
    """Whether a generator's env file has a line without a value, for which Kustomize takes the variable of that name
    (kustomize, api/kv/kv.go, keyValuesFromLine)."""
    return any(_has_open_line(reference) for node in tree.kustomizations for reference in node.refers_to(FileRole.DATA))


def _has_open_line(reference: Reference) -> bool:
    if _FIELDS.isdisjoint(reference.pointer) or not isinstance(reference.target, SourceFile):
        return False
    lines = map(str.strip, reference.target.text.splitlines())
    return any(line and not line.startswith("#") and "=" not in line for line in lines)
