"""Ingresses, network policies and endpoint slices.

Source: k8s.io/kubernetes, pkg/apis/{networking,discovery}/validation/validation.go.
"""

from __future__ import annotations

from gateshift.apischema.constraints import network_relations as networks
from gateshift.apischema.constraints.constraint import (
    FORBIDDEN,
    NEEDED,
    AnyOf,
    Format,
    OnlyOne,
    Range,
    Relation,
    Row,
    Size,
    Unique,
    has,
    one_of,
    table,
)

_NET = "networking/validation."

_INGRESS = (
    *table("networking/v1.IngressSpec", f"{_NET}ValidateIngressSpec", ("", AnyOf(("rules", "defaultBackend")))),
    *table("networking/v1.IngressSpec", f"{_NET}ValidateIngressSpec", ("ingressClassName", Format("subdomain"))),
    *table(
        "networking/v1.Ingress",
        f"{_NET}ValidateIngressCreate",
        (
            "",
            Relation(
                networks.class_annotation,
                {"metadata": {"annotations": {"kubernetes.io/ingress.class": "a"}}, "spec": {"ingressClassName": "b"}},
                {"metadata": {"annotations": {"kubernetes.io/ingress.class": "a"}}, "spec": {"ingressClassName": "a"}},
            ),
        ),
    ),
    *table("networking/v1.IngressRule", f"{_NET}validateIngressRules", ("host", Format("host"))),
    *table(
        "networking/v1.IngressTLS",
        f"{_NET}validateIngressTLS",
        ("hosts.[]", Format("tls-host")),
        ("secretName", Format("subdomain")),
    ),
    *table("networking/v1.HTTPIngressRuleValue", f"{_NET}validateHTTPIngressRuleValue", ("paths", NEEDED)),
    *table(
        "networking/v1.HTTPIngressPath",
        f"{_NET}validateHTTPIngressPath",
        ("pathType", NEEDED),
        ("path", NEEDED, has("pathType", "Exact", "Prefix")),
        ("path", Format("ingress-path"), has("pathType", "Exact", "Prefix")),
        ("path", Format("absolute-path"), has("pathType", "ImplementationSpecific")),
    ),
    *table(
        "networking/v1.IngressBackend",
        f"{_NET}validateIngressBackend",
        ("", OnlyOne(("service", "resource"))),
        ("service.name", NEEDED),
        ("service.name", Format("label")),
        ("service.port", OnlyOne(("name", "number"))),
        ("service.port.name", Format("port-name")),
        ("service.port.number", Range(1, 65535, zero=True)),
        ("service.port", NEEDED),
    ),
    *table(
        "networking/v1.IngressBackend",
        f"{_NET}validateIngressTypedLocalObjectReference",
        ("resource.apiGroup", Format("subdomain")),
        ("resource.kind", NEEDED),
        ("resource.kind", Format("path-segment")),
        ("resource.name", NEEDED),
        ("resource.name", Format("path-segment")),
    ),
    *table(
        "networking/v1.IngressClassSpec",
        f"{_NET}validateIngressClassSpec",
        ("controller", NEEDED),
        ("controller", Size(250)),
        ("controller", Format("prefixed-path")),
    ),
    *table(
        "networking/v1.IngressClassParametersReference",
        f"{_NET}validateIngressClassParametersReference",
        ("kind", NEEDED),
        ("name", NEEDED),
        ("scope", one_of("Cluster", "Namespace")),
        ("namespace", NEEDED, has("scope", "Namespace")),
        ("namespace", FORBIDDEN, has("scope", "Cluster", "")),
    ),
)

_NETWORK = (
    *table(
        "networking/v1.NetworkPolicyPort",
        f"{_NET}ValidateNetworkPolicyPort",
        ("port", Format("port")),
        ("endPort", Range(1, 65535)),
        ("", Relation(networks.ports_in_order, {"port": 80, "endPort": 70}, {"port": 80, "endPort": 80})),
    ),
    *table(
        "networking/v1.NetworkPolicyPeer",
        f"{_NET}ValidateNetworkPolicyPeer",
        ("", AnyOf(("podSelector", "namespaceSelector", "ipBlock"))),
        (
            "",
            Relation(
                networks.peer_alone, {"ipBlock": {}, "podSelector": {}}, {"namespaceSelector": {}, "podSelector": {}}
            ),
        ),
    ),
    *table(
        "networking/v1.IPBlock",
        f"{_NET}ValidateIPBlock",
        ("cidr", NEEDED),
        ("cidr", Format("cidr")),
        ("except.[]", Format("cidr")),
        (
            "",
            Relation(
                networks.exceptions_outside,
                {"cidr": "10.0.0.0/8", "except": ["11.0.0.0/16"]},
                {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]},
            ),
        ),
    ),
    *table("networking/v1.NetworkPolicySpec", f"{_NET}ValidateNetworkPolicySpec", ("policyTypes", Size(2))),
)

_DISC = "discovery/validation."

_SLICES = (
    *table(
        "discovery/v1.EndpointSlice",
        f"{_DISC}validateAddressType",
        ("addressType", NEEDED),
        ("addressType", one_of("IPv4", "IPv6", "FQDN")),
    ),
    *table(
        "discovery/v1.EndpointSlice",
        f"{_DISC}validateEndpoints",
        ("endpoints", Size(1000)),
        ("endpoints.[].addresses", NEEDED),
        ("endpoints.[].addresses", Size(100)),
        ("endpoints.[].nodeName", Format("subdomain")),
        ("endpoints.[].hostname", Format("label")),
        (
            "",
            Relation(
                networks.addresses_of_slice,
                {"addressType": "IPv4", "endpoints": [{"addresses": ["fd00::1"]}]},
                {"addressType": "IPv4", "endpoints": [{"addresses": ["10.1.2.3"]}]},
            ),
        ),
    ),
    *table(
        "discovery/v1.EndpointSlice",
        f"{_DISC}validatePorts",
        ("ports", Size(20_000)),
        ("ports", Unique(("name",), blank=True)),
        ("ports.[].name", Format("label-or-empty")),
        ("ports.[].appProtocol", Format("qualified-name")),
    ),
    *table(
        "discovery/v1.EndpointHints",
        f"{_DISC}validateHints",
        ("forZones", Size(8)),
        ("forZones", Unique(("name",))),
        ("forZones.[].name", Format("label-value")),
        ("forNodes", Size(8)),
        ("forNodes", Unique(("name",))),
        ("forNodes.[].name", Format("subdomain")),
    ),
)

ROWS: tuple[Row, ...] = (*_INGRESS, *_NETWORK, *_SLICES)
