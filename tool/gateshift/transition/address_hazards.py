"""What a step does to the addresses that clients and data planes use: Services' types, ports and protocols, and the
classes of Gateways."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gateshift.engines.changes import Change
from gateshift.engines.pods import images
from gateshift.engines.references import named_in
from gateshift.engines.sync_plan import annotations_of
from gateshift.model.finding import FieldRef, Finding, Level, Related
from gateshift.model.resource import Resource
from gateshift.traffic.cluster import Cluster
from gateshift.traffic.endpoints import selected_workloads
from gateshift.traffic.read import GATEWAY_API
from gateshift.traffic.services import Service, read_service
from gateshift.transition import rules
from gateshift.transition.target_ports import unproved_ports
from gateshift.yamldoc.data import Json, list_at, look_up, object_at, text_at

_EXTERNAL = ("NodePort", "LoadBalancer")
_KEPT_BY = {"NodePort": ("NodePort", "LoadBalancer"), "LoadBalancer": ("LoadBalancer",)}
"""The types that keep what a type gives: a LoadBalancer has node ports as well."""
_BOOKKEEPING = (
    "argocd.argoproj.io/",
    "kustomize.toolkit.fluxcd.io/",
    "kubectl.kubernetes.io/",
    "config.kubernetes.io/",
    "internal.config.kubernetes.io/",
    "meta.helm.sh/",
    "helm.sh/",
    "prometheus.io/",
)
_DNS = "external-dns.alpha.kubernetes.io/"


def address_findings(changes: Sequence[Change], before: Cluster, after: Cluster) -> Iterator[Finding]:
    """The hazards of the step to addresses, whichever engine makes it."""
    yield from _unproved_ports(changes, before, after)
    for change in changes:
        if change.before is None or change.after is None:
            continue
        match change.id.group, change.id.kind:
            case "", "Service":
                old, new = read_service(change.before), read_service(change.after)
                yield from _access_lost(old, new)
                yield from _protocol_changed(old, new, before, after)
                yield from _external_name(old, new, after)
            case group, "Gateway" if group == GATEWAY_API:
                yield from _class_changed(change.before, change.after)


def _unproved_ports(changes: Sequence[Change], before: Cluster, after: Cluster) -> Iterator[Finding]:
    for change, port in unproved_ports(changes, before, after):
        assert change.after is not None
        assert change.before is not None
        yield rules.PORT_CLOSED.finding(
            Level.WARNING,
            f"Port {port.port} of {change.id} is sent on to port {port.target}, which the pods that run now do not "
            "declare. They get requests there as soon as the Service is applied.",
            FieldRef(change.after, (*port.pointer, "targetPort")),
            help="Let the pods listen there, and declare it, in a commit before; or give the target port a name.",
            related=(Related("where the requests went before", FieldRef(change.before, port.pointer)),),
        )


def _access_lost(old: Service, new: Service) -> Iterator[Finding]:
    was = (Related("as it was", FieldRef(old.resource, ("spec",))),)
    if old.type in _EXTERNAL and new.type not in _KEPT_BY[old.type]:
        lost = "load balancer" if old.type == "LoadBalancer" else "node ports"
        yield rules.EXTERNAL_ACCESS_LOST.finding(
            Level.ERROR,
            f"{new.resource.id} turns from {old.type} into {new.type}: its {lost} and all clients that use "
            f"{'it' if old.type == 'LoadBalancer' else 'them'} are gone.",
            FieldRef(new.resource, ("spec", "type"), key=True),
            help="Keep the type, or bring another way in first and let the clients move to it.",
            related=was,
        )
        return
    written = annotations_of(new.resource)
    lost_keys = [key for key in annotations_of(old.resource) if key not in written and _sets_up(key, old)]
    if lost_keys:
        yield rules.EXTERNAL_ACCESS_LOST.finding(
            Level.WARNING,
            f"{new.resource.id} loses {' and '.join(lost_keys)}: its controller may give it another load balancer or "
            "another name, and clients outside keep the old one.",
            FieldRef(new.resource, ("metadata",), key=True),
            help="Keep what its load balancer or its DNS name is set up by.",
            related=(Related("as it was", FieldRef(old.resource, ("metadata", "annotations"))),),
        )


def _sets_up(key: str, service: Service) -> bool:
    """Whether an annotation may set up how clients outside reach the Service."""
    if key.startswith(_DNS):
        return True
    return service.type == "LoadBalancer" and "/" in key and not key.startswith(_BOOKKEEPING)


def _protocol_changed(old: Service, new: Service, before: Cluster, after: Cluster) -> Iterator[Finding]:
    behind = [workload.resource for workload in selected_workloads(after, new)]
    rolled = [resource.id for resource in behind if _new_images(resource, before)]
    for port in new.ports if rolled else ():
        earlier = old.port(port.port)
        protocols = [_protocol(service, port.port) for service in (old, new)]
        if earlier is not None and protocols[0] != protocols[1]:
            yield rules.PROTOCOL_CHANGED.finding(
                Level.WARNING,
                f"Port {port.port} of {new.resource.id} goes from {protocols[0] or 'no appProtocol'} to "
                f"{protocols[1] or 'no appProtocol'} in the commit that changes the image of {rolled[0]}: the old pods "
                "are spoken to in the new protocol until the last one is gone.",
                FieldRef(new.resource, (*port.pointer, "appProtocol"), key=True),
                help="Use two commits; give the new protocol a port of its own, or roll out an image that knows both.",
                related=(Related("as it was", FieldRef(old.resource, earlier.pointer)),),
            )


def _protocol(service: Service, number: int) -> str:
    ports = (object_at(port) for port in list_at(service.resource.data, "spec", "ports"))
    return next((text_at(port, "appProtocol") for port in ports if port.get("port") == number), "")


def _new_images(resource: Resource, before: Cluster) -> bool:
    identity = resource.id
    earlier = before.find(identity.group, identity.kind, identity.namespace, identity.name)
    return earlier is not None and images(earlier) != images(resource)


def _external_name(old: Service, new: Service, after: Cluster) -> Iterator[Finding]:
    if old.type == "ExternalName" or new.type != "ExternalName":
        return
    for route in after.routes:
        if any(named.means(new.resource) and named.weight for named in named_in(route)):
            yield rules.EXTERNAL_NAME.finding(
                Level.ERROR,
                f"{new.resource.id} turns into an ExternalName while {route} sends it requests: it has no endpoints "
                "any more, and many implementations refuse such a backend.",
                FieldRef(new.resource, ("spec", "type"), key=True),
                cluster_says="500 or 503 where the implementation refuses it",
                help="Move the shares to a backend of the kind that the implementation has for outside hosts first.",
                related=(Related("the route", FieldRef(route.resource)),),
            )
            return


def _class_changed(old: Resource, new: Resource) -> Iterator[Finding]:
    classes: list[Json] = [look_up(side.data, ("spec", "gatewayClassName")) for side in (old, new)]
    if classes[0] != classes[1] and all(classes):
        yield rules.GATEWAY_CLASS_CHANGED.finding(
            Level.ERROR,
            f"{new.id} goes from class {classes[0]} to {classes[1]}: another controller takes it over, and the data "
            "plane and the address that clients use now are gone.",
            FieldRef(new, ("spec", "gatewayClassName")),
            help="Create a Gateway of the new class next to it, move routes and clients, then drop this one.",
            related=(Related("the class in force", FieldRef(old, ("spec", "gatewayClassName"))),),
        )
