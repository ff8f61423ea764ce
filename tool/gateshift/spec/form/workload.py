"""The form of what runs: the workload that the versions share, and the versions."""

from __future__ import annotations

from dataclasses import replace

from gateshift.spec import words
from gateshift.spec.form.probe import PROBE
from gateshift.spec.forms import Either, Fields, Form, ListOf, MapOf, Number, Raw, Text

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

_ENV = Either(
    shared="env",
    expects="environment variables: a mapping of names to texts, or a list as Kubernetes has it",
    options=(
        MapOf(
            expects="a mapping of names to texts",
            name=Text(expects="a variable's name", pattern=r"^[^=\x00-\x20\x7f]+$", most=1024),
            value=Text(expects="a text, in quotes where it looks like a number", least=0, most=32768),
        ),
        ListOf(
            expects="a list of variables",
            item=Fields(
                expects="a variable such as {name: LEVEL, value: debug}",
                required=("name",),
                keys={
                    "name": Text(expects="a variable's name", pattern=r"^[^=\x00-\x20\x7f]+$", most=1024),
                    "value": Text(expects="a text, in quotes where it looks like a number", least=0, most=32768),
                    "valueFrom": Raw(expects="a source such as {secretKeyRef: {name: db, key: password}}"),
                },
                exclusive=(("value", "valueFrom"),),
            ),
            most=1000,
        ),
    ),
)

WORKLOAD_KEYS: dict[str, Form] = {
    "container": replace(words.LABEL, means="The container's name; the service's unless given."),
    "serviceAccount": replace(words.SUBDOMAIN, means="The ServiceAccount of the pods, which is written too."),
    "imagePullPolicy": Text(
        means="When the image is pulled; unless given, as Kubernetes does: Always for the tag `latest` or none, "
        "else IfNotPresent.",
        expects="`Always`, `IfNotPresent` or `Never`",
        choices=("Always", "IfNotPresent", "Never"),
    ),
    "env": replace(_ENV, means="The container's environment: {NAME: text}, or a list as Kubernetes has it."),
    "resources": Fields(
        expects="requests and limits",
        means="What the container needs and may use.",
        keys={
            "requests": replace(_QUANTITIES, means="What the scheduler reserves."),
            "limits": replace(_QUANTITIES, means="The most the container may use."),
        },
    ),
    "readinessProbe": replace(PROBE, means="When a pod may get requests; as Kubernetes has it."),
    "livenessProbe": replace(PROBE, means="When a container is restarted; as Kubernetes has it."),
    "startupProbe": replace(PROBE, means="When a container has started; as Kubernetes has it."),
}

_POD_FIELDS = """
    affinity annotations args command containers envFrom imagePullSecrets initContainers
    labels lifecycle nodeSelector podSecurityContext ports securityContext spec
    strategy template tolerations topologySpreadConstraints volumeMounts volumes
"""
_ELSEWHERE = dict.fromkeys(_POD_FIELDS.split(), _OWN_MANIFEST)

WORKLOAD = Fields(
    expects="what the pods of every version share",
    means="What the pods of every version share; a version may say otherwise for itself.",
    keys=WORKLOAD_KEYS,
    elsewhere={**_ELSEWHERE, "image": "the image belongs to a version", "replicas": "replicas belong to a version"},
)

VERSION = Fields(
    expects="a version such as {image: ghcr.io/team/app:1.2.3}",
    keys={
        "image": replace(words.IMAGE, means="The version's image, with a tag or a digest."),
        "manifest": replace(
            words.FILE,
            means="A file with the version's own Deployment, instead of an image and the workload's fields; "
            "it is kept as written.",
        ),
        "replicas": Number(
            means="How many pods run.", expects="a whole number from 0", least=0, most=2147483647, default=1
        ),
        "autoscaling": Fields(
            expects="limits such as {min: 2, max: 10, cpu: 80}",
            means="A HorizontalPodAutoscaler instead of a fixed number of replicas.",
            required=("max",),
            keys={
                "min": Number(
                    means="The least number of pods.",
                    expects="a whole number from 1",
                    least=1,
                    most=2147483647,
                    default=1,
                ),
                "max": Number(
                    means="The largest number of pods.", expects="a whole number from 1", least=1, most=2147483647
                ),
                "cpu": Number(
                    means="The mean CPU use aimed at, in per cent of what the pods request.",
                    expects="a percentage from 1",
                    least=1,
                    most=2147483647,
                    default=80,
                ),
            },
        ),
        "service": replace(words.SERVICE_NAME, means="The name of its Service; `<service>-<version>` unless given."),
        "deployment": replace(words.SUBDOMAIN, means="The name of its Deployment; `<service>-<version>` unless given."),
        **WORKLOAD_KEYS,
    },
    any_of=(("image", "manifest"),),
    exclusive=(
        ("replicas", "autoscaling"),
        *(("manifest", key) for key in ("image", *WORKLOAD_KEYS)),
    ),
    elsewhere=_ELSEWHERE,
)

VERSIONS = MapOf(
    expects="the versions, oldest first",
    means="The versions in order: the first is the baseline, the last the candidate.",
    name=replace(
        words.LABEL,
        expects="a version's name such as `v2`: lower-case letters, digits and `-`, at most 63 characters",
    ),
    value=VERSION,
    least=2,
    most=16,
)
