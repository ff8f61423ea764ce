"""The temporary kustomization that builds a root with annotations which say where each object comes from.

It must build what a plain `kustomize build` of the root does. Three fields count only in the kustomization that is
built, so it repeats them: sortOptions, and of buildMetadata the label. What an object looks like after the build can
differ only where something on the way looks at or replaces annotations; `traced_exactly` says whether anything does.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

from gateshift.kustomize.build_start import BuildStart
from gateshift.model.kustomization import FileRole, Kustomization, KustomizationTree, Reference
from gateshift.model.source import SourceFile
from gateshift.yamldoc.data import JsonObject, list_at

ORIGIN = "config.kubernetes.io/origin"
TRANSFORMATIONS = "alpha.config.kubernetes.io/transformations"
_MANAGED_BY = "managedByLabel"
_TRACES = ["originAnnotations", "transformerAnnotations"]
_CONFIGURED = (FileRole.GENERATOR, FileRole.TRANSFORMER, FileRole.VALIDATOR)
_SPECIAL_ANNOTATION = r"config\.kubernetes\.io/(origin|transformations|needs-hash)|/needs-hash"
_LOOKS_AT_ANNOTATIONS = r"(?m)annotations|\$patch|/metadata['\"]?\s*$|path['\"]?:\s*(''|\"\")"


def traced_kustomization(tree: KustomizationTree, start: BuildStart) -> str:
    """The text of a kustomization.yaml in the start's folder (its links resolved) that builds the tree's root with
    traces."""
    fields: JsonObject = {"resources": [os.path.relpath(start.built(tree.root.folder), start.folder)]}
    top = tree.top.data if tree.top else {}
    managed = [option for option in list_at(top, "buildMetadata") if option == _MANAGED_BY]
    fields["buildMetadata"] = [*_TRACES, *managed]
    if top.get("sortOptions") is not None:
        fields["sortOptions"] = top["sortOptions"]
    return json.dumps(fields, ensure_ascii=False)


def can_wrap(tree: KustomizationTree, folder: Path) -> bool:
    """Whether a kustomization in `folder` may use the root: Kustomize takes a base above it for a cycle, and no YAML
    can name a folder whose name is no text."""
    try:
        str(tree.root.folder).encode()
    except UnicodeEncodeError:
        return False
    return not any(folder.is_relative_to(node.folder) for node in tree.kustomizations)


def traced_exactly(tree: KustomizationTree) -> bool:
    """Whether the traced build certainly has the objects of the plain one, annotations of the traces aside."""
    if tree.top and any(option in _TRACES for option in list_at(tree.top.data, "buildMetadata")):
        return False
    if any(ref.role in _CONFIGURED and isinstance(ref.target, Kustomization) for ref in _references(tree)):
        return False
    if any(re.search(_SPECIAL_ANNOTATION, file.text) for file in tree.files.values()):
        return False
    return not any(re.search(_LOOKS_AT_ANNOTATIONS, file.text) for file in _directives(tree))


def _references(tree: KustomizationTree) -> Iterator[Reference]:
    return (reference for node in tree.kustomizations for reference in node.references)


def _directives(tree: KustomizationTree) -> Iterator[SourceFile]:
    """Every file that says how objects are changed: all but those that hold objects or a generator's data."""
    yield from (node.file for node in tree.kustomizations)
    for reference in _references(tree):
        if isinstance(reference.target, SourceFile) and reference.role not in (FileRole.RESOURCE, FileRole.DATA):
            yield reference.target
