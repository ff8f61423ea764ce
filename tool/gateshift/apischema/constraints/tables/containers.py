"""Containers of every kind: names, ports, variables, mounts, probes, hooks, resources and rights.

Source: k8s.io/kubernetes, pkg/apis/core/validation/validation.go.
"""

from __future__ import annotations

from gateshift.apischema.constraints import resource_relations as resources
from gateshift.apischema.constraints import volume_relations as volumes
from gateshift.apischema.constraints.constraint import (
    FORBIDDEN,
    NEEDED,
    NONNEGATIVE,
    PORT,
    POSITIVE,
    Format,
    OnlyOne,
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

_CONTAINERS = ("core/v1.Container", "core/v1.EphemeralContainer")
_IDENTITY = Range(0, 2**31 - 1)


def _container(type_: str) -> tuple[Row, ...]:
    return (
        *table(
            type_,
            "core/validation.validateContainerCommon",
            ("name", NEEDED),
            ("name", Format("label")),
            ("image", NEEDED),
        ),
        *table(type_, "core/validation.validateContainerPorts", ("ports", Unique(("name",)))),
        *table(
            type_,
            "core/validation.ValidateVolumeMounts",
            ("volumeMounts", Unique(("mountPath",))),
            (
                "",
                Relation(
                    volumes.mounts_and_devices,
                    {
                        "volumeMounts": [{"name": "v", "mountPath": "/v"}],
                        "volumeDevices": [{"name": "v", "devicePath": "/d"}],
                    },
                    {
                        "volumeMounts": [{"name": "v", "mountPath": "/v"}],
                        "volumeDevices": [{"name": "w", "devicePath": "/d"}],
                    },
                ),
            ),
        ),
        *table(
            type_,
            "core/validation.ValidateVolumeDevices",
            ("volumeDevices", Unique(("name",))),
            ("volumeDevices", Unique(("devicePath",))),
        ),
        *table(
            type_,
            "core/validation.validateMountPropagation",
            (
                "volumeMounts.[].mountPropagation",
                one_of("HostToContainer", "None"),
                lacks("securityContext.privileged", True),
            ),
        ),
        *table(
            type_,
            "core/validation.validateContainerRestartPolicy",
            ("restartPolicy", one_of("Always", "Never", "OnFailure")),
            ("restartPolicy", NEEDED, has("restartPolicyRules")),
            ("restartPolicyRules", Size(20)),
        ),
        *table(type_, "core/validation.validateResizePolicy", ("resizePolicy", Unique(("resourceName",)))),
    )


_KINDS = tuple(row for type_ in _CONTAINERS for row in _container(type_))

_INIT = (
    *table(
        "core/v1.PodSpec",
        "core/validation.validateInitContainers",
        *(
            (field, FORBIDDEN, lacks("restartPolicy", "Always"))
            for field in ("lifecycle", "livenessProbe", "readinessProbe", "startupProbe")
        ),
        ("resizePolicy.[].restartPolicy", one_of("NotRequired"), lacks("restartPolicy", "Always")),
        at="initContainers.[]",
    ),
    *table(
        "core/v1.PodSpec",
        "core/validation.validateEphemeralContainers",
        *(
            (field, FORBIDDEN)
            for field in (
                "ports",
                "lifecycle",
                "livenessProbe",
                "readinessProbe",
                "startupProbe",
                "resources",
                "resizePolicy",
            )
        ),
        ("volumeMounts.[].subPath", FORBIDDEN),
        ("volumeMounts.[].subPathExpr", FORBIDDEN),
        at="ephemeralContainers.[]",
    ),
)

_PORTS_AND_VARIABLES = (
    *table(
        "core/v1.ContainerPort",
        "core/validation.validateContainerPorts",
        ("name", Format("port-name")),
        ("containerPort", PORT),
        ("hostPort", Range(1, 65535, zero=True)),
    ),
    *table(
        "core/v1.EnvVar",
        "core/validation.ValidateEnv",
        ("name", NEEDED),
        ("name", Format("variable")),
    ),
    *table(
        "core/v1.EnvVar",
        "core/validation.validateEnvVarValueFrom",
        ("valueFrom", FORBIDDEN, has("value")),
        (
            "valueFrom",
            OnlyOne(("fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef")),
        ),
    ),
    *table(
        "core/v1.EnvVar",
        "core/validation.validateObjectFieldSelector",
        ("valueFrom.fieldRef.fieldPath", NEEDED),
        (
            "valueFrom.fieldRef",
            Relation(
                volumes.unknown_field_of_variable,
                {"fieldPath": "metadata.annotations"},
                {"fieldPath": "metadata.labels['a']"},
            ),
        ),
    ),
    *table(
        "core/v1.ResourceFieldSelector",
        "core/validation.validateContainerResourceFieldSelector",
        ("resource", NEEDED),
        (
            "",
            Relation(
                volumes.unknown_resource_field, {"resource": "limit.cpu"}, {"resource": "limits.cpu", "divisor": "1m"}
            ),
        ),
    ),
    *(
        row
        for type_ in ("core/v1.ConfigMapKeySelector", "core/v1.SecretKeySelector")
        for row in table(
            type_,
            f"core/validation.validate{type_.removeprefix('core/v1.')}",
            ("name", NEEDED),
            ("name", Format("subdomain")),
            ("key", NEEDED),
            ("key", Format("config-key")),
        )
    ),
    *table(
        "core/v1.FileKeySelector",
        "core/validation.validateFileKeySelector",
        ("key", NEEDED),
        ("key", Format("variable")),
        ("volumeName", NEEDED),
        ("volumeName", Format("label")),
        ("path", NEEDED),
        ("path", Format("path-without-steps-back")),
    ),
    *table(
        "core/v1.EnvFromSource",
        "core/validation.ValidateEnvFrom",
        ("prefix", Format("variable")),
        ("", OnlyOne(("configMapRef", "secretRef"))),
    ),
    *(
        row
        for name, type_ in (
            ("validateConfigMapEnvSource", "ConfigMapEnvSource"),
            ("validateSecretEnvSource", "SecretEnvSource"),
        )
        for row in table(
            f"core/v1.{type_}", f"core/validation.{name}", ("name", NEEDED), ("name", Format("name-prefix"))
        )
    ),
)

_MOUNTS = (
    *table(
        "core/v1.VolumeMount",
        "core/validation.ValidateVolumeMounts",
        ("name", NEEDED),
        ("mountPath", NEEDED),
        ("subPath", Format("descending-path")),
        ("subPathExpr", Format("descending-path")),
        ("subPathExpr", FORBIDDEN, has("subPath")),
    ),
    *table(
        "core/v1.VolumeMount",
        "core/validation.validateMountRecursiveReadOnly",
        ("recursiveReadOnly", one_of("Disabled", "IfPossible", "Enabled")),
        ("recursiveReadOnly", one_of("Disabled"), lacks("readOnly")),
        ("recursiveReadOnly", one_of("Disabled"), has("mountPropagation", "HostToContainer", "Bidirectional")),
    ),
    *table(
        "core/v1.VolumeDevice",
        "core/validation.ValidateVolumeDevices",
        ("name", NEEDED),
        ("devicePath", NEEDED),
        ("devicePath", Format("path-without-steps-back")),
    ),
)

_HANDLERS = ("exec", "httpGet", "tcpSocket")
_PROBES = (
    *table(
        "core/v1.Probe",
        "core/validation.validateProbe",
        *(
            (field, NONNEGATIVE)
            for field in (
                "initialDelaySeconds",
                "timeoutSeconds",
                "periodSeconds",
                "successThreshold",
                "failureThreshold",
            )
        ),
        ("terminationGracePeriodSeconds", POSITIVE),
    ),
    *table("core/v1.Probe", "core/validation.validateHandler", ("", OnlyOne((*_HANDLERS, "grpc")))),
    *table("core/v1.LifecycleHandler", "core/validation.validateHandler", ("", OnlyOne((*_HANDLERS, "sleep")))),
    *(
        row
        for type_ in _CONTAINERS
        for row in (
            *table(
                type_,
                "core/validation.validateReadinessProbe",
                ("readinessProbe.terminationGracePeriodSeconds", FORBIDDEN),
            ),
            *table(
                type_,
                "core/validation.validateLivenessProbe",
                ("livenessProbe.successThreshold", Range(1, 1, zero=True)),
            ),
            *table(
                type_, "core/validation.validateStartupProbe", ("startupProbe.successThreshold", Range(1, 1, zero=True))
            ),
        )
    ),
    *table("core/v1.ExecAction", "core/validation.validateExecAction", ("command", NEEDED)),
    *table(
        "core/v1.HTTPGetAction",
        "core/validation.validateHTTPGetAction",
        ("port", Format("port")),
        ("httpHeaders.[].name", Format("header")),
    ),
    *table("core/v1.TCPSocketAction", "core/validation.validateTCPSocketAction", ("port", Format("port"))),
    *table("core/v1.GRPCAction", "core/validation.validateGRPCAction", ("port", PORT)),
)

_RIGHTS = (
    *table(
        "core/v1.SecurityContext",
        "core/validation.ValidateSecurityContext",
        ("runAsUser", _IDENTITY),
        ("runAsGroup", _IDENTITY),
        ("privileged", FORBIDDEN, has("privileged", True), has("allowPrivilegeEscalation", False)),
        ("capabilities.add.[]", Format("no-sys-admin"), has("allowPrivilegeEscalation", False)),
    ),
    *table(
        "core/v1.ResourceRequirements",
        "core/validation.validateResourceRequirements",
        (
            "",
            Relation(
                resources.requirements,
                {"limits": {"cpu": "1"}, "requests": {"cpu": "2"}},
                {"limits": {"cpu": "1", "nvidia.com/gpu": 1}, "requests": {"cpu": "1000m"}},
            ),
        ),
    ),
    *table(
        "core/v1.ContainerResizePolicy",
        "core/validation.validateResizePolicy",
        ("resourceName", NEEDED),
        ("resourceName", one_of("cpu", "memory")),
        ("restartPolicy", NEEDED),
        ("restartPolicy", one_of("NotRequired", "RestartContainer")),
    ),
    *table(
        "core/v1.ContainerRestartRule",
        "core/validation.validateContainerRestartPolicy",
        ("action", NEEDED),
        ("action", one_of("Restart", "RestartAllContainers")),
        ("exitCodes", NEEDED),
        ("exitCodes.operator", one_of("In", "NotIn")),
        ("exitCodes.values", Size(255)),
    ),
)

ROWS = (*_KINDS, *_INIT, *_PORTS_AND_VARIABLES, *_MOUNTS, *_PROBES, *_RIGHTS)
