"""The route of one stage, whole, with every field written out that the API server would otherwise default."""

from __future__ import annotations

from gateshift.manifests.metadata import metadata
from gateshift.manifests.rules import rules
from gateshift.model.rollout import Environment, GatewayParent, Parent, Rollout, ServiceParent, Stage
from gateshift.yamldoc.data import JsonObject

GROUP = "gateway.networking.k8s.io"


def route(rollout: Rollout, stage: Stage, environment: Environment) -> JsonObject:
    """The HTTPRoute or GRPCRoute of the stage in the environment.

    A field left to its default would make Argo CD compare the file with what the API server made of it, and differ.
    """
    parents = rollout.route.parents if environment.parents is None else environment.parents
    hostnames = rollout.route.hostnames if environment.hostnames is None else environment.hostnames
    spec: JsonObject = {"parentRefs": [_parent(rollout, parent) for parent in parents]}
    if hostnames:
        spec["hostnames"] = list(hostnames)
    spec["rules"] = list(rules(rollout, stage))
    return {
        "apiVersion": f"{GROUP}/v1",
        "kind": rollout.route.kind.value,
        "metadata": metadata(rollout, rollout.route.name, wave=1, namespace=environment.namespace or ""),
        "spec": spec,
    }


def _parent(rollout: Rollout, parent: Parent) -> JsonObject:
    """A Service parent stands in the route's own namespace, so that an overlay's `namespace` moves both."""
    match parent:
        case ServiceParent():
            found: JsonObject = {"group": "", "kind": "Service", "name": rollout.service.name}
        case GatewayParent():
            found = {"group": GROUP, "kind": parent.kind, "namespace": parent.namespace, "name": parent.name}
            if parent.section_name:
                found["sectionName"] = parent.section_name
    if parent.port is not None:
        found["port"] = parent.port
    return found
