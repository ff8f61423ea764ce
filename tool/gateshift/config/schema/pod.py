"""The form of what a version's pods have besides their image and probes: kept as Kubernetes spells it.

Three tables say where each key goes: into the container, the pod, or the Deployment. `validate` checks what is built
from them against the API's own schema.

Source: the Kubernetes API reference, Container v1, PodSpec v1 and DeploymentSpec v1.
"""

from __future__ import annotations

from msgspec.structs import replace

from gateshift.config.schema import vocabulary
from gateshift.config.schema.schema_types import Flag, ListOf, Number, Raw, SchemaType, Text

_AS_KUBERNETES = "as Kubernetes has it"
_SECONDS = Number(expects="a whole number of seconds", least=0, most=2147483647)
_WORDS = ListOf(
    expects="a list of words", item=Text(expects="a word of the command", least=0, most=32768), least=1, most=1000
)


def _raw(means: str, such_as: str) -> Raw:
    return Raw(means=f"{means}, {_AS_KUBERNETES}.", expects=f"a mapping such as {such_as}")


def _list(means: str, such_as: str) -> ListOf:
    return ListOf(
        means=f"{means}, {_AS_KUBERNETES}.",
        expects=f"a list such as [{such_as}]",
        item=Raw(expects=f"a mapping such as {such_as}"),
        most=1000,
    )


def _word(means: str, such_as: str) -> Text:
    return Text(means=f"{means}, {_AS_KUBERNETES}.", expects=f"a string such as `{such_as}`", most=4096)


CONTAINER_KEYS: dict[str, SchemaType] = {
    "command": replace(_WORDS, means="What the container runs instead of its image's entry point."),
    "args": replace(_WORDS, means="The arguments of what it runs."),
    "workingDir": Text(means="The directory it runs in.", expects="a directory such as `/srv`", most=4096),
    "envFrom": _list("Whole ConfigMaps and Secrets as environment variables", "{configMapRef: {name: settings}}"),
    "volumeMounts": _list("Where the container sees the pod's volumes", "{name: cache, mountPath: /cache}"),
    "securityContext": _raw("What the container may do", "{runAsNonRoot: true}"),
    "lifecycle": _raw("What is done before it stops and after it starts", "{preStop: {sleep: {seconds: 5}}}"),
    "ports": _list("Its ports, instead of those that the Service targets", "{name: http, containerPort: 8080}"),
    "volumeDevices": _list("Where it sees raw block volumes", "{name: disk, devicePath: /dev/xvda}"),
    "terminationMessagePath": _word("Where it leaves its last message", "/dev/termination-log"),
    "terminationMessagePolicy": _word("How its last message is found", "FallbackToLogsOnError"),
    "resizePolicy": _list("What restarts it on a resize", "{resourceName: cpu, restartPolicy: NotRequired}"),
    "stdin": Flag(means="Whether it has a standard input."),
    "tty": Flag(means="Whether it has a terminal."),
}
POD_KEYS: dict[str, SchemaType] = {
    "volumes": _list("The pod's volumes", "{name: cache, emptyDir: {}}"),
    "initContainers": _list("Containers that run before, or with, the service's own", "{name: wait, image: a/b:1}"),
    "podSecurityContext": _raw("What the pod's containers may do", "{fsGroup: 1000}"),
    "affinity": _raw("Near which nodes and pods they run", "{podAntiAffinity: {...}}"),
    "tolerations": _list("Which taints of nodes they accept", "{key: spot, operator: Exists}"),
    "nodeSelector": replace(vocabulary.LABELS, means="The labels of the nodes they run on."),
    "topologySpreadConstraints": _list("How they spread", "{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ...}"),
    "imagePullSecrets": _list("The Secrets that open the registry", "{name: registry}"),
    "priorityClassName": replace(vocabulary.SUBDOMAIN, means="The pods' PriorityClass."),
    "terminationGracePeriodSeconds": replace(_SECONDS, means="How long a pod may take to stop."),
    "automountServiceAccountToken": Flag(means="Whether the pods see their ServiceAccount's token."),
    "enableServiceLinks": Flag(means="Whether they see other Services as variables."),
    "shareProcessNamespace": Flag(means="Whether a pod's containers see each other's processes."),
    "hostNetwork": Flag(means="Whether they use their node's network."),
    "hostPID": Flag(means="Whether they see their node's processes."),
    "hostIPC": Flag(means="Whether they share memory with their node's processes."),
    "hostUsers": Flag(means="Whether their users are their node's."),
    "hostAliases": _list("Names that their /etc/hosts has", "{ip: 127.0.0.1, hostnames: [db]}"),
    "dnsPolicy": _word("How they look up names", "ClusterFirstWithHostNet"),
    "dnsConfig": _raw("What they look up names with", "{options: [{name: ndots, value: '2'}]}"),
    "runtimeClassName": replace(vocabulary.SUBDOMAIN, means="The pods' RuntimeClass."),
    "schedulerName": _word("Who chooses their nodes", "default-scheduler"),
    "preemptionPolicy": _word("Whether they push others out", "Never"),
    "readinessGates": _list("Further conditions of their readiness", "{conditionType: example.com/ready}"),
    "os": _raw("Their operating system", "{name: linux}"),
}
DEPLOYMENT_KEYS: dict[str, SchemaType] = {
    "strategy": _raw("How pods are replaced", "{rollingUpdate: {maxUnavailable: 0}}"),
    "minReadySeconds": replace(_SECONDS, means="How long a new pod must be ready before it counts."),
    "progressDeadlineSeconds": replace(_SECONDS, means="After how long without progress the Deployment has failed."),
    "revisionHistoryLimit": Number(
        means="How many old ReplicaSets are kept.", expects="a whole number from 0", least=0, most=2147483647
    ),
}
METADATA_KEYS: dict[str, SchemaType] = {
    "labels": replace(vocabulary.LABELS, means="Labels of the Deployment itself."),
    "annotations": replace(vocabulary.ANNOTATIONS, means="Annotations of the Deployment itself."),
    "podLabels": replace(vocabulary.LABELS, means="Further labels of the pods; no Service selects by them."),
    "podAnnotations": replace(vocabulary.ANNOTATIONS, means="Annotations of the pods."),
}
SIDECARS = _list("Further containers of the pod, next to the service's own", "{name: proxy, image: a/b:1}")

OTHER_POD_KEYS: dict[str, SchemaType] = {
    **CONTAINER_KEYS,
    **POD_KEYS,
    "sidecars": SIDECARS,
    **DEPLOYMENT_KEYS,
    **METADATA_KEYS,
}
