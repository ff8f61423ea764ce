"""Manifests that are not in Git, because something renders or fetches them, and how to get them there."""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.app.shared.build_roots import BuiltRoot
from gateshift.app.shared.paths import shown_path
from gateshift.errors import Exit, UserError
from gateshift.kustomize.tree.leave_out import left_out_in
from gateshift.model.kustomization import Problem
from gateshift.model.resource import Resource
from gateshift.yamldoc.data import Json, walk

_RENDERED = {
    ("helm.toolkit.fluxcd.io", "HelmRelease"): "Flux",
    ("helm.cattle.io", "HelmChart"): "the Helm controller",
    ("kustomize.toolkit.fluxcd.io", "Kustomization"): "Flux",
    ("argoproj.io", "Application"): "Argo CD",
    ("argoproj.io", "ApplicationSet"): "Argo CD",
}
"""Kinds that stand for manifests which are somewhere else, by who takes them from there."""


def rendered_elsewhere(built: BuiltRoot) -> UserError | None:
    """What is said where the root holds nothing that serves, because its manifests come from elsewhere; None where that
    is not why."""
    root = shown_path(built.tree.root.path)
    for place, refusal in left_out_in(built.tree):
        chart = refusal.problem is Problem.HELM
        what = "a Helm chart" if chart else f"the remote base {refusal.what}"
        return UserError(
            f"what runs comes from {what}, and adopt fetches and renders nothing",
            where=f"{shown_path(place.file)}:{place.line}",
            next_step=_rendered(f"kustomize build {'--enable-helm ' if chart else ''}{root}"),
            exit_code=Exit.FINDINGS,
        )
    for resource in built.build.resources if built.build is not None else ():
        maker = _RENDERED.get((resource.id.group, resource.kind))
        if maker is not None:
            return UserError(
                f"{resource.id} only names what {maker} applies, and adopt reads the manifests themselves",
                where=root,
                next_step=_way_to(resource),
                exit_code=Exit.FINDINGS,
            )
    return None


def _way_to(resource: Resource) -> str:
    if any("chart" in key.lower() for key in _keys(resource.data.get("spec"))):
        return _rendered("helm template NAME CHART --namespace NAMESPACE")
    return "Adopt the path that it names; where Flux changes what is there, " + _rendered(
        "flux build kustomization NAME --path PATH", start="write it"
    )


def _keys(value: Json) -> Iterator[str]:
    for at, _ in walk(value):
        yield from (str(part) for part in at)


def _rendered(command: str, start: str = "Write them") -> str:
    return f"{start} into Git by `{command} > rendered.yaml`, have that file followed in place of this, and adopt it."
