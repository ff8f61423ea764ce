"""What a branch changes of charts and remote entries: nobody builds them here, so no verdict speaks of them."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from gateshift.app.plan.branch_steps import BranchStep
from gateshift.app.plan.shared_changes import JudgedStep
from gateshift.app.plan.sides import Side
from gateshift.kustomize.tree.leave_out import HELM_FIELDS
from gateshift.model.kustomization import Kustomization, KustomizationTree, Problem, Refused
from gateshift.model.plan import ObjectChange
from gateshift.yamldoc.data import Json, JsonObject, list_at, object_at, text_at

_CHART_HOME = "charts"
_UNSEEN = "is not looked at"


class _Entry(Struct, frozen=True, eq=False):
    """One entry that is left out: what it is to a reader, all that it says, and the files that it is made of, as paths
    from the top of the repository."""

    name: str
    says: Json
    files: tuple[str, ...] = ()


def left_out_changes(
    steps: Iterable[BranchStep],
    tree_of: Callable[[Side], KustomizationTree],
    changed: Collection[str],
    judged: Sequence[JudgedStep],
) -> Iterator[str]:
    """A sentence for each chart, remote entry and object of a Helm controller that the branch changes. `changed` are
    the files that it touches, as paths from the top of the repository."""
    for step in steps:
        if step.before is None:
            continue
        then, now = _entries(tree_of(step.before)), _entries(tree_of(step.after))
        for what in _differences(then, now, changed):
            yield f"{step.after.label}: {what}, and what it brings {_UNSEEN}: nothing is fetched or rendered here."
    for step, plan in judged:
        for change in plan.changes:
            if _is_rendered(change):
                yield (
                    f"{step.after.label}: {change.resource} changes, and what its chart brings {_UNSEEN}: it is "
                    f"rendered in the cluster."
                )


def _differences(then: dict[str, _Entry], now: dict[str, _Entry], changed: Collection[str]) -> Iterator[str]:
    for key in dict.fromkeys((*now, *then)):
        old, new = then.get(key), now.get(key)
        if old is None or new is None:
            entry = new or old
            yield f"{entry.name if entry else key} {'goes' if new is None else 'is new'}"
        elif old.name != new.name:
            yield f"{old.name} becomes {new.name}"
        elif old.says != new.says or any(_touches(file, changed) for file in new.files):
            yield f"{new.name} changes"


def _touches(path: str, changed: Collection[str]) -> bool:
    """Whether the branch touches the file, or a file of the folder."""
    return any(file == path or file.startswith(f"{path}/") for file in changed)


def _entries(tree: KustomizationTree) -> dict[str, _Entry]:
    """The entries of a tree that are left out, by what stays of each when it is edited; of two alike the last one."""
    found: dict[str, _Entry] = {}
    for node in tree.kustomizations:
        folder = _from_top(node.folder, tree.root.repository)
        for reference in node.references:
            if isinstance(reference.target, Refused) and reference.target.problem is Problem.REMOTE:
                kept = reference.text.partition("?")[0]
                found[f"{folder}:{reference.role.value}:{kept}"] = _Entry(reference.text, reference.text)
            elif isinstance(reference.target, Refused) and reference.target.problem is Problem.HELM:
                file = _from_top(reference.file.path, tree.root.repository)
                found[file] = _Entry(f"the chart of {file}", None, (file,))
        for name, entry in _charts(node, folder):
            found[f"{folder}:chart:{name}"] = entry
    return found


def _charts(node: Kustomization, folder: str) -> Iterator[tuple[str, _Entry]]:
    """The charts of a kustomization, each by the name that its release has."""
    settings = object_at(node.data, "helmGlobals")
    home = text_at(settings, "chartHome") or _CHART_HOME
    for field in HELM_FIELDS:
        for chart in map(object_at, list_at(node.data, field)):
            name, version = text_at(chart, "name") or text_at(chart, "chartName"), text_at(chart, "version")
            told = " ".join(filter(None, ("the chart", name, version)))
            named = (*_value_files(chart), posixpath.join(home, name))
            files = tuple(posixpath.normpath(posixpath.join(folder, file)) for file in named)
            yield text_at(chart, "releaseName") or name, _Entry(told, [settings, chart], files)


def _value_files(chart: JsonObject) -> Iterator[str]:
    every = (text_at(chart, "valuesFile"), text_at(chart, "values"), *list_at(chart, "additionalValuesFiles"))
    return (file for file in every if isinstance(file, str) and file)


def _from_top(folder: Path, repository: Path) -> str:
    return folder.relative_to(repository).as_posix() if folder.is_relative_to(repository) else folder.as_posix()


def _is_rendered(change: ObjectChange) -> bool:
    """Whether the object has Helm run in the cluster: a release, or an Application whose source is a chart."""
    kind = change.resource.kind
    specs = [object_at(data or {}, "spec") for data in (change.before, change.after)]
    sources = [source for spec in specs for source in (object_at(spec, "source"), *list_at(spec, "sources"))]
    return kind in ("HelmRelease", "HelmChart") or (
        kind == "Application" and any(text_at(object_at(source), "chart") for source in sources)
    )
