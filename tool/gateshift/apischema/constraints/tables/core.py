"""The other kinds of the core group: ConfigMaps, Secrets, Namespaces, quotas and ranges; labels and owners of all.

Source: k8s.io/kubernetes, pkg/apis/core/validation/validation.go; k8s.io/apimachinery, pkg/api/validation and
pkg/apis/meta/v1/validation.
"""

from __future__ import annotations

from gateshift.apischema.constraints import kind_relations as kinds
from gateshift.apischema.constraints import resource_relations as resources
from gateshift.apischema.constraints.constraint import (
    BUILT_IN,
    EVERY_KIND,
    FORBIDDEN,
    NEEDED,
    PORT,
    Format,
    Relation,
    Row,
    Unique,
    has,
    one_of,
    table,
)
from gateshift.apischema.go_types import LABEL_SELECTOR, OBJECT_META

_LARGE = "a" * (1 << 21)

METADATA = (
    *table(
        OBJECT_META,
        "api/validation.ValidateAnnotations",
        ("annotations.{}", Format("annotation-key")),
        ("", Relation(kinds.annotations_too_large, {"annotations": {"a": _LARGE}}, {"annotations": {"a": "b"}})),
    ),
    *table(
        OBJECT_META,
        "meta/v1/validation.ValidateLabels",
        ("labels.{}", Format("qualified-name")),
        ("labels.*", Format("label-value")),
    ),
    *table(EVERY_KIND, "api/validation.ValidateFinalizerName", ("metadata.finalizers.[]", Format("qualified-name"))),
    *table(
        EVERY_KIND,
        "api/validation.ValidateFinalizers",
        (
            "metadata",
            Relation(
                kinds.both_ways_to_delete,
                {"finalizers": ["orphan", "foregroundDeletion"]},
                {"finalizers": ["orphan"]},
            ),
        ),
    ),
    *table(
        BUILT_IN,
        "core/validation.validateKubeFinalizerName",
        ("metadata.finalizers.[]", Format("metadata-finalizer")),
        outside=("policy/v1.PodDisruptionBudget",),
    ),
    *table(
        EVERY_KIND,
        "api/validation.validateOwnerReference",
        *((f"metadata.ownerReferences.[].{field}", NEEDED) for field in ("apiVersion", "kind", "name", "uid")),
        ("metadata.ownerReferences.[].apiVersion", Format("api-version")),
    ),
    *table(
        EVERY_KIND,
        "api/validation.ValidateOwnerReferences",
        (
            "metadata",
            Relation(
                kinds.two_controllers,
                {"ownerReferences": [{"controller": True}, {"controller": True}]},
                {"ownerReferences": [{"controller": True}, {"controller": False}]},
            ),
        ),
    ),
    *table(
        EVERY_KIND,
        "meta/v1/validation.ValidateManagedFields",
        ("metadata.managedFields.[].operation", NEEDED),
        ("metadata.managedFields.[].operation", one_of("Apply", "Update")),
        ("metadata.managedFields.[].fieldsType", one_of("FieldsV1")),
    ),
    *table(
        LABEL_SELECTOR,
        "meta/v1/validation.ValidateLabelSelector",
        ("matchLabels.{}", Format("qualified-name")),
        ("matchLabels.*", Format("label-value")),
    ),
    *table(
        LABEL_SELECTOR,
        "meta/v1/validation.ValidateLabelSelectorRequirement",
        ("key", Format("qualified-name")),
        ("key", NEEDED),
        ("operator", NEEDED),
        ("operator", one_of("In", "NotIn", "Exists", "DoesNotExist")),
        ("values", NEEDED, has("operator", "In", "NotIn")),
        ("values", FORBIDDEN, has("operator", "Exists", "DoesNotExist")),
        ("values.[]", Format("label-value")),
        at="matchExpressions.[]",
    ),
)

_CONFIGURATION = (
    *table(
        "core/v1.ConfigMap",
        "core/validation.ValidateConfigMap",
        ("data.{}", Format("config-key")),
        ("binaryData.{}", Format("config-key")),
        ("", Relation(kinds.keys_in_both, {"data": {"a": ""}, "binaryData": {"a": ""}}, {"data": {"a": ""}})),
        ("", Relation(kinds.data_too_large, {"data": {"a": _LARGE}}, {"data": {"a": "b"}})),
    ),
    *table(
        "core/v1.Secret",
        "core/validation.ValidateSecret",
        ("data.{}", Format("config-key")),
        ("stringData.{}", Format("config-key")),
        (
            "",
            Relation(
                kinds.secret_keys,
                {"type": "kubernetes.io/tls"},
                {"type": "kubernetes.io/tls", "data": {"tls.crt": "", "tls.key": ""}},
            ),
        ),
        (
            "",
            Relation(
                kinds.secret_json,
                {"type": "kubernetes.io/dockerconfigjson", "stringData": {".dockerconfigjson": "x"}},
                {"type": "kubernetes.io/dockerconfigjson", "stringData": {".dockerconfigjson": "{}"}},
            ),
        ),
        ("data.'.dockerconfigjson'", Format("docker-config"), has("type", "kubernetes.io/dockerconfigjson")),
        ("data.'.dockercfg'", Format("docker-config"), has("type", "kubernetes.io/dockercfg")),
        ("", Relation(kinds.secret_too_large, {"stringData": {"a": _LARGE}}, {"data": {"a": "Yg=="}})),
    ),
    *table("core/v1.NamespaceSpec", "core/validation.validateFinalizerName", ("finalizers.[]", Format("finalizer"))),
)

_LIMITS = (
    *table(
        "core/v1.ResourceQuotaSpec",
        "core/validation.ValidateResourceQuotaSpec",
        (
            "",
            Relation(
                resources.quota_names, {"hard": {"pods": "1.5"}}, {"hard": {"pods": "1", "count/jobs.batch": "2"}}
            ),
        ),
    ),
    *table(
        "core/v1.ResourceQuotaSpec",
        "core/validation.validateResourceQuotaScopes",
        (
            "",
            Relation(
                resources.quota_scopes,
                {"scopes": ["BestEffort"], "hard": {"cpu": "1"}},
                {"scopes": ["BestEffort"], "hard": {"pods": "1"}},
            ),
        ),
    ),
    *table(
        "core/v1.ResourceQuotaSpec",
        "core/validation.validateScopedResourceSelectorRequirement",
        ("scopeName", NEEDED),
        ("operator", NEEDED),
        (
            "operator",
            one_of("Exists"),
            has(
                "scopeName", "BestEffort", "NotBestEffort", "Terminating", "NotTerminating", "CrossNamespacePodAffinity"
            ),
        ),
        ("values", NEEDED, has("operator", "In", "NotIn")),
        ("values", FORBIDDEN, has("operator", "Exists", "DoesNotExist")),
        at="scopeSelector.matchExpressions.[]",
    ),
    *table("core/v1.LimitRangeSpec", "core/validation.ValidateLimitRange", ("limits", Unique(("type",)))),
    *table(
        "core/v1.LimitRangeItem",
        "core/validation.ValidateLimitRange",
        ("default", FORBIDDEN, has("type", "Pod")),
        ("defaultRequest", FORBIDDEN, has("type", "Pod")),
        ("maxLimitRequestRatio.*", Format("ratio")),
        ("", Relation(resources.limits_in_order, {"min": {"cpu": "2"}, "max": {"cpu": "1"}}, {"min": {"cpu": "1"}})),
    ),
    *table(
        "core/v1.LimitRangeItem",
        "core/validation.validateLimitRangeTypeName",
        ("type", NEEDED),
        ("type", Format("limit-type")),
    ),
    *table(
        "core/v1.LimitRangeItem",
        "core/validation.validateLimitRangeResourceName",
        (
            "",
            Relation(
                resources.limit_names, {"type": "Container", "max": {"gpu": "1"}}, {"type": "Pod", "max": {"cpu": "1"}}
            ),
        ),
    ),
)

_ENDPOINTS = (
    *table(
        "core/v1.EndpointAddress",
        "core/validation.validateEndpointAddress",
        ("ip", Format("endpoint-ip")),
        ("hostname", Format("label")),
    ),
    *table("core/v1.EndpointPort", "core/validation.validateEndpointPort", ("port", PORT), ("name", Format("label"))),
    *table("core/v1.NodeSpec", "core/validation.validateNodeTaints", ("taints", Unique(("key", "effect")))),
    *table(
        "core/v1.Taint",
        "core/validation.validateNodeTaints",
        ("key", NEEDED),
        ("key", Format("qualified-name")),
        ("effect", NEEDED),
        ("value", Format("label-value")),
    ),
)

ROWS: tuple[Row, ...] = (*METADATA, *_CONFIGURATION, *_LIMITS, *_ENDPOINTS)
