"""The form of what runs: the workload that the versions share, and the versions; and of a container's probes.

Source: the Kubernetes API reference, Probe v1.
"""

from __future__ import annotations

from msgspec.structs import replace

from gateshift.config.schema import vocabulary
from gateshift.config.schema.live import LIVE_VERSION
from gateshift.config.schema.pod import OTHER_POD_KEYS
from gateshift.config.schema.schema_types import Either, Fields, ListOf, MapOf, Number, Raw, SchemaType, Text

_SECONDS = Number(expects="a whole number of seconds", least=0, most=2147483647)
_TIMES = Number(expects="a whole number from 1", least=1, most=2147483647)

_PROBED_PORT = Either(
    expects="a port, 1 to 65535, or the name of a container port",
    options=(vocabulary.PORT, vocabulary.CONTAINER_PORT_NAME),
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
                        keys={"name": vocabulary.HEADER_NAME, "value": replace(vocabulary.HEADER_VALUE, least=0)},
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
                "port": replace(vocabulary.PORT, means="The container's port."),
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

_OWN_MANIFEST = "write the Deployment into a file of its own and name that with `manifest:`"
_QUANTITIES = MapOf(
    shared="quantities",
    expects="quantities such as {cpu: 100m, memory: 64Mi}",
    name=Text(expects="a resource such as `cpu` or `memory`", pattern="^[A-Za-z0-9]([A-Za-z0-9./_-]*[A-Za-z0-9])?$"),
    value=Either(
        expects="a quantity such as `100m` or `64Mi`",
        options=(
            Text(
                expects="a quantity such as `100m` or `64Mi`",
                pattern=r"^([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$",
                most=32,
            ),
            Number(expects="a quantity", whole=False, most=1e18),
        ),
    ),
)

ENV = Either(
    shared="env",
    expects="environment variables: a mapping of names to texts, or a list as Kubernetes has it",
    options=(
        MapOf(
            expects="a mapping of names to texts",
            name=Text(expects="a variable's name", pattern=r"^[^=\x00-\x20\x7f]+$", most=1024),
            value=Text(expects="a string, in quotes where it looks like a number", least=0, most=32768),
        ),
        ListOf(
            expects="a list of variables",
            item=Fields(
                expects="a variable such as {name: LEVEL, value: debug}",
                required=("name",),
                keys={
                    "name": Text(expects="a variable's name", pattern=r"^[^=\x00-\x20\x7f]+$", most=1024),
                    "value": Text(expects="a string, in quotes where it looks like a number", least=0, most=32768),
                    "valueFrom": Raw(expects="a source such as {secretKeyRef: {name: db, key: password}}"),
                },
                exclusive=(("value", "valueFrom"),),
            ),
            most=1000,
        ),
    ),
)

RESOURCES = Fields(
    shared="resources",
    expects="requests and limits",
    keys={
        "requests": replace(_QUANTITIES, means="What the scheduler reserves."),
        "limits": replace(_QUANTITIES, means="The most the container may use."),
    },
)

WORKLOAD_KEYS: dict[str, SchemaType] = {
    "container": replace(vocabulary.LABEL, means="The container's name; the service's unless given."),
    "serviceAccount": replace(vocabulary.SUBDOMAIN, means="The ServiceAccount of the pods, which is written too."),
    "imagePullPolicy": Text(
        means="When the image is pulled; unless given, as Kubernetes does: Always for the tag `latest` or none, "
        "else IfNotPresent.",
        expects="`Always`, `IfNotPresent` or `Never`",
        choices=("Always", "IfNotPresent", "Never"),
    ),
    "env": replace(ENV, means="The container's environment: {NAME: text}, or a list as Kubernetes has it."),
    "resources": replace(RESOURCES, means="What the container needs and may use."),
    "readinessProbe": replace(PROBE, means="When a pod may get requests; as Kubernetes has it."),
    "livenessProbe": replace(PROBE, means="When a container is restarted; as Kubernetes has it."),
    "startupProbe": replace(PROBE, means="When a container has started; as Kubernetes has it."),
    **OTHER_POD_KEYS,
}

_ELSEWHERE = dict.fromkeys(("spec", "template"), _OWN_MANIFEST)
_ELSEWHERE |= {
    "containers": "the service's own container is described here; the others belong to `sidecars`",
}

OBJECTS = ListOf(
    shared="objects",
    expects="a list of files and directories such as [pdb.yaml, settings]",
    item=replace(
        vocabulary.FILE,
        means="A file, or a directory; with a kustomization it is built from there, else its YAML files are copied.",
    ),
    most=200,
    distinct=True,
)

AUTOSCALING = Fields(
    expects="limits such as {min: 2, max: 10, cpu: 80}",
    shared="autoscaling",
    required=("max",),
    keys={
        "min": Number(
            means="The least number of pods.",
            expects="a whole number from 1",
            least=1,
            most=2147483647,
            default=1,
        ),
        "max": Number(means="The largest number of pods.", expects="a whole number from 1", least=1, most=2147483647),
        "cpu": Number(
            means="The mean CPU use aimed at, in per cent of what the pods request.",
            expects="a percentage from 1",
            least=1,
            most=2147483647,
            default=80,
        ),
    },
)

WORKLOAD = Fields(
    expects="what the pods of every version share",
    means="What the pods of every version share; a version may say otherwise for itself.",
    keys=WORKLOAD_KEYS,
    elsewhere={**_ELSEWHERE, "image": "the image belongs to a version", "replicas": "replicas belong to a version"},
)

VERSION = Fields(
    expects="a version such as {image: ghcr.io/team/app:1.2.3}",
    keys={
        "image": replace(vocabulary.IMAGE, means="The version's image, with a tag or a digest."),
        "manifest": replace(
            vocabulary.FILE,
            means="A file with the version's own Deployment, instead of an image and the workload's fields; "
            "it is kept as written.",
        ),
        "replicas": Number(
            means="How many pods run.", expects="a whole number from 0", least=0, most=2147483647, default=1
        ),
        "autoscaling": replace(AUTOSCALING, means="A HorizontalPodAutoscaler instead of a fixed number of replicas."),
        "service": replace(
            vocabulary.SERVICE_NAME, means="The name of its Service; `<service>-<version>` unless given."
        ),
        "deployment": replace(
            vocabulary.SUBDOMAIN, means="The name of its Deployment; `<service>-<version>` unless given."
        ),
        "live": LIVE_VERSION,
        "selector": MapOf(
            means="The labels of its pods that its Service selects; the service's selector and the version label "
            "unless given.",
            expects="a mapping of label keys to values",
            name=vocabulary.LABEL_KEY,
            value=vocabulary.LABEL_VALUE,
            least=1,
        ),
        "objects": replace(OBJECTS, means="Objects of your own that come and go with the version."),
        **WORKLOAD_KEYS,
    },
    any_of=(("image", "manifest", "live"),),
    exclusive=(
        ("replicas", "autoscaling"),
        *(("manifest", key) for key in ("image", *WORKLOAD_KEYS)),
        *(
            ("live", key)
            for key in ("image", "manifest", "replicas", "autoscaling", "deployment", "selector", *WORKLOAD_KEYS)
        ),
    ),
    elsewhere=_ELSEWHERE,
)

VERSIONS = MapOf(
    expects="the versions, oldest first",
    means="The versions in order: the first is the baseline, the last the candidate.",
    name=replace(
        vocabulary.LABEL,
        expects="a version's name such as `v2`: lower-case letters, digits and `-`, at most 63 characters",
    ),
    value=VERSION,
    least=1,
    most=16,
)
