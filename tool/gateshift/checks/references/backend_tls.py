"""BackendTLSPolicies and the Service ports that they are for.

Source: Gateway API v1.6 apis/v1/policy_types.go, LocalPolicyTargetReferenceWithSectionName: of a Service, the section
is a port's name.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.checks.subject import Subject
from gateshift.model.finding import FieldRef, Finding, Level, Related
from gateshift.model.nearest import nearest
from gateshift.model.rule import check
from gateshift.traffic.cluster import same_namespace
from gateshift.traffic.policies import read_policy
from gateshift.traffic.read import GATEWAY_API


@check("GS337", source="Gateway API v1.6, LocalPolicyTargetReferenceWithSectionName: the name of a Service's port")
def backend_tls_for_no_port(subject: Subject) -> Iterator[Finding]:
    """A BackendTLSPolicy names a section that is not the name of a port of its Service.

    The policy attaches to nothing, and the Gateway speaks plain HTTP to a port that expects TLS. The section is the
    port's name; its number is not one.
    """
    for resource in subject.of_kind(GATEWAY_API, "BackendTLSPolicy"):
        for target in read_policy(resource).targets:
            for service in subject.cluster.services if target.ref.kind == "Service" and target.section_name else ():
                if service.name != target.ref.name or not same_namespace(service.namespace, target.ref.namespace):
                    continue
                names = [port.name for port in service.ports if port.name]
                if target.section_name in names:
                    continue
                numbered = {str(port.port): port.name for port in service.ports if port.name}
                meant = numbered.get(target.section_name) or nearest(target.section_name, names)
                yield Finding(
                    Level.WARNING,
                    f"{resource.id}: sectionName {target.section_name} is not the name of a port of "
                    f"{service.resource.id} (its names: {', '.join(names) or 'none'})",
                    FieldRef(resource, (*target.ref.pointer, "sectionName")),
                    "Accepted: False, TargetNotFound",
                    f"Write {meant}." if meant else "Name the Service's port, or leave sectionName out for every port.",
                    (Related("the ports of the Service", FieldRef(service.resource, ("spec", "ports"))),),
                )
