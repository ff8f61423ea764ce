"""What a validation looked at and what it left out, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from gateshift.app.shared.build_roots import BuiltRoot
from gateshift.app.shared.paths import shown_path
from gateshift.app.validate.targets import ValidationTargets
from gateshift.kustomize.tree.leave_out import left_out_in
from gateshift.model.finding import Level
from gateshift.model.kustomization import Kind, Problem, Refused
from gateshift.model.place import Place
from gateshift.model.report import Coverage, LeftOut

_KINDS = {Problem.HELM: "Helm", Problem.REMOTE: "remote"}
_COMPONENT = "Component that no root names"
_FAULT = "fault"


def coverage_of(targets: ValidationTargets, roots: Sequence[BuiltRoot]) -> Coverage:
    """The counts; a kustomization that is part of several roots is checked where one of these was built."""
    found = {root.folder for root in targets.kustomizations}
    found |= {folder for root in roots for folder in root.tree.folders}
    checked = {folder for root in roots if _is_checked(root) for folder in root.tree.folders}
    refused = dict.fromkeys(sorted(found - checked), _FAULT)
    refused |= {folder: reason for root in roots if not _is_checked(root) for folder, reason in _reasons(root, refused)}
    plain = {root.tree.root.folder: set(root.tree.own_files) for root in roots if root.tree.own_files}
    entries = {(place, refusal) for root in roots for place, refusal in left_out_in(root.tree)}
    return Coverage(
        kustomizations=len(found),
        checked=len(found & checked),
        refused=len(refused),
        files=len({file for files in plain.values() for file in files}),
        folders=len(plain),
        not_manifests=len(targets.not_manifests),
        excluded=len(targets.excluded),
        left_out=tuple(sorted((*map(_entry, entries), *_not_built(roots)), key=lambda left: (left.path, left.reason))),
        refused_for=_counted(refused.values()),
        left_out_for=_counted(_KINDS[refusal.problem] for _, refusal in entries),
    )


def _is_checked(root: BuiltRoot) -> bool:
    """Whether a root was built; one of which nothing is left without its charts and remote entries was not."""
    return root.build is not None and bool(root.build.resources or not any(left_out_in(root.tree)))


def _reasons(root: BuiltRoot, refused: dict[Path, str]) -> Iterator[tuple[Path, str]]:
    """Why the kustomizations of a root were not built, which need not be for one and the same reason."""
    first = next((_KINDS[refusal.problem] for _, refusal in left_out_in(root.tree)), _FAULT)
    errors = any(finding.level is Level.ERROR for finding in root.findings)
    for node in root.tree.kustomizations:
        if node.folder in refused:
            own = next((_KINDS[refusal.problem] for _, refusal in node.problems if refusal.problem in _KINDS), first)
            component = node.kind is Kind.COMPONENT and not errors
            yield node.folder, _COMPONENT if component else _FAULT if errors else own


def _entry(entry: tuple[Place, Refused]) -> LeftOut:
    place, refusal = entry
    return LeftOut(shown_path(place.file), f"{_KINDS[refusal.problem]}: {refusal.what}")


def _not_built(roots: Sequence[BuiltRoot]) -> Iterator[LeftOut]:
    """The roots that were refused, and the plain files that cannot be read."""
    for root in roots:
        if root.build is None:
            why = root.gap.why if root.gap else next((finding.message for finding in root.findings), "it was refused")
            yield LeftOut(shown_path(root.path), why)
        for file in root.tree.files.values() if root.tree.root.files else ():
            if file.fault:
                yield LeftOut(shown_path(file.path), file.fault.what)


def _counted(reasons: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(reasons).items(), key=lambda item: (item[0] == _FAULT, -item[1], item[0])))
