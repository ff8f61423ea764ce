"""The form of a container's probes.

Source: the Kubernetes API reference, Probe v1.
"""

from __future__ import annotations

from dataclasses import replace

from gateshift.spec import words
from gateshift.spec.forms import Either, Fields, ListOf, Number, Text

_SECONDS = Number(expects="a whole number of seconds", least=0, most=2147483647)
_TIMES = Number(expects="a whole number from 1", least=1, most=2147483647)

_PROBED_PORT = Either(
    expects="a port, 1 to 65535, or the name of a container port",
    options=(words.PORT, words.CONTAINER_PORT_NAME),
)

PROBE = Fields(
    shared="probe",
    expects="a probe",
    keys={
        "httpGet": Fields(
            means="Asks by HTTP; a status from 200 to 399 is a success.",
            expects="an HTTP request such as {path: /healthz, port: 8080}",
            required=("port",),
            keys={
                "path": Text(means="The path.", expects="a path such as `/healthz`", most=1024),
                "port": replace(_PROBED_PORT, means="The container's port."),
                "host": Text(means="The host; the pod unless given.", expects="a host"),
                "scheme": Text(means="The scheme.", expects="`HTTP` or `HTTPS`", choices=("HTTP", "HTTPS")),
                "httpHeaders": ListOf(
                    means="Headers of the request.",
                    expects="a list of headers",
                    item=Fields(
                        expects="a header such as {name: Accept, value: '*/*'}",
                        required=("name", "value"),
                        keys={"name": words.HEADER_NAME, "value": replace(words.HEADER_VALUE, least=0)},
                    ),
                    most=16,
                ),
            },
        ),
        "tcpSocket": Fields(
            means="Opens a connection.",
            expects="a port such as {port: 8080}",
            required=("port",),
            keys={
                "port": replace(_PROBED_PORT, means="The container's port."),
                "host": Text(means="The host; the pod unless given.", expects="a host"),
            },
        ),
        "grpc": Fields(
            means="Asks the gRPC health service.",
            expects="a port such as {port: 8080}",
            required=("port",),
            keys={
                "port": replace(words.PORT, means="The container's port."),
                "service": Text(means="The service asked for.", expects="a gRPC service", least=0, most=1024),
            },
        ),
        "exec": Fields(
            means="Runs a command in the container.",
            expects="a command such as {command: [cat, /ready]}",
            required=("command",),
            keys={
                "command": ListOf(
                    means="The command and its arguments.",
                    expects="a list of words",
                    item=Text(expects="a word of the command", least=0, most=4096),
                    least=1,
                    most=100,
                )
            },
        ),
        "initialDelaySeconds": replace(_SECONDS, means="How long to wait before the first probe."),
        "periodSeconds": replace(_TIMES, means="How often to probe."),
        "timeoutSeconds": replace(_TIMES, means="After how long a probe has failed."),
        "successThreshold": replace(_TIMES, means="How many successes in a row count."),
        "failureThreshold": replace(_TIMES, means="How many failures in a row count."),
        "terminationGracePeriodSeconds": replace(_SECONDS, means="How long the container may take to stop."),
    },
    exclusive=(("httpGet", "tcpSocket", "grpc", "exec"),),
    any_of=(("httpGet", "tcpSocket", "grpc", "exec"),),
)
