"""Whether an object may refer to another across namespaces.

Source: Gateway API v1.6 apis/v1/referencegrant_types.go; grants live in the target's namespace and are additive.
"""

from __future__ import annotations

from gateshift.model.resource import Resource
from gateshift.traffic.cluster import Cluster, same_namespace
from gateshift.traffic.references import ObjectRef


def permitted(cluster: Cluster, referrer: Resource, target: ObjectRef) -> bool:
    """Whether the reference stays in the referrer's namespace or a ReferenceGrant permits it."""
    own = referrer.id.namespace
    if same_namespace(own, target.namespace):
        return True
    return any(
        grant.permits(referrer.id.group, referrer.id.kind, own, target)
        for grant in cluster.grants
        if same_namespace(grant.namespace, target.namespace)
    )
