"""Relations between the fields of a pod's template.

Source: k8s.io/kubernetes, pkg/apis/core/validation/validation.go; the rows name the functions.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.apischema.constraints.constraint import Breach
from gateshift.apischema.constraints.predicates import is_label_value, is_qualified_name
from gateshift.yamldoc.data import FieldPath, JsonObject, list_at, look_up, object_at, text_at

CONTAINERS = ("containers", "initContainers", "ephemeralContainers")


def containers_of(pod: JsonObject, *lists: str) -> Iterator[tuple[FieldPath, JsonObject]]:
    """The containers of a pod, with their places."""
    for name in lists or CONTAINERS:
        for index, container in enumerate(list_at(pod, name)):
            if isinstance(container, dict):
                yield (name, index), container


def repeated_names(pod: JsonObject) -> Iterator[Breach]:
    """Two containers of one name; those of initContainers and containers share their names."""
    seen: set[str] = set()
    for at, container in containers_of(pod):
        name = text_at(container, "name")
        if name and name in seen:
            yield Breach((*at, "name"), f'is "{name}", the name of another container', f'Duplicate value: "{name}"')
        seen.add(name)


def host_port_conflicts(pod: JsonObject) -> Iterator[Breach]:
    """Two containers that ask for the same port of the node."""
    seen: set[tuple[str, str, str]] = set()
    for at, container in containers_of(pod, "containers"):
        for index, port in enumerate(list_at(container, "ports")):
            number = look_up(port, ("hostPort",))
            key = (text_at(port, "protocol") or "TCP", text_at(port, "hostIP"), str(number))
            if number and key in seen:
                yield Breach(
                    (*at, "ports", index, "hostPort"),
                    f"is {number}, which another port takes",
                    f'Duplicate value: "{"/".join(key)}"',
                )
            seen.add(key)


def ports_of_host(pod: JsonObject) -> Iterator[Breach]:
    """A hostPort that is not the containerPort, while the pod uses the node's network."""
    if pod.get("hostNetwork") is not True:
        return
    for at, container in containers_of(pod, "containers"):
        for index, port in enumerate(list_at(container, "ports")):
            number = look_up(port, ("hostPort",))
            if number and number != look_up(port, ("containerPort",)):
                words = "is not the containerPort, and with hostNetwork it must be"
                says = f"Invalid value: {number}: must match `containerPort` when `hostNetwork` is true"
                yield Breach((*at, "ports", index, "hostPort"), words, says)


def sleep_beyond_grace(pod: JsonObject) -> Iterator[Breach]:
    """A hook that sleeps longer than the pod is given to stop."""
    grace = pod.get("terminationGracePeriodSeconds")
    grace = 30 if grace is None else grace
    for at, container in containers_of(pod):
        for hook in ("preStop", "postStart"):
            place = ("lifecycle", hook, "sleep", "seconds")
            seconds = look_up(container, place)
            if isinstance(seconds, int) and isinstance(grace, int) and not 0 <= seconds <= grace:
                words = f"is {seconds}, and must be within 0 and terminationGracePeriodSeconds, {grace}"
                limit = f"terminationGracePeriodSeconds ({grace})"
                says = f"Invalid value: {seconds}: must be non-negative and less than {limit}"
                yield Breach((*at, *place), words, says)


def missing_claims(pod: JsonObject) -> Iterator[Breach]:
    """A container that uses a resource claim that the pod does not have."""
    names = {text_at(claim, "name") for claim in list_at(pod, "resourceClaims")}
    for at, container in containers_of(pod):
        for index, claim in enumerate(list_at(container, "resources", "claims")):
            name = text_at(claim, "name")
            if name and name not in names:
                place = (*at, "resources", "claims", index)
                yield Breach(place, f'names "{name}", which is not one of the resourceClaims', f'Not found: "{name}"')


def spread_keys(constraint: JsonObject) -> Iterator[Breach]:
    """matchLabelKeys without a labelSelector, of names that are none, or that the selector has already."""
    keys = list_at(constraint, "matchLabelKeys")
    if keys and constraint.get("labelSelector") is None:
        words = "must not be set without a labelSelector"
        yield Breach(("matchLabelKeys",), words, "Forbidden: must not be specified when labelSelector is not set")
        return
    selected = set(object_at(constraint, "labelSelector", "matchLabels"))
    selected |= {text_at(part, "key") for part in list_at(constraint, "labelSelector", "matchExpressions")}
    for index, key in enumerate(keys):
        if key in selected:
            says = f'Invalid value: "{key}": exists in both matchLabelKeys and labelSelector'
            yield Breach(("matchLabelKeys", index), f'is "{key}", which the labelSelector has already', says)
        elif not is_qualified_name(key):
            yield Breach(
                ("matchLabelKeys", index), f'is "{key}", which is not a label\'s name', f'Invalid value: "{key}"'
            )


def affinity_keys(term: JsonObject) -> Iterator[Breach]:
    """matchLabelKeys and mismatchLabelKeys without a labelSelector, or one key in both."""
    for field in ("matchLabelKeys", "mismatchLabelKeys"):
        if list_at(term, field) and term.get("labelSelector") is None:
            yield Breach(
                (field,),
                "must not be set without a labelSelector",
                "Forbidden: must not be specified when labelSelector is not set",
            )
    others = list_at(term, "mismatchLabelKeys")
    for index, key in enumerate(list_at(term, "matchLabelKeys")):
        if key in others:
            says = f'Invalid value: "{key}": exists in both matchLabelKeys and mismatchLabelKeys'
            yield Breach(("matchLabelKeys", index), f'is "{key}", which mismatchLabelKeys have as well', says)


def values_of_requirement(requirement: JsonObject) -> Iterator[Breach]:
    """A node's label that is compared with what is no label's value, or by size with what is no single value."""
    values = list_at(requirement, "values")
    for index, value in enumerate(values):
        if isinstance(value, str) and "${" not in value and not is_label_value(value):
            yield Breach(("values", index), f'is "{value}", which is not a label\'s value', f'Invalid value: "{value}"')
    if requirement.get("operator") in ("Gt", "Lt") and len(values) != 1:
        says = "Required value: must be specified single value when `operator` is 'Lt' or 'Gt'"
        yield Breach(("values",), "must be a single value with the operators Gt and Lt", says)


def search_list_too_long(config: JsonObject) -> Iterator[Breach]:
    """Search domains of more than 2048 characters together."""
    searches = [search for search in list_at(config, "searches") if isinstance(search, str)]
    if len(" ".join(searches)) > 2048:
        says = "Invalid value: must not have more than 2048 characters (including spaces) in the search list"
        yield Breach(("searches",), "must not be longer than 2048 characters together", says)


def never_restarted_but_resized(pod: JsonObject) -> Iterator[Breach]:
    """A container that is to be restarted on a resize, in a pod that never restarts one."""
    if pod.get("restartPolicy") != "Never":
        return
    for at, container in containers_of(pod):
        for index, policy in enumerate(list_at(container, "resizePolicy")):
            if text_at(policy, "restartPolicy") == "RestartContainer":
                words = "must be NotRequired where the pod's restartPolicy is Never"
                says = "Invalid value: must be 'NotRequired' when pod `restartPolicy` is 'Never'"
                yield Breach((*at, "resizePolicy", index, "restartPolicy"), words, says)


def proc_mount_of_host(pod: JsonObject) -> Iterator[Breach]:
    """An unmasked /proc in a pod that shares the node's users."""
    if pod.get("hostUsers") is False:
        return
    place = ("securityContext", "procMount")
    for at, container in containers_of(pod):
        if look_up(container, place) == "Unmasked":
            words = "must not be Unmasked unless hostUsers is false"
            yield Breach((*at, *place), words, "Invalid value: `hostUsers` must be false to use `Unmasked`")


def system_fields(pod: JsonObject) -> Iterator[Breach]:
    """A field that the pod's operating system does not have."""
    system = text_at(pod, "os", "name")
    unfit = _UNFIT.get(system, {})
    for name in unfit.get("pod", ()):
        if pod.get(name) not in (None, False):
            yield Breach((name,), f"must not be set for a {system} pod", f"Forbidden: cannot be set for a {system} pod")
    for at, owner in (((), pod), *containers_of(pod)):
        names = unfit.get("security" if at else "podSecurity", ())
        for name in names:
            if look_up(owner, ("securityContext", name)) is not None:
                says = f"Forbidden: cannot be set for a {system} pod"
                yield Breach((*at, "securityContext", name), f"must not be set for a {system} pod", says)


APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/"


def profiles_of_containers(template: JsonObject) -> Iterator[Breach]:
    """An annotation with the AppArmor profile of a container that does not exist, or with what is no profile."""
    names = {text_at(container, "name") for _, container in containers_of(object_at(template, "spec"))}
    for key, value in object_at(template, "metadata", "annotations").items():
        name = key.removeprefix(APP_ARMOR)
        if name == key:
            continue
        if name not in names:
            yield Breach(
                ("metadata", "annotations", key),
                f"is for {name}, and there is no such container",
                "Invalid value: container not found",
            )
        elif value not in ("", "runtime/default", "unconfined") and not str(value).startswith("localhost/"):
            says = f'Invalid value: "{value}": invalid AppArmor profile name'
            yield Breach(("metadata", "annotations", key), f'is "{value}", which is not the name of a profile', says)


_BOTH = ("appArmorProfile", "seLinuxOptions", "seccompProfile", "runAsUser", "runAsGroup")
_GROUPS = ("fsGroup", "fsGroupChangePolicy", "sysctls", "supplementalGroups", "supplementalGroupsPolicy")
_RIGHTS = ("capabilities", "readOnlyRootFilesystem", "privileged", "allowPrivilegeEscalation", "procMount")
_UNFIT: dict[str, dict[str, tuple[str, ...]]] = {
    "linux": {"security": ("windowsOptions",), "podSecurity": ("windowsOptions",)},
    "windows": {
        "pod": ("hostUsers", "hostPID", "hostIPC", "shareProcessNamespace", "resources"),
        "podSecurity": (*_BOTH, *_GROUPS, "seLinuxChangePolicy"),
        "security": (*_BOTH, *_RIGHTS),
    },
}
