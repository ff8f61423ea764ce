"""Deployments, StatefulSets, DaemonSets, ReplicaSets, Jobs and CronJobs.

Source: k8s.io/kubernetes, pkg/apis/apps/validation/validation.go and pkg/apis/batch/validation/validation.go.
"""

from __future__ import annotations

from gateshift.apischema.constraints import volume_relations as volumes
from gateshift.apischema.constraints import workload_relations as workloads
from gateshift.apischema.constraints.constraint import (
    FORBIDDEN,
    NEEDED,
    NONNEGATIVE,
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
from gateshift.yamldoc.data import JsonObject

_ALWAYS = one_of("Always")


def _set(labels: JsonObject, **more: JsonObject) -> JsonObject:
    return {"selector": {"matchLabels": {"a": "b"}}, "template": {"metadata": {"labels": labels}}, **more}


def _template(type_: str, source: str) -> tuple[Row, ...]:
    """What a workload that keeps pods running asks of its template and selector."""
    return table(
        type_,
        source,
        ("template.spec.restartPolicy", _ALWAYS),
        ("template.spec.activeDeadlineSeconds", FORBIDDEN),
        ("", Relation(workloads.selector_of_template, _set({"a": "c"}), _set({"a": "b"}))),
    )


def _counts(type_: str, source: str, *fields: str) -> tuple[Row, ...]:
    return table(type_, source, *((field, NONNEGATIVE) for field in fields))


def _selector(type_: str, source: str) -> tuple[Row, ...]:
    return table(
        type_,
        source,
        ("", Relation(workloads.empty_selector, {"selector": {}}, {"selector": {"matchLabels": {"a": "b"}}})),
    )


_APPS = "apps/validation."
_DEPLOYMENT = (
    *_template("apps/v1.DeploymentSpec", f"{_APPS}ValidatePodTemplateSpecForReplicaSet"),
    *_counts(
        "apps/v1.DeploymentSpec",
        f"{_APPS}ValidateDeploymentSpec",
        "replicas",
        "minReadySeconds",
        "revisionHistoryLimit",
    ),
    *_counts("apps/v1.DeploymentSpec", f"{_APPS}ValidateDeploymentSpec", "progressDeadlineSeconds"),
    *_selector("apps/v1.DeploymentSpec", f"{_APPS}ValidateDeploymentSpec"),
    *table(
        "apps/v1.DeploymentSpec",
        f"{_APPS}ValidateDeploymentSpec",
        (
            "",
            Relation(
                workloads.deadline_before_ready,
                {"progressDeadlineSeconds": 10, "minReadySeconds": 10},
                {"progressDeadlineSeconds": 20, "minReadySeconds": 10},
            ),
        ),
    ),
    *table(
        "apps/v1.DeploymentStrategy",
        f"{_APPS}ValidateDeploymentStrategy",
        ("rollingUpdate", FORBIDDEN, has("type", "Recreate")),
    ),
    *table(
        "apps/v1.RollingUpdateDeployment",
        f"{_APPS}ValidateRollingUpdateDeployment",
        ("maxUnavailable", Format("share")),
        ("maxSurge", Format("count-or-percentage")),
        (
            "",
            Relation(
                workloads.no_step_of_deployment,
                {"maxUnavailable": 0, "maxSurge": "0%"},
                {"maxUnavailable": 0, "maxSurge": "1%"},
            ),
        ),
    ),
    *_template("apps/v1.ReplicaSetSpec", f"{_APPS}ValidatePodTemplateSpecForReplicaSet"),
    *_counts("apps/v1.ReplicaSetSpec", f"{_APPS}ValidateReplicaSetSpec", "replicas", "minReadySeconds"),
    *_selector("apps/v1.ReplicaSetSpec", f"{_APPS}ValidateReplicaSetSpec"),
)

_MOUNTED: JsonObject = {"containers": [{"name": "a", "volumeMounts": [{"name": "v", "mountPath": "/v"}]}]}
_STATEFUL = (
    *_template("apps/v1.StatefulSetSpec", f"{_APPS}ValidateStatefulSetSpec"),
    *_counts(
        "apps/v1.StatefulSetSpec", f"{_APPS}ValidateStatefulSetSpec", "replicas", "minReadySeconds", "ordinals.start"
    ),
    *_selector("apps/v1.StatefulSetSpec", f"{_APPS}ValidateStatefulSetSpec"),
    *table(
        "apps/v1.StatefulSetSpec",
        f"{_APPS}ValidateStatefulSetSpec",
        ("updateStrategy.type", one_of("RollingUpdate", "OnDelete")),
        ("updateStrategy.rollingUpdate", FORBIDDEN, has("updateStrategy.type", "OnDelete")),
        ("serviceName", Format("label")),
        ("volumeClaimTemplates.[].metadata.name", NEEDED),
        ("volumeClaimTemplates.[].metadata.name", Format("label")),
        (
            "",
            Relation(
                volumes.missing_volumes_of_set,
                {"template": {"spec": _MOUNTED}},
                {"template": {"spec": _MOUNTED}, "volumeClaimTemplates": [{"metadata": {"name": "v"}}]},
            ),
        ),
    ),
    *table(
        "apps/v1.RollingUpdateStatefulSetStrategy",
        f"{_APPS}validateRollingUpdateStatefulSet",
        ("partition", NONNEGATIVE),
        ("maxUnavailable", Format("share")),
        ("maxUnavailable", Format("not-zero")),
    ),
    *table(
        "apps/v1.StatefulSetPersistentVolumeClaimRetentionPolicy",
        f"{_APPS}ValidatePersistentVolumeClaimRetentionPolicyType",
        ("whenDeleted", one_of("Retain", "Delete")),
        ("whenScaled", one_of("Retain", "Delete")),
    ),
)

_DAEMONS = (
    *_template("apps/v1.DaemonSetSpec", f"{_APPS}ValidateDaemonSetSpec"),
    *_counts("apps/v1.DaemonSetSpec", f"{_APPS}ValidateDaemonSetSpec", "minReadySeconds", "revisionHistoryLimit"),
    *_selector("apps/v1.DaemonSetSpec", f"{_APPS}ValidateDaemonSetSpec"),
    *table(
        "apps/v1.DaemonSetUpdateStrategy",
        f"{_APPS}ValidateRollingUpdateDaemonSet",
        ("rollingUpdate.maxUnavailable", Format("share"), lacks("type", "OnDelete")),
        ("rollingUpdate.maxSurge", Format("share"), lacks("type", "OnDelete")),
        (
            "rollingUpdate",
            Relation(
                workloads.one_step_of_daemon_set,
                {"maxUnavailable": 1, "maxSurge": 1},
                {"maxUnavailable": 0, "maxSurge": 1},
            ),
            lacks("type", "OnDelete"),
        ),
    ),
    *table(
        "core/v1.ReplicationControllerSpec",
        "core/validation.ValidateReplicationControllerSpec",
        ("replicas", NONNEGATIVE),
        ("minReadySeconds", NONNEGATIVE),
    ),
    *table(
        "core/v1.ReplicationControllerSpec",
        "core/validation.ValidatePodTemplateSpecForRC",
        ("template.spec.restartPolicy", _ALWAYS),
        ("template.spec.activeDeadlineSeconds", FORBIDDEN),
        (
            "",
            Relation(
                workloads.selector_of_controller,
                {"selector": {"a": "b"}, "template": {"metadata": {"labels": {"a": "c"}}}},
                {"selector": {"a": "b"}, "template": {"metadata": {"labels": {"a": "b"}}}},
            ),
        ),
    ),
)

_JOB = "batch/v1.JobSpec"
_BATCH = "batch/validation."
_MANUAL = has("manualSelector", True)
_INDEXED = has("completionMode", "Indexed")
_NOT_INDEXED = lacks("completionMode", "Indexed")
_POLICY: JsonObject = {"rules": [{"action": "FailJob", "onExitCodes": {"containerName": "a"}}]}
_JOBS = (
    *_counts(_JOB, f"{_BATCH}validateJobSpec", "parallelism", "completions", "activeDeadlineSeconds", "backoffLimit"),
    *_counts(_JOB, f"{_BATCH}validateJobSpec", "ttlSecondsAfterFinished", "backoffLimitPerIndex", "maxFailedIndexes"),
    *table(
        _JOB,
        f"{_BATCH}validateJobSpec",
        ("template.spec.restartPolicy", NEEDED),
        ("template.spec.restartPolicy", one_of("OnFailure", "Never")),
        ("template.spec.restartPolicy", one_of("Never"), has("podFailurePolicy")),
        ("backoffLimitPerIndex", NEEDED, has("maxFailedIndexes")),
        ("managedBy", Format("prefixed-path")),
        ("managedBy", Size(63)),
        ("completions", NEEDED, _INDEXED, has("parallelism")),
        ("parallelism", Range(most=100_000), _INDEXED),
        ("maxFailedIndexes", Range(most=100_000), _INDEXED),
        ("backoffLimitPerIndex", FORBIDDEN, _NOT_INDEXED),
        ("maxFailedIndexes", FORBIDDEN, _NOT_INDEXED),
        ("successPolicy", FORBIDDEN, _NOT_INDEXED),
        (
            "",
            Relation(
                workloads.more_failures_than_completions,
                {"maxFailedIndexes": 3, "completions": 2},
                {"maxFailedIndexes": 2, "completions": 2},
            ),
        ),
    ),
    *table(
        _JOB,
        f"{_BATCH}validatePodReplacementPolicy",
        ("podReplacementPolicy", one_of("Failed"), has("podFailurePolicy")),
    ),
    *table(_JOB, f"{_BATCH}validatePodFailurePolicy", ("podFailurePolicy.rules", Size(20))),
    *table(
        _JOB,
        f"{_BATCH}validatePodFailurePolicyRule",
        (
            "",
            Relation(
                workloads.containers_of_failure_policy,
                {"podFailurePolicy": _POLICY, "template": {"spec": {"containers": [{"name": "b"}]}}},
                {"podFailurePolicy": _POLICY, "template": {"spec": {"containers": [{"name": "a"}]}}},
            ),
        ),
    ),
    *table(
        "batch/v1.PodFailurePolicyRule",
        f"{_BATCH}validatePodFailurePolicyRule",
        ("action", NEEDED),
        ("", OnlyOne(("onExitCodes", "onPodConditions"))),
    ),
    *table(
        "batch/v1.PodFailurePolicyOnExitCodesRequirement",
        f"{_BATCH}validatePodFailurePolicyRuleOnExitCodes",
        ("operator", NEEDED),
        ("values", Size(255, 1)),
        ("", Relation(workloads.exit_codes, {"operator": "In", "values": [0]}, {"operator": "In", "values": [1, 2]})),
    ),
    *table(
        "batch/v1.PodFailurePolicyOnPodConditionsPattern",
        f"{_BATCH}validatePodFailurePolicyRuleOnPodConditions",
        ("type", Format("qualified-name")),
        ("status", one_of("True", "False", "Unknown")),
    ),
    *table("batch/v1.SuccessPolicy", f"{_BATCH}validateSuccessPolicy", ("rules", NEEDED), ("rules", Size(20))),
    *table(
        "batch/v1.SuccessPolicyRule",
        f"{_BATCH}validateSuccessPolicyRule",
        ("", AnyOf(("succeededCount", "succeededIndexes"))),
        ("succeededCount", NONNEGATIVE),
        ("succeededIndexes", Format("indexes")),
    ),
    *table(
        "batch/v1.Job",
        f"{_BATCH}validateNameAllowsCompletions",
        (
            "",
            Relation(
                workloads.indexed_job_name,
                {"metadata": {"name": "a" * 62}, "spec": {"completionMode": "Indexed", "completions": 3}},
                {"metadata": {"name": "a"}, "spec": {"completionMode": "Indexed", "completions": 3}},
            ),
        ),
    ),
    *table(
        "batch/v1.JobSpec",
        f"{_BATCH}validateGeneratedSelector",
        ("selector", FORBIDDEN, lacks("manualSelector", True)),
        outside=("batch/v1.CronJob",),
    ),
    *table(
        _JOB,
        # Without a selector one that exists keeps the selector that it was given, so that only its creation is refused.
        f"{_BATCH}ValidateJobSpec",
        ("", Relation(workloads.selector_of_template, _set({"a": "c"}), _set({"a": "b"})), _MANUAL),
        outside=("batch/v1.CronJob",),
    ),
)

_CRON = (
    *table(
        "batch/v1.CronJobSpec",
        f"{_BATCH}validateCronJobSpec",
        ("schedule", NEEDED),
        ("startingDeadlineSeconds", NONNEGATIVE),
        ("successfulJobsHistoryLimit", NONNEGATIVE),
        ("failedJobsHistoryLimit", NONNEGATIVE),
    ),
    *table("batch/v1.CronJobSpec", f"{_BATCH}validateScheduleFormat", ("schedule", Format("schedule"))),
    *table("batch/v1.CronJobSpec", f"{_BATCH}validateTimeZone", ("timeZone", Format("time-zone"))),
    *table(
        "batch/v1.JobTemplateSpec",
        f"{_BATCH}ValidateJobTemplateSpec",
        ("spec.selector", FORBIDDEN),
        ("spec.manualSelector", FORBIDDEN, has("spec.manualSelector", True)),
    ),
)

ROWS = (*_DEPLOYMENT, *_STATEFUL, *_DAEMONS, *_JOBS, *_CRON)
