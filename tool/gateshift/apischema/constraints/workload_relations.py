"""Relations between the fields of workloads, Jobs and autoscalers.

Source: k8s.io/kubernetes, pkg/apis/GROUP/validation/validation.go; the rows name the functions.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.apischema.constraints.constraint import Breach
from gateshift.apischema.constraints.predicates import is_label
from gateshift.apischema.quantities import percentage
from gateshift.yamldoc.data import FieldPath, Json, JsonObject, list_at, look_up, object_at, text_at

_MISMATCH = "`selector` does not match template `labels`"


def selector_of_template(spec: JsonObject) -> Iterator[Breach]:
    """A workload's selector that does not fit the labels of its own pods."""
    labels = object_at(spec, "template", "metadata", "labels")
    at: FieldPath = ("template", "metadata", "labels")
    for key, value in object_at(spec, "selector", "matchLabels").items():
        if labels.get(key) != value and "${" not in f"{value}{labels.get(key)}":
            missing = "lack" if key not in labels else "hold another value of"
            yield Breach(
                (*at, key) if key in labels else at,
                f"{missing} {key}, which the selector asks for: {value}",
                f"Invalid value: {_MISMATCH}",
            )
            return
    for part in list_at(spec, "selector", "matchExpressions"):
        if not _matches(object_at(part), labels):
            yield Breach(
                at, f"do not fit the selector's expression on {text_at(part, 'key')}", f"Invalid value: {_MISMATCH}"
            )
            return


def selector_of_controller(spec: JsonObject) -> Iterator[Breach]:
    """The same of a ReplicationController, whose selector is plain labels."""
    if object_at(spec, "selector"):
        yield from selector_of_template({**spec, "selector": {"matchLabels": object_at(spec, "selector")}})


def _matches(part: JsonObject, labels: JsonObject) -> bool:
    key, values = text_at(part, "key"), list_at(part, "values")
    match part.get("operator"):
        case "In":
            return key in labels and labels[key] in values
        case "NotIn":
            return key not in labels or labels[key] not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
        case _:
            return True


def empty_selector(spec: JsonObject) -> Iterator[Breach]:
    """A selector that selects everything."""
    selector = spec.get("selector")
    if isinstance(selector, dict) and not selector.get("matchLabels") and not selector.get("matchExpressions"):
        yield Breach(
            ("selector",), "is empty, and would select every pod", "Invalid value: {}: empty selector is invalid"
        )


def _is_none(value: Json, default: int) -> bool:
    value = default if value is None else value
    return value == 0 or percentage(value) == 0


def no_step_of_deployment(update: JsonObject) -> Iterator[Breach]:
    """A rolling update that may neither add a pod nor take one away."""
    if _is_none(update.get("maxUnavailable"), 1) and _is_none(update.get("maxSurge"), 1):
        says = "Invalid value: 0: may not be 0 when `maxSurge` is 0"
        yield Breach(("maxUnavailable",), "must not be 0 while maxSurge is 0: the update could not begin", says)


def one_step_of_daemon_set(update: JsonObject) -> Iterator[Breach]:
    """A rolling update that may both add a pod and take one away, or neither."""
    unavailable, surge = not _is_none(update.get("maxUnavailable"), 1), not _is_none(update.get("maxSurge"), 0)
    if unavailable and surge:
        says = "Invalid value: may not be set when maxUnavailable is non-zero"
        yield Breach(("maxSurge",), "must be 0 while maxUnavailable is not 0 (its default is 1)", says)
    elif not unavailable and not surge:
        yield Breach(
            ("maxUnavailable",), "must not be 0 while maxSurge is 0", "Required value: cannot be 0 when maxSurge is 0"
        )


def deadline_before_ready(spec: JsonObject) -> Iterator[Breach]:
    """A deadline of a rollout that ends before a pod counts as available."""
    deadline, ready = spec.get("progressDeadlineSeconds"), spec.get("minReadySeconds") or 0
    written, deadline = deadline is not None, 600 if deadline is None else deadline
    if isinstance(deadline, int) and isinstance(ready, int) and deadline <= ready:
        at = ("progressDeadlineSeconds",) if written else ("minReadySeconds",)
        words = f"is {deadline}, and must be more than minReadySeconds, {ready}"
        yield Breach(
            at,
            words if written else f"is {ready}, and must be less than progressDeadlineSeconds, 600",
            f"Invalid value: {deadline}: must be greater than minReadySeconds",
        )


def scaling_to_zero(spec: JsonObject) -> Iterator[Breach]:
    """An autoscaler that goes down to nothing and measures nothing outside the pods."""
    kinds = {text_at(metric, "type") for metric in list_at(spec, "metrics")}
    if spec.get("minReplicas") == 0 and not kinds & {"Object", "External"}:
        says = "Forbidden: must specify at least one Object or External metric to support scaling to zero replicas"
        yield Breach(("minReplicas",), "must not be 0 without an Object or External metric", says)


def replicas_in_order(spec: JsonObject) -> Iterator[Breach]:
    """An autoscaler whose maximum is below its minimum."""
    least, most = spec.get("minReplicas"), spec.get("maxReplicas")
    least = 1 if least is None else least
    if isinstance(least, int) and isinstance(most, int) and 0 < most < least:
        words = f"is {most}, and must not be less than minReplicas, {least}"
        yield Breach(("maxReplicas",), words, f"Invalid value: {most}: must be greater than or equal to `minReplicas`")


_SOURCES = {
    "Object": "object",
    "Pods": "pods",
    "Resource": "resource",
    "External": "external",
    "ContainerResource": "containerResource",
}


def metric_of_type(metric: JsonObject) -> Iterator[Breach]:
    """A metric whose type is one and whose description another."""
    meant = _SOURCES.get(text_at(metric, "type"))
    if meant is None:
        return
    if metric.get(meant) is None:
        yield Breach(
            (meant,),
            f"is missing, and type is {metric['type']}",
            "Required value: must populate information for the given metric source",
        )
    for name in _SOURCES.values():
        if name != meant and metric.get(name) is not None:
            yield Breach(
                (name,),
                f"must not be set where type is {metric['type']}",
                "Forbidden: must populate the given metric source only",
            )


def indexed_job_name(job: JsonObject) -> Iterator[Breach]:
    """An indexed Job whose pods' names would not be DNS labels."""
    name, count = text_at(job, "metadata", "name"), look_up(job, ("spec", "completions"))
    if look_up(job, ("spec", "completionMode")) != "Indexed" or not isinstance(count, int) or count < 1:
        return
    if name and "${" not in name and not is_label(f"{name}-{count - 1}"):
        says = f'Invalid value: "{name}": will not able to create pod with invalid DNS label: {name}-{count - 1}'
        yield Breach(("metadata", "name"), "and the index together must be a DNS label", says)


def more_failures_than_completions(spec: JsonObject) -> Iterator[Breach]:
    """An indexed Job that may fail more often than it runs."""
    failures, completions = spec.get("maxFailedIndexes"), spec.get("completions")
    if isinstance(failures, int) and isinstance(completions, int) and failures > completions:
        yield Breach(
            ("maxFailedIndexes",),
            "must not be more than completions",
            f"Invalid value: {failures}: must be less than or equal to completions",
        )


def exit_codes(rule: JsonObject) -> Iterator[Breach]:
    """Exit codes that are not in order, twice there, or 0 with In."""
    values = [value for value in list_at(rule, "values") if isinstance(value, int)]
    for index, value in enumerate(values):
        if value == 0 and rule.get("operator") == "In":
            yield Breach(
                ("values", index),
                "must not be 0 with the operator In",
                "Invalid value: 0: must not be 0 for the In operator",
            )
        elif value in values[:index]:
            yield Breach(("values", index), f"is {value}, which is in the list already", f"Duplicate value: {value}")
    if values != sorted(values):
        yield Breach(("values",), "must be in ascending order", "Invalid value: must be ordered")


def containers_of_failure_policy(spec: JsonObject) -> Iterator[Breach]:
    """A failure policy that names a container which the Job's pods do not have, or an index policy without a limit."""
    pod = object_at(spec, "template", "spec")
    names = {
        text_at(container, "name") for part in ("containers", "initContainers") for container in list_at(pod, part)
    }
    for index, rule in enumerate(list_at(spec, "podFailurePolicy", "rules")):
        at: FieldPath = ("podFailurePolicy", "rules", index)
        name = text_at(rule, "onExitCodes", "containerName")
        if name and name not in names:
            yield Breach(
                (*at, "onExitCodes", "containerName"),
                f"is {name}, and the Job has no such container",
                f'Invalid value: "{name}"',
            )
        if text_at(rule, "action") == "FailIndex" and spec.get("backoffLimitPerIndex") is None:
            yield Breach(
                (*at, "action"),
                "must not be FailIndex without backoffLimitPerIndex",
                'Invalid value: "FailIndex": requires the backoffLimitPerIndex to be set',
            )
