"""The form of the service: its ports, how its pods are selected, and what its own Service says besides.

Source: the Kubernetes API reference, Service v1.
"""

from __future__ import annotations

from msgspec.structs import replace

from gateshift.config.schema import vocabulary
from gateshift.config.schema.schema_types import Either, Fields, Flag, ListOf, MapOf, Raw, SchemaType, Text

_TARGET_PORT = Either(
    expects="a port, 1 to 65535, or the name of a container port",
    options=(vocabulary.PORT, vocabulary.CONTAINER_PORT_NAME),
)

_PORTS = ListOf(
    means="All ports of the Service, where it has several; `port` says which of them the route splits, the first "
    "unless given. The others reach the pods of every version, as before.",
    expects="a list of ports such as [{name: http, port: 80, targetPort: 8080}, {name: metrics, port: 9090}]",
    least=1,
    most=100,
    item=Fields(
        expects="a port such as {name: http, port: 80, targetPort: 8080}",
        required=("port",),
        keys={
            "name": replace(vocabulary.PORT_NAME, means="Its name; needed where there are several."),
            "port": replace(vocabulary.PORT, means="The port clients call."),
            "targetPort": replace(_TARGET_PORT, means="The container's port, or its name; the same unless given."),
            "protocol": Text(
                means="Its protocol.", expects="`TCP`, `UDP` or `SCTP`", choices=("TCP", "UDP", "SCTP"), default="TCP"
            ),
            "appProtocol": replace(vocabulary.APP_PROTOCOL, means="Its application protocol."),
            "nodePort": replace(vocabulary.PORT, means="Its port on every node; for the types that have one."),
        },
    ),
)

SERVICE_SPEC: dict[str, SchemaType] = {
    "type": Text(
        means="The Service's type.",
        expects="`ClusterIP`, `NodePort` or `LoadBalancer`",
        choices=("ClusterIP", "NodePort", "LoadBalancer"),
        default="ClusterIP",
    ),
    "sessionAffinity": Text(
        means="Whether a client stays with a pod; heard by kube-proxy, not by a mesh or a Gateway.",
        expects="`None` or `ClientIP`",
        choices=("None", "ClientIP"),
        default="None",
    ),
    "sessionAffinityConfig": Raw(
        means="How long it stays, as Kubernetes has it.", expects="a mapping such as {clientIP: {timeoutSeconds: 600}}"
    ),
    "internalTrafficPolicy": Text(
        means="Which pods get the cluster's own calls.", expects="`Cluster` or `Local`", choices=("Cluster", "Local")
    ),
    "externalTrafficPolicy": Text(
        means="Which pods get calls from outside; for the types that have these.",
        expects="`Cluster` or `Local`",
        choices=("Cluster", "Local"),
    ),
    "trafficDistribution": Text(
        means="Which pods are preferred.", expects="a word of Kubernetes, such as `PreferSameZone`", most=63
    ),
    "loadBalancerClass": replace(vocabulary.LABEL_KEY, means="Who makes the load balancer; for LoadBalancer."),
    "loadBalancerSourceRanges": ListOf(
        means="Who may call the load balancer; for LoadBalancer.",
        expects="a list of address ranges such as [10.0.0.0/8]",
        item=Text(expects="an address range such as `10.0.0.0/8`", most=43),
        most=1000,
    ),
    "publishNotReadyAddresses": Flag(means="Whether pods that are not ready are found too.", default=False),
    "clusterIP": Text(
        means="For a Service without an address, whose name leads to the pods.", expects="`None`", choices=("None",)
    ),
    "ipFamilyPolicy": Text(
        means="Whether it has addresses of one family or of two.",
        expects="`SingleStack`, `PreferDualStack` or `RequireDualStack`",
        choices=("SingleStack", "PreferDualStack", "RequireDualStack"),
    ),
    "ipFamilies": ListOf(
        means="The families of its addresses.",
        expects="a list such as [IPv4]",
        item=Text(expects="`IPv4` or `IPv6`", choices=("IPv4", "IPv6")),
        most=2,
    ),
    "externalIPs": ListOf(
        means="Addresses of nodes that answer for it too.",
        expects="a list of addresses",
        item=Text(expects="an address", most=45),
        most=1000,
    ),
    "loadBalancerIP": Text(means="The load balancer's address; for LoadBalancer.", expects="an address", most=45),
    "allocateLoadBalancerNodePorts": Flag(means="Whether nodes have ports for it; for LoadBalancer."),
}
"""Fields of the service's own Service that are kept as Kubernetes spells them; the versions' Services have none."""

SERVICE = Fields(
    expects="the service",
    means="The service whose traffic shifts. Its own Service selects the pods of every version.",
    required=("name",),
    keys={
        "name": replace(
            vocabulary.SERVICE_NAME,
            means="The Service's name, from which those of the route and of each version's objects derive.",
            examples=("customers",),
        ),
        "namespace": replace(
            vocabulary.LABEL, means="The namespace of every object of the rollout.", default="default"
        ),
        "port": replace(
            vocabulary.PORT, means="The port clients call, and the one the route's backends name.", default=80
        ),
        "targetPort": replace(
            _TARGET_PORT,
            means="The port the container listens on, or its name; the same as `port` unless given. The number behind "
            "a name is the one in the versions' manifests, or else `port`.",
        ),
        "portName": replace(
            vocabulary.PORT_NAME, means="The port's name: `http`, or `grpc` for a GRPCRoute, unless given."
        ),
        "appProtocol": replace(
            vocabulary.APP_PROTOCOL,
            means="The port's application protocol, such as `kubernetes.io/h2c` for gRPC in clear text.",
        ),
        "ports": _PORTS,
        **SERVICE_SPEC,
        "labels": replace(vocabulary.LABELS, means="Labels of the Service itself, in addition to the selector's."),
        "annotations": replace(vocabulary.ANNOTATIONS, means="Annotations of the Service itself."),
        "selector": MapOf(
            means="The labels that select the pods of every version; `app: <name>` unless given. "
            "The version label must not be among them.",
            expects="a mapping of label keys to values",
            name=vocabulary.LABEL_KEY,
            value=vocabulary.LABEL_VALUE,
            least=1,
        ),
        "versionLabel": replace(
            vocabulary.LABEL_KEY, means="The key of the pod label that tells the versions apart.", default="version"
        ),
    },
    exclusive=(("ports", "targetPort"), ("ports", "portName"), ("ports", "appProtocol")),
    elsewhere={"externalName": "such a Service has no pods"},
)
