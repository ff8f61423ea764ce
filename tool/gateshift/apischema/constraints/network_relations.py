"""Relations between the fields of Services, Ingresses, network policies and endpoint slices.

Source: k8s.io/kubernetes, pkg/apis/GROUP/validation/validation.go; the rows name the functions.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.apischema.constraints.constraint import Breach
from gateshift.apischema.constraints.formats import FORMATS
from gateshift.apischema.constraints.predicates import is_ip, network
from gateshift.yamldoc.data import FieldPath, JsonObject, list_at, look_up, object_at, text_at


def service_ports(spec: JsonObject) -> Iterator[Breach]:
    """A Service without a port: only headless ones and ExternalName have none."""
    if not list_at(spec, "ports") and spec.get("type") != "ExternalName" and spec.get("clusterIP") != "None":
        yield Breach(("ports",), "is missing, and a Service with a cluster IP needs a port", "Required value")


def service_addresses(spec: JsonObject) -> Iterator[Breach]:
    """Cluster IPs that contradict each other, the families or the type."""
    first, addresses = text_at(spec, "clusterIP"), [str(value) for value in list_at(spec, "clusterIPs")]
    if spec.get("type") == "ExternalName":
        return
    if addresses and not first:
        yield Breach(
            ("clusterIPs",),
            "must not be set without clusterIP",
            "Invalid value: must be empty when `clusterIP` is not specified",
        )
    if first and addresses and addresses[0] != first:
        yield Breach(("clusterIPs", 0), "must be the clusterIP", "Invalid value: first value must match `clusterIP`")
    if len(addresses) > 1 and "None" in addresses:
        yield Breach(
            ("clusterIPs",),
            "must not hold None next to an address",
            "Invalid value: 'None' must be the first and only value",
        )
    elif len(addresses) > 1 and sum(":" in address for address in addresses) != 1:
        yield Breach(
            ("clusterIPs",),
            "must be one IPv4 and one IPv6 address",
            "Invalid value: may specify no more than one IP for each IP family",
        )
    families = list_at(spec, "ipFamilies")
    for index, (address, family) in enumerate(zip(addresses or [first] * bool(first), families, strict=False)):
        if is_ip(address) and (":" in address) != (family == "IPv6"):
            at: FieldPath = ("clusterIPs", index) if addresses else ("clusterIP",)
            yield Breach(
                at,
                f"is {address}, which is not an {family} address",
                f'Invalid value: "{address}": expected an {family} value',
            )


def node_port_of_health(spec: JsonObject) -> Iterator[Breach]:
    """A port for health checks that nobody makes."""
    if spec.get("healthCheckNodePort") and (
        spec.get("type") != "LoadBalancer" or spec.get("externalTrafficPolicy") != "Local"
    ):
        words = "must not be set unless type is LoadBalancer and externalTrafficPolicy is Local"
        yield Breach(
            ("healthCheckNodePort",),
            words,
            "Invalid value: may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
        )


def exceptions_outside(block: JsonObject) -> Iterator[Breach]:
    """An exception that is not part of the range."""
    whole = network(block.get("cidr"))
    for index, value in enumerate(list_at(block, "except")):
        part = network(value)
        if whole is None or part is None:
            continue
        inside = part.version == whole.version and part.network_address in whole and part.prefixlen > whole.prefixlen
        if not inside:
            words = f"is {value}, which is not a part of {block.get('cidr')}"
            yield Breach(("except", index), words, f'Invalid value: "{value}": must be a strict subset of `cidr`')


def ports_in_order(port: JsonObject) -> Iterator[Breach]:
    """A range of ports that ends before it starts, or starts at no number."""
    first, last = port.get("port"), port.get("endPort")
    if last is None:
        return
    if not isinstance(first, int):
        says = f"Invalid value: {last}: may not be specified when `port` is non-numeric"
        yield Breach(("endPort",), "must not be set unless port is a number", says)
    elif isinstance(last, int) and last < first:
        yield Breach(
            ("endPort",),
            f"is {last}, and must not be less than port, {first}",
            f"Invalid value: {last}: must be greater than or equal to `port`",
        )


def peer_alone(peer: JsonObject) -> Iterator[Breach]:
    """A block of addresses next to a selector."""
    if peer.get("ipBlock") is not None and (
        peer.get("podSelector") is not None or peer.get("namespaceSelector") is not None
    ):
        yield Breach(
            ("ipBlock",),
            "must not be set next to a selector",
            "Forbidden: may not specify both ipBlock and another peer",
        )


def class_annotation(ingress: JsonObject) -> Iterator[Breach]:
    """The annotation of an Ingress that names another class than its field."""
    key = "kubernetes.io/ingress.class"
    written, named = text_at(ingress, "metadata", "annotations", key), look_up(ingress, ("spec", "ingressClassName"))
    if written and isinstance(named, str) and named != written:
        says = f'Invalid value: "{written}": must match `ingressClassName` when both are specified'
        yield Breach(("metadata", "annotations", key), f"is {written}, and spec.ingressClassName is {named}", says)


def addresses_of_slice(endpoint_slice: JsonObject) -> Iterator[Breach]:
    """Addresses of another type than the slice's."""
    name = {"IPv4": "endpoint-ipv4", "IPv6": "endpoint-ipv6", "FQDN": "fqdn"}.get(
        text_at(endpoint_slice, "addressType")
    )
    if name is None:
        return
    for index, endpoint in enumerate(list_at(endpoint_slice, "endpoints")):
        for place, address in enumerate(list_at(endpoint, "addresses")):
            if isinstance(address, str) and "${" not in address and not FORMATS[name].fits(address):
                at = ("endpoints", index, "addresses", place)
                yield Breach(at, f'is "{address}", which is not {FORMATS[name].words}', f'Invalid value: "{address}"')


def topology_annotations(metadata: JsonObject) -> Iterator[Breach]:
    """The two annotations for topology of a Service that differ."""
    mode, hints = "service.kubernetes.io/topology-mode", "service.kubernetes.io/topology-aware-hints"
    annotations = object_at(metadata, "annotations")
    if mode in annotations and hints in annotations and annotations[mode] != annotations[hints]:
        says = f"Invalid value: must match annotations[{hints}] when both are specified"
        yield Breach(("annotations", mode), f"must be the same as {hints}", says)
