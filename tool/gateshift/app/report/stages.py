"""Builds every stage of rollouts, as the clusters that the sync engine would make of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec import Struct

from gateshift.app.explain.address import absent
from gateshift.app.shared.build_roots import build_roots
from gateshift.app.shared.rollouts import StageRoot, stage_roots
from gateshift.app.shared.tool_choices import Choices
from gateshift.kustomize.tree.roots import find_roots
from gateshift.kustomize.tree.tree_reader import TreeReader
from gateshift.model.rollout import Environment, Parent, Rollout, ServiceParent
from gateshift.traffic.cluster import VERSION_LABELS, Cluster
from gateshift.traffic.read import GATEWAY_API
from gateshift.traffic.request import ParentRef
from gateshift.traffic.routes import RouteParent


class BuiltStage(Struct, frozen=True, eq=False):
    """A stage and the cluster that its overlay makes; None where it could not be built, which `validate` explains.

    A Gateway outside the build is taken to exist.
    """

    root: StageRoot
    cluster: Cluster | None


def build_stages(rollouts: Iterable[Rollout], choices: Choices) -> tuple[BuiltStage, ...]:
    """Every stage of every environment, in the rollouts' order."""
    roots = [root for rollout in rollouts for root in stage_roots(rollout)]
    clusters = _clusters(roots, choices)
    return tuple(BuiltStage(root, clusters.get(root.folder.resolve())) for root in roots)


def _clusters(roots: Iterable[StageRoot], choices: Choices) -> Mapping[Path, Cluster]:
    declared = {root.folder.resolve(): root for root in roots if root.folder.is_dir()}
    if not declared:
        return {}
    reader = TreeReader()
    found = find_roots(list(declared), reader.sources).roots
    built = build_roots(found, reader, program=choices.kustomize, timeout=choices.timeout, progress=choices.progress)
    return {
        each.tree.root.folder: _cluster(Cluster.of(each.build.resources, version_labels=_labels(root.rollout)), root)
        for each in built
        if each.build is not None and (root := declared.get(each.tree.root.folder)) is not None
    }


def _labels(rollout: Rollout) -> tuple[str, ...]:
    return tuple(dict.fromkeys((rollout.service.version_label, *VERSION_LABELS)))


def _cluster(cluster: Cluster, root: StageRoot) -> Cluster:
    parents = parents_of(root.rollout, root.environment)
    named = [ParentRef(parent.kind, parent.namespace, parent.name) for parent in parents]
    return cluster.derive(assume=absent(cluster, named))


def parents_of(rollout: Rollout, environment: Environment) -> tuple[RouteParent, ...]:
    """The parents of the rollout's route in that environment, as its manifests write them."""
    parents = rollout.route.parents if environment.parents is None else environment.parents
    namespace = environment.namespace or rollout.service.namespace
    return tuple(_parent(parent, rollout.service.name, namespace) for parent in parents)


def _parent(parent: Parent, service: str, namespace: str) -> RouteParent:
    if isinstance(parent, ServiceParent):
        return RouteParent("", "Service", namespace, service, "", parent.port, ())
    return RouteParent(GATEWAY_API, parent.kind, parent.namespace, parent.name, parent.section_name, parent.port, ())
