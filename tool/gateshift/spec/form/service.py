"""The form of the service."""

from __future__ import annotations

from dataclasses import replace

from gateshift.spec import words
from gateshift.spec.forms import Either, Fields, MapOf

SERVICE = Fields(
    expects="the service",
    means="The service whose traffic shifts. Its own Service selects the pods of every version.",
    required=("name",),
    keys={
        "name": replace(
            words.SERVICE_NAME,
            means="The Service's name, from which those of the route and of each version's objects derive.",
            examples=("customers",),
        ),
        "namespace": replace(words.LABEL, means="The namespace of every object of the rollout.", default="default"),
        "port": replace(words.PORT, means="The port clients call, and the one the route's backends name.", default=80),
        "targetPort": Either(
            means="The port the container listens on; the same as `port` unless given. A port's name "
            "works too: a version without its own manifest then listens on `port` under that name.",
            expects="a port, 1 to 65535, or the name of a container port",
            options=(words.PORT, words.CONTAINER_PORT_NAME),
        ),
        "portName": replace(words.PORT_NAME, means="The port's name: `http`, or `grpc` for a GRPCRoute, unless given."),
        "appProtocol": replace(
            words.APP_PROTOCOL,
            means="The port's application protocol, such as `kubernetes.io/h2c` for gRPC in clear text.",
        ),
        "selector": MapOf(
            means="The labels that select the pods of every version; `app: <name>` unless given. "
            "The version label must not be among them.",
            expects="a mapping of label keys to values",
            name=words.LABEL_KEY,
            value=words.LABEL_VALUE,
            least=1,
        ),
        "versionLabel": replace(
            words.LABEL_KEY, means="The key of the pod label that tells the versions apart.", default="version"
        ),
    },
)
