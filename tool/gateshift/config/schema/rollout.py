"""The whole of gateshift.yaml.

The form of the service.
"""

from __future__ import annotations

from msgspec.structs import replace

from gateshift.config.schema import vocabulary
from gateshift.config.schema.delivery import ENVIRONMENTS, GATE, IGNORE, POINTERS, POLICY, SCHEMAS
from gateshift.config.schema.route import ROUTE
from gateshift.config.schema.schema_types import Either, Fields, MapOf
from gateshift.config.schema.stages import STAGES
from gateshift.config.schema.workload import VERSIONS, WORKLOAD

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
        "targetPort": Either(
            means="The port the container listens on; the same as `port` unless given. A port's name "
            "works too: a version without its own manifest then listens on `port` under that name.",
            expects="a port, 1 to 65535, or the name of a container port",
            options=(vocabulary.PORT, vocabulary.CONTAINER_PORT_NAME),
        ),
        "portName": replace(
            vocabulary.PORT_NAME, means="The port's name: `http`, or `grpc` for a GRPCRoute, unless given."
        ),
        "appProtocol": replace(
            vocabulary.APP_PROTOCOL,
            means="The port's application protocol, such as `kubernetes.io/h2c` for gRPC in clear text.",
        ),
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
)

ROLLOUT = Fields(
    expects="a mapping with `service`, `route`, `versions` and `stages`",
    means="One service's way from one version to the next: the versions, and the stages traffic moves through.",
    required=("service", "route", "versions", "stages"),
    keys={
        "service": SERVICE,
        "route": ROUTE,
        "workload": WORKLOAD,
        "versions": VERSIONS,
        "stages": STAGES,
        "policy": POLICY,
        "gate": GATE,
        "pointers": POINTERS,
        "environments": ENVIRONMENTS,
        "ignore": IGNORE,
        "schemas": SCHEMAS,
    },
    elsewhere={
        "apiVersion": "this file is not a Kubernetes object and needs none",
        "kind": "this file is not a Kubernetes object and needs none",
        "metadata": "the name and namespace belong to `service`",
        "spec": "this file is not a Kubernetes object: write the keys at the top",
        "parents": "parents belong to `route`",
        "hostnames": "host names belong to `route`",
        "name": "the name belongs to `service`",
    },
)
