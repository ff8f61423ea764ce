"""Pods and every template of pods: the pod itself, its names, its network, and what its containers share.

Source: k8s.io/kubernetes, pkg/apis/core/validation/validation.go; the rows name the functions.
"""

from __future__ import annotations

from gateshift.apischema.constraints import pod_relations as pods
from gateshift.apischema.constraints import resource_relations as resources
from gateshift.apischema.constraints import volume_relations as volumes
from gateshift.apischema.constraints.constraint import (
    FORBIDDEN,
    NEEDED,
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
from gateshift.yamldoc.data import JsonObject

_POD = "core/v1.PodSpec"

_STATEFUL = ("apps/v1.StatefulSet",)

_SPEC = (
    *table(
        _POD,
        "core/validation.ValidatePodSpec",
        ("serviceAccountName", Format("subdomain")),
        ("nodeName", Format("subdomain")),
        ("activeDeadlineSeconds", Range(1, 2**31 - 1)),
        ("priorityClassName", Format("subdomain")),
        ("resourceClaims", Unique(("name",))),
        ("schedulingGroup", FORBIDDEN, has("evictionResponders")),
    ),
    *table(
        _POD,
        "core/validation.ValidatePodSpec",
        ("hostname", Format("label")),
        ("subdomain", Format("label")),
        outside=_STATEFUL,
    ),
    *table(_POD, "core/validation.ValidateRuntimeClassName", ("runtimeClassName", Format("subdomain"))),
    *table(_POD, "core/validation.validateContainers", ("containers", NEEDED)),
    *table(
        _POD,
        "core/validation.validateShareProcessNamespace",
        ("shareProcessNamespace", FORBIDDEN, has("hostPID", True), has("shareProcessNamespace", True)),
    ),
    *table(
        _POD,
        "core/validation.validatePodHostName",
        ("hostnameOverride", FORBIDDEN, has("setHostnameAsFQDN", True)),
        ("hostnameOverride", FORBIDDEN, has("hostNetwork", True)),
        ("hostnameOverride", Size(64)),
        ("hostnameOverride", Format("subdomain")),
    ),
    *table(
        _POD,
        "core/validation.validateHostUsers",
        *((field, FORBIDDEN, has("hostUsers", False)) for field in ("hostNetwork", "hostPID", "hostIPC")),
    ),
    *table(_POD, "core/validation.validateOS", ("os.name", NEEDED), ("os.name", one_of("linux", "windows"))),
    *table(
        _POD,
        "core/validation.validatePodDNSConfig",
        ("dnsConfig", NEEDED, has("dnsPolicy", "None")),
        ("dnsConfig.nameservers", NEEDED, has("dnsPolicy", "None")),
    ),
    *table(
        _POD, "core/validation.validateReadinessGates", ("readinessGates.[].conditionType", Format("qualified-name"))
    ),
    *table(
        _POD,
        "core/validation.validateSchedulingGates",
        ("schedulingGates.[].name", Format("qualified-name")),
        ("schedulingGates", Unique(("name",), blank=True)),
    ),
    *table(_POD, "core/validation.validatePodResources", ("resources.claims", FORBIDDEN)),
    *table(
        _POD,
        "core/validation.validateTopologySpreadConstraints",
        ("topologySpreadConstraints", Unique(("topologyKey", "whenUnsatisfiable"))),
    ),
)

_ONLY_PODS = (
    *table(
        "core/v1.Pod",
        "core/validation.validateContainerOnlyForPod",
        ("containers.[].image", Format("trimmed")),
        ("initContainers.[].image", Format("trimmed")),
        at="spec",
    ),
    # The admission plug-in of priorities computes the number from the class; without one it is 0.
    *table("core/v1.Pod", "core/validation.ValidatePodCreate", ("ephemeralContainers", FORBIDDEN), at="spec"),
    *table(
        "core/v1.Pod",
        "core/validation.validatePodMetadataAndSpec",
        ("priority", Range(0, 0), lacks("priorityClassName")),
        at="spec",
    ),
    *table(
        "core/v1.PodTemplateSpec", "core/validation.ValidatePodTemplateSpec", ("spec.ephemeralContainers", FORBIDDEN)
    ),
)

_ANNOTATIONS = tuple(
    row
    for type_ in ("core/v1.Pod", "core/v1.PodTemplateSpec")
    for row in (
        *table(
            type_,
            "core/validation.ValidatePodSpecificAnnotations",
            ("metadata.annotations.'controller.kubernetes.io/pod-deletion-cost'", Format("int32")),
        ),
        *table(
            type_,
            "core/validation.ValidateAppArmorPodAnnotations",
            (
                "",
                Relation(
                    pods.profiles_of_containers,
                    {"metadata": {"annotations": {f"{pods.APP_ARMOR}a": "x"}}, "spec": {"containers": [{"name": "a"}]}},
                    {
                        "metadata": {"annotations": {f"{pods.APP_ARMOR}a": "unconfined"}},
                        "spec": {"containers": [{"name": "a"}]},
                    },
                ),
            ),
        ),
    )
)

_DNS = (
    *table(
        "core/v1.PodDNSConfig",
        "core/validation.validatePodDNSConfig",
        ("nameservers", Size(3)),
        ("nameservers.[]", Format("ip")),
        ("searches", Size(32)),
        ("searches.[]", Format("search-domain")),
        ("options.[].name", NEEDED),
        ("", Relation(pods.search_list_too_long, {"searches": ["a" * 250] * 9}, {"searches": ["a.b"]})),
    ),
    *table(
        "core/v1.HostAlias",
        "core/validation.ValidateHostAliases",
        ("ip", Format("ip")),
        ("hostnames.[]", Format("subdomain")),
    ),
)

_ONE: JsonObject = {"name": "a"}

_WINDOWS: JsonObject = {"os": {"name": "windows"}}

_SLEEPY: JsonObject = {"name": "a", "lifecycle": {"preStop": {"sleep": {"seconds": 60}}}}

_MOUNTED: JsonObject = {"name": "a", "volumeMounts": [{"name": "v", "mountPath": "/v"}]}

_PORTS: JsonObject = {"ports": [{"containerPort": 80, "hostPort": 80}]}

_FILED: JsonObject = {"env": [{"name": "A", "valueFrom": {"fileKeyRef": {"volumeName": "v"}}}]}


def _relation(source: str, relation: Relation, *, outside: tuple[str, ...] = ()) -> tuple[Row, ...]:
    return table(_POD, f"core/validation.{source}", ("", relation), outside=outside)


_RELATIONS = (
    *_relation(
        "validateInitContainers", Relation(pods.repeated_names, {"containers": [_ONE, _ONE]}, {"containers": [_ONE]})
    ),
    *_relation(
        "ValidateVolumeMounts",
        Relation(
            volumes.missing_volumes, {"containers": [_MOUNTED]}, {"containers": [_MOUNTED], "volumes": [{"name": "v"}]}
        ),
        outside=_STATEFUL,
    ),
    *_relation(
        "AccumulateUniqueHostPorts",
        Relation(pods.host_port_conflicts, {"containers": [_PORTS, _PORTS]}, {"containers": [_PORTS, _ONE]}),
    ),
    *_relation(
        "validatePodHostNetworkDeps",
        Relation(
            pods.ports_of_host,
            {"hostNetwork": True, "containers": [{"ports": [{"containerPort": 80, "hostPort": 81}]}]},
            {"hostNetwork": True, "containers": [_PORTS]},
        ),
    ),
    *_relation(
        "validateSleepAction",
        Relation(
            pods.sleep_beyond_grace,
            {"containers": [_SLEEPY]},
            {"terminationGracePeriodSeconds": 90, "containers": [_SLEEPY]},
        ),
    ),
    *_relation(
        "validateResourceClaimNames",
        Relation(
            pods.missing_claims,
            {"containers": [{"resources": {"claims": [{"name": "a"}]}}]},
            {"containers": [{"resources": {"claims": [{"name": "a"}]}}], "resourceClaims": [_ONE]},
        ),
    ),
    *_relation(
        "validateFileKeyRefVolumes",
        Relation(
            volumes.files_outside_empty_dirs,
            {"containers": [_FILED], "volumes": [{"name": "v", "configMap": {"name": "c"}}]},
            {"containers": [_FILED], "volumes": [{"name": "v", "emptyDir": {}}]},
        ),
    ),
    *_relation(
        "validateResizePolicy",
        Relation(
            pods.never_restarted_but_resized,
            {"restartPolicy": "Never", "containers": [{"resizePolicy": [{"restartPolicy": "RestartContainer"}]}]},
            {"restartPolicy": "Never", "containers": [{"resizePolicy": [{"restartPolicy": "NotRequired"}]}]},
        ),
    ),
    *_relation(
        "ValidateSecurityContext",
        Relation(
            pods.proc_mount_of_host,
            {"containers": [{"securityContext": {"procMount": "Unmasked"}}]},
            {"hostUsers": False, "containers": [{"securityContext": {"procMount": "Unmasked"}}]},
        ),
    ),
    *_relation(
        "validateWindows", Relation(pods.system_fields, {**_WINDOWS, "hostPID": True}, {**_WINDOWS, "hostPID": False})
    ),
    *_relation(
        "validatePodResourceConsistency",
        Relation(
            resources.pod_below_containers,
            {"resources": {"requests": {"cpu": "1"}}, "containers": [{"resources": {"requests": {"cpu": "2"}}}]},
            {"resources": {"requests": {"cpu": "2"}}, "containers": [{"resources": {"requests": {"cpu": "2"}}}]},
        ),
    ),
)

_CLAIMS = (
    *table(
        "core/v1.PodResourceClaim",
        "core/validation.validatePodResourceClaim",
        ("name", NEEDED),
        ("name", Format("label")),
        ("", OnlyOne(("resourceClaimName", "resourceClaimTemplateName"))),
        ("resourceClaimName", Format("subdomain")),
        ("resourceClaimTemplateName", Format("subdomain")),
    ),
)

_RESOURCES = (
    *table(
        _POD,
        "core/validation.validatePodResources",
        (
            "resources",
            Relation(
                resources.requirements_of_pod,
                {"limits": {"nvidia.com/gpu": "1"}},
                {"limits": {"cpu": "1"}, "requests": {"cpu": "500m"}},
            ),
        ),
    ),
    *table(_POD, "core/validation.validateOverhead", ("overhead.*", Format("amount"))),
)

ROWS: tuple[Row, ...] = (*_SPEC, *_ONLY_PODS, *_ANNOTATIONS, *_DNS, *_RELATIONS, *_CLAIMS, *_RESOURCES)
