"""Where pods run and as whom: affinity, tolerations, spread, security contexts.

Source: k8s.io/kubernetes, pkg/apis/core/validation/validation.go; the rows name the functions.
"""

from __future__ import annotations

from gateshift.apischema.constraints import pod_relations as pods
from gateshift.apischema.constraints.constraint import (
    FORBIDDEN,
    NEEDED,
    POSITIVE,
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

_SECURITY = "core/v1.PodSecurityContext"

_IDENTITY = Range(0, 2**31 - 1)

_CONTEXT = (
    *table(
        _SECURITY,
        "core/validation.validatePodSpecSecurityContext",
        *((field, _IDENTITY) for field in ("fsGroup", "runAsUser", "runAsGroup", "supplementalGroups.[]")),
    ),
    *table(
        _SECURITY,
        "core/validation.validateSysctls",
        ("sysctls.[].name", NEEDED),
        ("sysctls.[].name", Format("sysctl")),
        ("sysctls", Unique(("name",))),
    ),
    *table(
        _SECURITY,
        "core/validation.validateSELinuxChangePolicy",
        ("seLinuxChangePolicy", one_of("MountOption", "Recursive")),
    ),
    *table(
        "core/v1.SeccompProfile",
        "core/validation.validateSeccompProfileField",
        ("type", NEEDED),
        ("localhostProfile", NEEDED, has("type", "Localhost")),
        ("localhostProfile", Format("descending-path"), has("type", "Localhost")),
        ("localhostProfile", FORBIDDEN, lacks("type", "Localhost")),
    ),
    *table(
        "core/v1.AppArmorProfile",
        "core/validation.ValidateAppArmorProfileField",
        ("type", NEEDED),
        ("localhostProfile", NEEDED, has("type", "Localhost")),
        ("localhostProfile", Format("trimmed"), has("type", "Localhost")),
        ("localhostProfile", Size(4095), has("type", "Localhost")),
        ("localhostProfile", FORBIDDEN, has("type", "RuntimeDefault", "Unconfined")),
    ),
    *table(
        "core/v1.WindowsSecurityContextOptions",
        "core/validation.validateWindowsSecurityContextOptions",
        ("gmsaCredentialSpecName", Format("subdomain")),
        ("gmsaCredentialSpec", Size(65536, 1)),
        ("runAsUserName", Format("windows-user")),
    ),
)

_PLACEMENT = (
    *table(
        "core/v1.Toleration",
        "core/validation.ValidateTolerations",
        ("key", Format("qualified-name")),
        ("operator", one_of("Equal", "Exists")),
        ("operator", one_of("Exists"), lacks("key")),
        ("operator", NEEDED, lacks("key")),
        ("value", FORBIDDEN, has("operator", "Exists")),
        ("value", Format("label-value"), has("operator", "Equal", "")),
        ("effect", one_of("NoExecute"), has("tolerationSeconds")),
        ("effect", NEEDED, has("tolerationSeconds")),
    ),
    *table(
        "core/v1.TopologySpreadConstraint",
        "core/validation.validateTopologySpreadConstraints",
        ("maxSkew", POSITIVE),
        ("", Relation(pods.spread_keys, {"matchLabelKeys": ["a"]}, {"matchLabelKeys": ["a"], "labelSelector": {}})),
    ),
    *table("core/v1.TopologySpreadConstraint", "core/validation.ValidateTopologyKey", ("topologyKey", NEEDED)),
    *table(
        "core/v1.TopologySpreadConstraint", "core/validation.ValidateWhenUnsatisfiable", ("whenUnsatisfiable", NEEDED)
    ),
    *table(
        "core/v1.TopologySpreadConstraint",
        "core/validation.validateMinDomains",
        ("minDomains", POSITIVE),
        ("minDomains", FORBIDDEN, lacks("whenUnsatisfiable", "DoNotSchedule")),
    ),
    *table(
        "core/v1.PodAffinityTerm",
        "core/validation.validatePodAffinityTerm",
        ("topologyKey", NEEDED),
        ("topologyKey", Format("qualified-name")),
        ("namespaces.[]", Format("label")),
        (
            "",
            Relation(pods.affinity_keys, {"mismatchLabelKeys": ["a"]}, {"labelSelector": {}, "matchLabelKeys": ["a"]}),
        ),
    ),
    *table(
        "core/v1.WeightedPodAffinityTerm", "core/validation.validateWeightedPodAffinityTerms", ("weight", Range(1, 100))
    ),
    *table(
        "core/v1.PreferredSchedulingTerm", "core/validation.ValidatePreferredSchedulingTerms", ("weight", Range(1, 100))
    ),
    *table("core/v1.NodeSelector", "core/validation.ValidateNodeSelector", ("nodeSelectorTerms", NEEDED)),
    *table(
        "core/v1.NodeSelectorTerm",
        "core/validation.ValidateNodeSelectorRequirement",
        ("key", Format("qualified-name")),
        ("operator", NEEDED),
        ("values", NEEDED, has("operator", "In", "NotIn")),
        ("values", FORBIDDEN, has("operator", "Exists", "DoesNotExist")),
        at="matchExpressions.[]",
    ),
    *table(
        "core/v1.NodeSelectorTerm",
        "core/validation.ValidateNodeFieldSelectorRequirement",
        ("key", NEEDED),
        ("key", one_of("metadata.name")),
        ("operator", NEEDED),
        ("operator", one_of("In", "NotIn")),
        ("values", Size(1, 1)),
        at="matchFields.[]",
    ),
    *table(
        "core/v1.NodeAffinity",
        "core/validation.ValidateNodeSelectorRequirement",
        (
            "",
            Relation(
                pods.values_of_requirement,
                {"key": "a", "operator": "Gt", "values": ["1", "2"]},
                {"key": "a", "operator": "Gt", "values": ["1"]},
            ),
        ),
        at="requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms.[].matchExpressions.[]",
    ),
    *table(
        "core/v1.PodSpec",
        "core/validation.ValidatePodSpec",
        ("nodeSelector.{}", Format("qualified-name")),
        ("nodeSelector.*", Format("label-value")),
    ),
)

ROWS: tuple[Row, ...] = (*_CONTEXT, *_PLACEMENT)
