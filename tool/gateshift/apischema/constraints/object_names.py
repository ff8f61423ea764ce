"""How the names of objects are formed, for each kind that asks for another form than most do."""

from __future__ import annotations

from gateshift.apischema.constraints.formats import FORMATS

_LABEL, _SEGMENT = "label", "path-segment"
_RBAC = "rbac.authorization.k8s.io"
NAME_FORMATS: dict[tuple[str, str], tuple[str, str]] = {
    ("", "Service"): (_LABEL, "core/validation.ValidateServiceCreate"),
    ("", "Namespace"): (_LABEL, "core/validation.ValidateNamespace"),
    ("apps", "StatefulSet"): (_LABEL, "apps/validation.ValidateStatefulSetName"),
    **{
        (_RBAC, kind): (_SEGMENT, "rbac/validation.ValidateRBACName")
        for kind in ("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding")
    },
    ("policy", "PodDisruptionBudget"): (_SEGMENT, "policy/validation.ValidatePodDisruptionBudget"),
    ("authorization.openshift.io", ""): (_SEGMENT, ""),
    ("user.openshift.io", ""): (_SEGMENT, ""),
}
"""The format of the names of a kind (or of a group, where the kind is ""), and the function that asks for it."""

_LONGEST = {("batch", "CronJob"): 52, ("batch", "Job"): 63}
"""A CronJob's Jobs add 11 characters to its name (batch/validation.ValidateCronJobCreate); a Job's name becomes a label
of its pods (pkg/registry/batch/job/strategy.go, generateSelector)."""


def name_fault(group: str, kind: str, name: str) -> str:
    """What is wrong with an object's name, in words that follow it; "" where it is right."""
    default = NAME_FORMATS.get((group, ""), ("subdomain", ""))
    format_ = FORMATS[NAME_FORMATS.get((group, kind), default)[0]]
    if not format_.fits(name):
        return f"is not {format_.words}"
    most = _LONGEST.get((group, kind))
    return f"is {len(name)} characters long, and may have at most {most}" if most and len(name) > most else ""
