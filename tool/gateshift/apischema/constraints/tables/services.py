"""Services.

Source: k8s.io/kubernetes, pkg/apis/core/validation/validation.go; pkg/apis/core/v1/defaults.go for what an unset field
comes to.
"""

from __future__ import annotations

from gateshift.apischema.constraints import network_relations as networks
from gateshift.apischema.constraints.constraint import (
    FORBIDDEN,
    NEEDED,
    PORT,
    Format,
    Range,
    Relation,
    Row,
    Size,
    Unique,
    has,
    lacks,
    one_of,
    table,
)

_SPEC = "core/v1.ServiceSpec"
_CLUSTER = ("ClusterIP", "")

_PORTS = (
    *table(
        "core/v1.ServicePort",
        "core/validation.validateServicePort",
        ("name", Format("label")),
        ("port", PORT),
        ("targetPort", Format("target-port")),
        ("appProtocol", Format("qualified-name")),
    ),
    *table(
        _SPEC,
        "core/validation.validateService",
        ("ports.[].nodePort", FORBIDDEN, has("type", *_CLUSTER)),
        ("ports", Unique(("protocol", "nodePort"), defaults=(("protocol", "TCP"),))),
        ("", Relation(networks.service_ports, {"selector": {"a": "b"}}, {"selector": {"a": "b"}, "clusterIP": "None"})),
    ),
)

_NODE_PORTS = table(
    _SPEC, "registry/core/service/portallocator.Allocate", ("ports.[].nodePort", Range(1, 65535, zero=True))
)
"""The range that a cluster gives out is its operator's to choose, within this one."""

_TYPES = (
    *table(
        _SPEC,
        "core/validation.validateService",
        ("externalName", NEEDED, has("type", "ExternalName")),
        ("externalName", Format("external-name"), has("type", "ExternalName")),
        ("clusterIP", FORBIDDEN, has("type", "ExternalName")),
        ("clusterIPs", FORBIDDEN, has("type", "ExternalName")),
        ("ipFamilies", FORBIDDEN, has("type", "ExternalName")),
        ("ipFamilyPolicy", FORBIDDEN, has("type", "ExternalName")),
        ("clusterIP", Format("not-none"), has("type", "NodePort", "LoadBalancer")),
        ("sessionAffinityConfig.clientIP.timeoutSeconds", Range(1, 86400), has("sessionAffinity", "ClientIP")),
        ("externalIPs.[]", Format("endpoint-ip")),
        ("loadBalancerSourceRanges", FORBIDDEN, lacks("type", "LoadBalancer")),
        ("loadBalancerSourceRanges.[]", Format("padded-cidr")),
        ("allocateLoadBalancerNodePorts", FORBIDDEN, lacks("type", "LoadBalancer")),
        ("selector.{}", Format("qualified-name")),
        ("selector.*", Format("label-value")),
    ),
    *table(
        _SPEC,
        "core/validation.validateLoadBalancerClassField",
        ("loadBalancerClass", FORBIDDEN, lacks("type", "LoadBalancer")),
        ("loadBalancerClass", Format("qualified-name"), has("type", "LoadBalancer")),
    ),
    *table(
        _SPEC,
        "core/validation.validateServiceExternalTrafficPolicy",
        ("externalTrafficPolicy", FORBIDDEN, lacks("type", "NodePort", "LoadBalancer"), lacks("externalIPs")),
        (
            "",
            Relation(
                networks.node_port_of_health,
                {"type": "LoadBalancer", "healthCheckNodePort": 30000},
                {"type": "LoadBalancer", "externalTrafficPolicy": "Local", "healthCheckNodePort": 30000},
            ),
        ),
        ("healthCheckNodePort", Range(1, 65535, zero=True)),
    ),
    *table(
        _SPEC,
        "core/validation.validateServiceTrafficDistribution",
        ("trafficDistribution", one_of("PreferClose", "PreferSameZone", "PreferSameNode")),
    ),
)

_ADDRESSES = table(
    _SPEC,
    "core/validation.ValidateServiceClusterIPsRelatedFields",
    ("ipFamilies.[]", one_of("IPv4", "IPv6"), lacks("type", "ExternalName")),
    ("ipFamilies", Unique(), lacks("type", "ExternalName")),
    ("clusterIP", Format("cluster-ip"), lacks("type", "ExternalName")),
    ("clusterIPs.[]", Format("cluster-ip"), lacks("type", "ExternalName")),
    ("clusterIPs", Size(2), lacks("type", "ExternalName")),
    (
        "",
        Relation(
            networks.service_addresses, {"clusterIP": "10.0.0.1", "clusterIPs": ["10.0.0.2"]}, {"clusterIP": "10.0.0.1"}
        ),
    ),
)

_FAMILIES = table(
    _SPEC,
    "registry/core/service/storage.initIPFamilyFields",
    ("ipFamilies", Size(1), has("ipFamilyPolicy", "SingleStack")),
    ("clusterIPs", Size(1), has("ipFamilyPolicy", "SingleStack")),
)

_WHOLE = table(
    "core/v1.Service",
    "core/validation.validateService",
    (
        "metadata",
        Relation(
            networks.topology_annotations,
            {
                "annotations": {
                    "service.kubernetes.io/topology-mode": "Auto",
                    "service.kubernetes.io/topology-aware-hints": "Off",
                }
            },
            {"annotations": {"service.kubernetes.io/topology-mode": "Auto"}},
        ),
    ),
)

ROWS: tuple[Row, ...] = (*_PORTS, *_NODE_PORTS, *_TYPES, *_ADDRESSES, *_FAMILIES, *_WHOLE)
