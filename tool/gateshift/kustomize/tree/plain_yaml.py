"""YAML files that no kustomization reads: which of them hold Kubernetes objects, a root for each of their folders."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from msgspec import Struct

from gateshift.model.kustomization import Root
from gateshift.model.resource import objects_in
from gateshift.model.source import SourceFile
from gateshift.system.repositories import repository_of
from gateshift.system.source_files import Sources, outside
from gateshift.yamldoc.data import Json, text_at

_CHART = "Chart.yaml"
_OF_CHARTS = ("templates", "charts", "ci")
_CHART_FILE = r"(Chart|requirements|values([-._].*)?)\.ya?ml"
_TEMPLATE = r"\{\{|\{%|<%"
_TOOLS = (
    "audit.k8s.io",
    "config.kubernetes.io",
    "eksctl.io",
    "k3d.io",
    "kind.x-k8s.io",
    "kubeadm.k8s.io",
    "kubelet.config.k8s.io",
    "kustomize.config.k8s.io",
    "skaffold",
)
"""Groups whose objects are settings of programs: no API server takes them."""


class PlainYaml(Struct, frozen=True):
    """A root for each folder of manifests, and the files that are none."""

    roots: tuple[Root, ...]
    not_manifests: tuple[Path, ...]


def plain_yaml(files: Iterable[Path], read: Collection[Path], sources: Sources) -> PlainYaml:
    """What the files are, without those that are in `read`, by their real paths."""
    charts = _Charts()
    folders: dict[Path, list[Path]] = {}
    others: list[Path] = []
    for path in files:
        real = sources.real(path)
        if real in read:
            continue
        repository = repository_of(path.parent)
        leaves = outside(path, real, repository) is not None
        if leaves or (not charts.own(real, repository) and holds_objects(sources.read(real))):
            folders.setdefault(path.parent, []).append(path)
        else:
            others.append(path)
    roots = (
        Root(folder, sources.real(folder), repository_of(folder), tuple(sorted(paths)))
        for folder, paths in sorted(folders.items())
    )
    return PlainYaml(tuple(roots), tuple(others))


def holds_objects(file: SourceFile) -> bool:
    """Whether a file holds a Kubernetes object, or what was meant for one. One that cannot be read counts, but for a
    template, whose braces are no YAML."""
    if file.unreadable:
        return True
    if "apiVersion" not in file.text and "kind" not in file.text:
        return False
    fault = file.fault
    if fault is not None:
        lines = file.text.splitlines()[max(0, fault.line - 2) : fault.line]
        return "apiVersion" in file.text and not any(re.search(_TEMPLATE, line) for line in lines)
    return any(_is_object(data) for document in file.documents for _, data in objects_in(document.data)) or any(
        _is_list(document.data) for document in file.documents
    )


def _is_object(data: Mapping[str, Json]) -> bool:
    api_version, kind = data.get("apiVersion"), data.get("kind")
    if isinstance(api_version, str) and isinstance(kind, str):
        return api_version.partition("/")[0] not in _TOOLS
    return (isinstance(api_version, str) or isinstance(kind, str)) and isinstance(data.get("metadata"), dict)


def _is_list(data: Json) -> bool:
    return text_at(data, "apiVersion") == "v1" and text_at(data, "kind").endswith("List")


class _Charts:
    """Tells which files belong to a Helm chart, whose templates and values are no manifests."""

    def __init__(self) -> None:
        self._known: dict[Path, bool] = {}

    def own(self, file: Path, repository: Path) -> bool:
        """Whether a chart in a folder above the file makes it a template, or values."""
        for folder in file.parents:
            if self._is_chart(folder):
                first, *rest = file.relative_to(folder).parts
                if first in _OF_CHARTS or (not rest and re.fullmatch(_CHART_FILE, first)):
                    return True
            if folder == repository:
                break
        return False

    def _is_chart(self, folder: Path) -> bool:
        known = self._known.get(folder)
        if known is None:
            known = self._known[folder] = (folder / _CHART).is_file()
        return known
