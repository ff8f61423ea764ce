"""Relations between amounts of resources: requests and limits, quotas, ranges, claims.

Source: k8s.io/kubernetes, pkg/apis/core/validation/validation.go and pkg/apis/core/helper/helpers.go.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from gateshift.apischema.constraints.constraint import Breach
from gateshift.apischema.constraints.predicates import is_qualified_name
from gateshift.apischema.quantities import amount
from gateshift.yamldoc.data import FieldPath, Json, JsonObject, list_at, object_at, text_at

_COMPUTE = ("cpu", "memory", "ephemeral-storage")
_COUNTED: tuple[str, ...] = (
    "pods",
    "resourcequotas",
    "services",
    "replicationcontrollers",
    "secrets",
    "configmaps",
    "persistentvolumeclaims",
)
_COUNTED += ("services.nodeports", "services.loadbalancers")
_QUOTA = frozenset(
    {*_COMPUTE, *_COUNTED, "requests.storage"}
    | {f"{side}.{name}" for side in ("requests", "limits") for name in _COMPUTE}
)
_POD = frozenset({"pods", "cpu", "memory", "limits.cpu", "limits.memory", "requests.cpu", "requests.memory"})
_SCOPED = {
    **dict.fromkeys(
        ("Terminating", "NotTerminating", "NotBestEffort", "PriorityClass", "CrossNamespacePodAffinity"), _POD
    ),
    "BestEffort": frozenset({"pods"}),
    "VolumeAttributesClass": frozenset({"persistentvolumeclaims", "requests.storage"}),
}


def _is_native(name: str) -> bool:
    return "/" not in name or "kubernetes.io/" in name


def _is_huge(name: str) -> bool:
    return name.startswith("hugepages-")


def _is_overcommitted(name: str) -> bool:
    """Whether more of the resource may be limited than is requested."""
    return _is_native(name) and not _is_huge(name)


def _is_whole(name: str) -> bool:
    extended = not _is_native(name) and not name.startswith("requests.") and is_qualified_name(f"requests.{name}")
    return name in _COUNTED or extended


def _name_fault(name: str) -> str:
    """Why a container cannot ask for the resource; "" where it can."""
    if not is_qualified_name(name):
        return "is not a qualified name"
    if "/" not in name:
        return (
            ""
            if name in _COMPUTE or _is_huge(name)
            else "is not a resource of containers: cpu, memory, ephemeral-storage"
        )
    if not _is_native(name) and (name.startswith("requests.") or not is_qualified_name(f"requests.{name}")):
        return "is not the name of an extended resource"
    return ""


def _amount_fault(name: str, value: Json) -> str:
    number = amount(value)
    if number is None:
        return ""  # the schema says so
    if number < 0:
        return "must be 0 or more"
    if _is_whole(name) and number.denominator != 1:
        return "must be a whole number"
    if _is_huge(name):
        page = amount(name.removeprefix("hugepages-"))
        if page is None or page <= 0 or number % page:
            return f"must be a multiple of {name.removeprefix('hugepages-')}"
    return ""


def _broken(at: FieldPath, value: Json, words: str) -> Breach:
    return Breach(at, f'is "{value}", and {words}', f'Invalid value: "{value}": {words}')


def requirements(resources: JsonObject) -> Iterator[Breach]:
    """Requests and limits of a container: names, amounts, and requests beyond limits."""
    limits, requests = object_at(resources, "limits"), object_at(resources, "requests")
    for side, amounts in (("limits", limits), ("requests", requests)):
        for name, value in amounts.items():
            if fault := _name_fault(name):
                yield Breach(
                    (side, name), fault, f'Invalid value: "{name}": must be a standard resource for containers'
                )
            elif fault := _amount_fault(name, value):
                yield _broken((side, name), value, fault)
    for name, value in requests.items():
        yield from _beyond(name, value, limits)
    names = {*limits, *requests}
    if any(map(_is_huge, names)) and not names & {"cpu", "memory"}:
        yield Breach((), "ask for huge pages, and not for cpu or memory", "Forbidden: HugePages require cpu or memory")


def _beyond(name: str, value: Json, limits: JsonObject) -> Iterator[Breach]:
    wanted, most = amount(value), amount(limits.get(name))
    at = ("requests", name)
    if wanted is None:
        return
    if name not in limits:
        if not _is_overcommitted(name):
            says = "Required value: Limit must be set for non overcommitable resources"
            yield Breach(at, "has no limit, and this resource needs one", says)
    elif most is not None and wanted > most and _is_overcommitted(name):
        yield _broken(at, value, f"must be less than or equal to {name} limit of {limits[name]}")
    elif most is not None and wanted != most and not _is_overcommitted(name):
        yield _broken(at, value, f"must be equal to {name} limit of {limits[name]}")


def requirements_of_pod(resources: JsonObject) -> Iterator[Breach]:
    """Requests and limits of a whole pod."""
    for side in ("limits", "requests"):
        for name, value in object_at(resources, side).items():
            if name not in ("cpu", "memory") and not _is_huge(name):
                yield Breach(
                    (side, name), "is not a resource of pods: cpu, memory, hugepages-*", f'Unsupported value: "{name}"'
                )
            elif fault := _amount_fault(name, value):
                yield _broken((side, name), value, fault)
    for name, value in object_at(resources, "requests").items():
        if name in object_at(resources, "limits"):
            yield from _beyond(name, value, object_at(resources, "limits"))


def pod_below_containers(pod: JsonObject) -> Iterator[Breach]:
    """A pod's own requests and limits that are below those of its containers."""
    own = object_at(pod, "resources")
    for name, value in object_at(own, "requests").items():
        parts = [
            amount(object_at(container, "resources", "requests").get(name)) for container in list_at(pod, "containers")
        ]
        total, whole = sum((part for part in parts if part is not None), Fraction(0)), amount(value)
        if whole is not None and total > whole:
            yield _broken(
                ("resources", "requests", name), value, "must be greater than or equal to aggregate container requests"
            )
    for index, container in enumerate(list_at(pod, "containers")):
        for name, value in object_at(container, "resources", "limits").items():
            part, whole = amount(value), amount(object_at(own, "limits").get(name))
            if part is not None and whole is not None and part > whole:
                at = ("containers", index, "resources", "limits", name)
                yield _broken(at, value, "must be less than or equal to the pod's limit")


def quota_names(spec: JsonObject) -> Iterator[Breach]:
    """What a quota counts: known resources, amounts, whole numbers, and what its scopes allow."""
    for name, value in object_at(spec, "hard").items():
        known = name in _QUOTA or name.startswith(("hugepages-", "requests.hugepages-"))
        if not is_qualified_name(name) or ("/" not in name and not known):
            words = "is not a resource that a quota counts"
            yield Breach(("hard", name), words, f'Invalid value: "{name}": must be a standard resource for quota')
        number = amount(value)
        if number is not None and (number < 0 or (_is_whole(name) and number.denominator != 1)):
            yield _broken(("hard", name), value, "must be 0 or more" if number < 0 else "must be an integer")


def quota_scopes(spec: JsonObject) -> Iterator[Breach]:
    """Scopes of a quota that exclude each other, or under which a resource is not counted."""
    selected = [text_at(part, "scopeName") for part in list_at(spec, "scopeSelector", "matchExpressions")]
    for at, scopes in ((("scopes",), list_at(spec, "scopes")), (("scopeSelector", "matchExpressions"), selected)):
        names = [scope for scope in scopes if isinstance(scope, str)]
        for pair in (("BestEffort", "NotBestEffort"), ("Terminating", "NotTerminating")):
            if set(pair) <= set(names):
                yield Breach(at, f"must not hold both {pair[0]} and {pair[1]}", "Invalid value: conflicting scopes")
        for scope in names:
            unfit = [
                name for name in object_at(spec, "hard") if name in _QUOTA and name not in _SCOPED.get(scope, _QUOTA)
            ]
            if unfit:
                yield Breach(
                    at,
                    f"hold {scope}, under which {unfit[0]} is not counted",
                    "Invalid value: unsupported scope applied to resource",
                )


def limit_names(limit: JsonObject) -> Iterator[Breach]:
    """Resources of a limit that containers and pods do not have."""
    of_pods = limit.get("type") in ("Pod", "Container")
    for side in ("max", "min", "default", "defaultRequest", "maxLimitRequestRatio"):
        for name in object_at(limit, side):
            if not is_qualified_name(name) or (of_pods and _name_fault(name)):
                yield Breach((side, name), "is not a resource that can be limited", f'Invalid value: "{name}"')
    if limit.get("type") == "PersistentVolumeClaim" and "storage" not in {
        *object_at(limit, "min"),
        *object_at(limit, "max"),
    }:
        says = "Required value: either minimum or maximum storage value is required, but neither was provided"
        yield Breach((), "has neither a min nor a max of storage", says)


_ORDER = (
    ("min", "max"),
    ("min", "defaultRequest"),
    ("defaultRequest", "max"),
    ("defaultRequest", "default"),
    ("min", "default"),
    ("default", "max"),
)


def limits_in_order(limit: JsonObject) -> Iterator[Breach]:
    """Amounts of a limit that contradict each other, its defaults filled in."""
    sides = {name: object_at(limit, name) for name in ("min", "max", "default", "defaultRequest")}
    if limit.get("type") == "Container":
        sides["default"] = {**sides["max"], **sides["default"]}
        sides["defaultRequest"] = {**sides["min"], **sides["default"], **sides["defaultRequest"]}
    for low, high in _ORDER:
        for name, value in sides[low].items():
            least, most = amount(value), amount(sides[high].get(name))
            if least is not None and most is not None and least > most:
                written = low if name in object_at(limit, low) else high
                words = f"must not be more than {high} ({sides[high][name]})"
                yield _broken((written, name), value, words)


def claim_modes(claim: JsonObject) -> Iterator[Breach]:
    """ReadWriteOncePod next to another access mode."""
    modes = list_at(claim, "accessModes")
    if "ReadWriteOncePod" in modes and len(set(map(str, modes))) > 1:
        says = "Forbidden: may not use ReadWriteOncePod with other access modes"
        yield Breach(("accessModes",), "must not hold ReadWriteOncePod with other modes", says)


def claim_storage(claim: JsonObject) -> Iterator[Breach]:
    """A claim that asks for no storage."""
    value = object_at(claim, "resources", "requests").get("storage")
    number = amount(value)
    if value is None:
        yield Breach(("resources", "requests", "storage"), "is missing", "Required value")
    elif number is not None and number <= 0:
        yield _broken(("resources", "requests", "storage"), value, "must be greater than zero")


def claim_sources(claim: JsonObject) -> Iterator[Breach]:
    """dataSource and dataSourceRef that differ."""
    one, other = object_at(claim, "dataSource"), object_at(claim, "dataSourceRef")
    if one and other and any(one.get(key) != other.get(key) for key in ("apiGroup", "kind", "name")):
        yield Breach(("dataSource",), "must be the same as dataSourceRef", "Invalid value: must match dataSourceRef")
    for name, source in (("dataSource", one), ("dataSourceRef", other)):
        if source and not source.get("apiGroup") and source.get("kind") not in (None, "", "PersistentVolumeClaim"):
            says = "Invalid value: must be 'PersistentVolumeClaim' when referencing the default apiGroup"
            yield Breach((name, "kind"), "must be PersistentVolumeClaim without an apiGroup", says)
