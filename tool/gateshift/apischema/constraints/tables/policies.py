"""Autoscalers, budgets, roles, priorities, storage classes and leases.

Source: k8s.io/kubernetes, pkg/apis/{autoscaling,policy,rbac,scheduling,storage,coordination}/validation/validation.go.
"""

from __future__ import annotations

from gateshift.apischema.constraints import kind_relations as kinds
from gateshift.apischema.constraints import workload_relations as workloads
from gateshift.apischema.constraints.constraint import (
    FORBIDDEN,
    NEEDED,
    NONNEGATIVE,
    POSITIVE,
    AnyOf,
    Format,
    OnlyOne,
    Range,
    Relation,
    Row,
    Size,
    has,
    lacks,
    one_of,
    table,
)

_AUTO = "autoscaling/validation."


def _autoscaler(version: str) -> tuple[Row, ...]:
    spec = f"autoscaling/{version}.HorizontalPodAutoscalerSpec"
    reference = f"autoscaling/{version}.CrossVersionObjectReference"
    return (
        *table(
            spec,
            f"{_AUTO}validateHorizontalPodAutoscalerSpec",
            ("minReplicas", NONNEGATIVE),
            ("maxReplicas", POSITIVE),
            ("maxReplicas", NEEDED),
            (
                "",
                Relation(
                    workloads.replicas_in_order,
                    {"minReplicas": 3, "maxReplicas": 2},
                    {"minReplicas": 2, "maxReplicas": 2},
                ),
            ),
        ),
        *table(
            reference,
            f"{_AUTO}ValidateCrossVersionObjectReference",
            ("kind", NEEDED),
            ("kind", Format("path-segment")),
            ("name", NEEDED),
            ("name", Format("path-segment")),
        ),
        *table(reference, f"{_AUTO}ValidateAPIVersion", ("apiVersion", Format("group-version"))),
    )


def _target(source: str, function: str, fields: tuple[str, ...], *, only: bool) -> tuple[Row, ...]:
    type_ = f"autoscaling/v2.{source}MetricSource"
    return table(type_, f"{_AUTO}{function}", ("target", OnlyOne(fields) if only else AnyOf(fields)))


_TARGETS = (
    *_target("Object", "validateObjectSource", ("value", "averageValue"), only=False),
    *_target("External", "validateExternalSource", ("value", "averageValue"), only=True),
    *_target("Pods", "validatePodsSource", ("averageValue",), only=False),
    *_target("Resource", "validateResourceSource", ("averageUtilization", "averageValue"), only=True),
    *_target("ContainerResource", "validateContainerResourceSource", ("averageUtilization", "averageValue"), only=True),
    *table("autoscaling/v2.ResourceMetricSource", f"{_AUTO}validateResourceSource", ("name", NEEDED)),
    *table(
        "autoscaling/v2.ContainerResourceMetricSource",
        f"{_AUTO}validateContainerResourceSource",
        ("name", NEEDED),
        ("container", NEEDED),
        ("container", Format("label")),
    ),
    *table(
        "autoscaling/v2.MetricTarget",
        f"{_AUTO}validateMetricTarget",
        ("type", NEEDED),
        ("type", one_of("Utilization", "Value", "AverageValue")),
        ("value", Format("positive-amount")),
        ("averageValue", Format("positive-amount")),
        ("averageUtilization", POSITIVE),
    ),
    *table(
        "autoscaling/v2.MetricIdentifier",
        f"{_AUTO}validateMetricIdentifier",
        ("name", NEEDED),
        ("name", Format("path-segment")),
    ),
)

_AUTOSCALING = (
    *_autoscaler("v1"),
    *_autoscaler("v2"),
    *table(
        "autoscaling/v1.HorizontalPodAutoscalerSpec",
        f"{_AUTO}validateMetricTarget",
        ("targetCPUUtilizationPercentage", POSITIVE),
    ),
    *table(
        "autoscaling/v2.HorizontalPodAutoscalerSpec",
        f"{_AUTO}validateMetrics",
        (
            "",
            Relation(
                workloads.scaling_to_zero, {"minReplicas": 0}, {"minReplicas": 0, "metrics": [{"type": "External"}]}
            ),
        ),
    ),
    *table(
        "autoscaling/v2.MetricSpec",
        f"{_AUTO}validateMetricSpec",
        ("type", NEEDED),
        ("type", one_of("ContainerResource", "External", "Object", "Pods", "Resource")),
        ("", Relation(workloads.metric_of_type, {"type": "Resource", "pods": {}}, {"type": "Pods", "pods": {}})),
    ),
    *_TARGETS,
    *table(
        "autoscaling/v2.HPAScalingRules",
        f"{_AUTO}validateScalingRules",
        ("stabilizationWindowSeconds", Range(0, 3600)),
        ("selectPolicy", one_of("Max", "Min", "Disabled")),
        ("policies", Size(least=1)),
        ("tolerance", Format("amount")),
    ),
    *table(
        "autoscaling/v2.HPAScalingPolicy",
        f"{_AUTO}validateScalingPolicy",
        ("type", NEEDED),
        ("type", one_of("Pods", "Percent")),
        ("value", POSITIVE),
        ("periodSeconds", Range(1, 1800)),
    ),
)

_BUDGETS = table(
    "policy/v1.PodDisruptionBudgetSpec",
    "policy/validation.ValidatePodDisruptionBudgetSpec",
    ("", OnlyOne(("minAvailable", "maxUnavailable"), needed=False)),
    ("minAvailable", Format("share")),
    ("maxUnavailable", Format("share")),
)

_RBAC = "rbac/validation."

_GROUP = "rbac.authorization.k8s.io"


def _rules(kind: str) -> tuple[Row, ...]:
    return table(
        f"rbac/v1.{kind}",
        f"{_RBAC}ValidatePolicyRule",
        ("verbs", NEEDED),
        ("apiGroups", NEEDED, lacks("nonResourceURLs")),
        ("resources", NEEDED, lacks("nonResourceURLs")),
        ("", Relation(kinds.rule_of_both, {"nonResourceURLs": ["/x"], "resources": ["pods"]}, {"resources": ["pods"]})),
        at="rules.[]",
    )


def _binding(kind: str, *roles: str) -> tuple[Row, ...]:
    type_, accounts = f"rbac/v1.{kind}", has("kind", "ServiceAccount")
    subjects = table(
        type_,
        f"{_RBAC}ValidateRoleBindingSubject",
        ("name", NEEDED),
        ("name", Format("subdomain"), accounts),
        ("kind", NEEDED),
        ("kind", one_of("ServiceAccount", "User", "Group")),
        ("apiGroup", FORBIDDEN, accounts),
        ("apiGroup", one_of(_GROUP), has("kind", "User", "Group")),
        *((("namespace", NEEDED, accounts),) if kind == "ClusterRoleBinding" else ()),
        at="subjects.[]",
    )
    return (
        *table(
            type_,
            f"{_RBAC}Validate{kind}",
            ("roleRef.apiGroup", one_of(_GROUP)),
            ("roleRef.kind", NEEDED),
            ("roleRef.kind", one_of(*roles)),
            ("roleRef.name", NEEDED),
            ("roleRef.name", Format("path-segment")),
        ),
        *subjects,
    )


_ROLES = (
    *_rules("Role"),
    *_rules("ClusterRole"),
    *table("rbac/v1.Role", f"{_RBAC}ValidatePolicyRule", ("rules.[].nonResourceURLs", FORBIDDEN)),
    *table("rbac/v1.ClusterRole", f"{_RBAC}ValidateClusterRole", ("aggregationRule.clusterRoleSelectors", NEEDED)),
    *_binding("RoleBinding", "Role", "ClusterRole"),
    *_binding("ClusterRoleBinding", "ClusterRole"),
)

_PRIORITIES = table(
    "scheduling/v1.PriorityClass",
    "scheduling/validation.ValidatePriorityClass",
    ("", Relation(kinds.reserved_priority, {"value": 2_000_000_001}, {"value": 1000})),
)

_STORAGE = (
    *table(
        "storage/v1.StorageClass",
        "storage/validation.validateProvisioner",
        ("provisioner", NEEDED),
        ("provisioner", Format("caseless-qualified-name")),
    ),
    *table(
        "storage/v1.StorageClass",
        "storage/validation.validateReclaimPolicy",
        ("reclaimPolicy", one_of("Delete", "Retain")),
    ),
    *table(
        "coordination/v1.LeaseSpec",
        "coordination/validation.ValidateLeaseSpec",
        ("leaseDurationSeconds", POSITIVE),
        ("leaseTransitions", NONNEGATIVE),
    ),
)

ROWS: tuple[Row, ...] = (*_AUTOSCALING, *_BUDGETS, *_ROLES, *_PRIORITIES, *_STORAGE)
