"""BackendTLSPolicies: how Gateways verify the certificates of backends.

Source: Gateway API v1.6 apis/v1/backendtlspolicy_types.go and policy_types.go: of policies for one target the oldest
counts, then the first by namespace/name; a backend whose policy has no valid CA certificate gets no request.
"""

from __future__ import annotations

from msgspec import Struct

from gateshift.model.resource import Resource
from gateshift.traffic.certificates import CertificateProblem, policy_authority_fault
from gateshift.traffic.cluster import Cluster, same_namespace
from gateshift.traffic.read import GATEWAY_API, created, members, text
from gateshift.traffic.references import ObjectRef, object_ref
from gateshift.traffic.services import Service, ServicePort
from gateshift.yamldoc.data import object_at


class PolicyTarget(Struct, frozen=True):
    """What a policy applies to; `section_name` is a Service port's name, "" for all ports."""

    ref: ObjectRef
    section_name: str


class BackendTLSPolicy(Struct, frozen=True, eq=False):
    """A BackendTLSPolicy. `authorities` are its CA certificates; `well_known` stands in their place."""

    resource: Resource
    namespace: str
    name: str
    targets: tuple[PolicyTarget, ...]
    authorities: tuple[ObjectRef, ...]
    well_known: str

    @property
    def knows_authorities(self) -> bool:
        """Whether its well-known authorities, if it names any, are the API's `System` or an implementation's own."""
        return self.well_known in ("", "System") or "/" in self.well_known

    @property
    def age(self) -> tuple[bool, str, str]:
        """Sorts the policies of one target by precedence."""
        stamp = created(self.resource)
        return not stamp, stamp, f"{self.namespace}/{self.name}"


def read_policy(resource: Resource) -> BackendTLSPolicy:
    """The BackendTLSPolicy's typed view."""
    spec = object_at(resource.data, "spec")
    own = resource.id.namespace
    validation = object_at(spec, "validation")
    return BackendTLSPolicy(
        resource=resource,
        namespace=own,
        name=resource.id.name,
        targets=tuple(
            PolicyTarget(object_ref(item, own, ("spec", "targetRefs", index), kind=""), text(item, "sectionName"))
            for index, item in members(spec, "targetRefs")
        ),
        authorities=tuple(
            object_ref(item, own, ("spec", "validation", "caCertificateRefs", index), kind="")
            for index, item in members(validation, "caCertificateRefs")
        ),
        well_known=text(validation, "wellKnownCACertificates"),
    )


def policies(cluster: Cluster) -> tuple[BackendTLSPolicy, ...]:
    """Every BackendTLSPolicy, by precedence."""

    def read() -> tuple[BackendTLSPolicy, ...]:
        policies = (
            resource
            for resource in cluster
            if (resource.id.group, resource.id.kind) == (GATEWAY_API, "BackendTLSPolicy")
        )
        return tuple(sorted((read_policy(policy) for policy in policies), key=lambda policy: policy.age))

    return cluster.once("policies", read)


def is_conflicted(cluster: Cluster, policy: BackendTLSPolicy) -> bool:
    """Whether every target of the policy belongs to another one that goes first."""
    earlier = policies(cluster)[: policies(cluster).index(policy)]
    taken = {
        (target.ref.namespace, target.ref.name, target.section_name) for policy in earlier for target in policy.targets
    }
    wanted = [(target.ref.namespace, target.ref.name, target.section_name) for target in policy.targets]
    return bool(wanted) and all(target in taken for target in wanted)


def authority_faults(cluster: Cluster, policy: BackendTLSPolicy) -> tuple[CertificateProblem | None, ...]:
    """For each CA reference its fault, None where it can be used."""
    return tuple(policy_authority_fault(cluster, reference) for reference in policy.authorities)


def untrusted(cluster: Cluster, service: Service, port: ServicePort) -> CertificateProblem | None:
    """The fault for which a Gateway cannot trust any certificate of the Service's port, None where it can or where
    only an object outside the build is missing. A policy for the port goes before one for all ports."""
    for section in (port.name, ""):
        for policy in policies(cluster):
            if not any(_aims_at(target, service, section) for target in policy.targets):
                continue
            faults = authority_faults(cluster, policy)
            lost = bool(faults) and all(fault is not None and not fault.outside for fault in faults)
            return faults[0] if lost else None
    return None


def _aims_at(target: PolicyTarget, service: Service, section: str) -> bool:
    return (target.ref.group, target.ref.kind, target.ref.name, target.section_name) == (
        "",
        "Service",
        service.name,
        section,
    ) and same_namespace(target.ref.namespace, service.namespace)
