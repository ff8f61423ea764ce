"""What a version's pods are made of: parts that are each right and that the API server refuses together.

Source: k8s.io/kubernetes/pkg/apis/core/validation (probes, resources), the list types of the OpenAPI (env by name).
"""

from __future__ import annotations

import re
from fractions import Fraction

from gateshift.config.describe import dotted
from gateshift.config.draft import Draft, number, objects
from gateshift.config.spec_errors import SpecErrors
from gateshift.yamldoc.data import FieldPath, Json, JsonObject, list_at, object_at, text_at

_POWERS = {
    suffix: Fraction(1000) ** (index - 3) for index, suffix in enumerate(["n", "u", "m", "", "k", "M", "G", "T"])
}
_POWERS |= {"P": Fraction(1000) ** 5, "E": Fraction(1000) ** 6}
_POWERS |= {f"{suffix}i": Fraction(1024) ** index for index, suffix in enumerate("KMGTPE", start=1)}
_QUANTITY = r"([0-9.]+)(?:([numkMGTPE]|[KMGTPE]i)?|[eE]([+-]?[0-9]{1,3}))"


def check_workloads(draft: Draft, faults: SpecErrors) -> None:
    """Report what the API server would refuse of the shared workload and of each version's own."""
    _without_use(draft, faults)
    for at in (("workload",), *(("versions", version) for version in draft.versions)):
        workload = object_at(draft.data, *at)
        _variables(workload, at, faults)
        _resources(workload, at, faults)
        _labels(draft, workload, at, faults)
        _containers(draft, workload, at, faults)
        for probe in ("livenessProbe", "startupProbe"):
            here = (*at, probe, "successThreshold")
            if number(object_at(workload, probe).get("successThreshold"), 1) != 1:
                faults.add(here, f"{dotted(here)}: Kubernetes takes only 1 here", "remove it")


def _without_use(draft: Draft, faults: SpecErrors) -> None:
    """The workload's fields are for versions that are described by fields."""
    manifests = [
        "manifest" in draft.version(version) for version in draft.versions if "live" not in draft.version(version)
    ]
    if object_at(draft.data, "workload") and manifests and all(manifests):
        faults.add(
            ("workload",),
            "workload: every version runs from a manifest, which is kept as written, so that none of this applies",
            "write it into the manifests, and remove it here",
            key=True,
        )


def _labels(draft: Draft, workload: JsonObject, at: FieldPath, faults: SpecErrors) -> None:
    for kind in ("labels", "podLabels"):
        for key in object_at(workload, kind):
            if key in (*draft.selector, draft.version_label):
                here = (*at, kind, key)
                faults.add(
                    here,
                    f"{dotted(here)}: the Services select by this label, so that it is set already",
                    "remove it",
                    key=True,
                )


def _containers(draft: Draft, workload: JsonObject, at: FieldPath, faults: SpecErrors) -> None:
    own = text_at(workload, "container") or text_at(draft.data, "workload", "container") or draft.service
    first: dict[str, str] = {own: "the service's own container"}
    for kind in ("sidecars", "initContainers"):
        for index, container in objects(list_at(workload, kind)):
            here = (*at, kind, index)
            name = text_at(container, "name")
            if not name:
                faults.add(here, f"{dotted(here)}: a container needs a name", "add a `name`")
            elif first.setdefault(name, dotted(here)) != dotted(here):
                faults.add((*here, "name"), f"{dotted(here)}: {first[name]} is called `{name}` too", "rename one")


def _variables(workload: JsonObject, at: FieldPath, faults: SpecErrors) -> None:
    first: dict[str, int] = {}
    for index, variable in objects(list_at(workload, "env")):
        name = text_at(variable, "name")
        if name and first.setdefault(name, index) != index:
            here = (*at, "env", index, "name")
            faults.add(here, f"{dotted(here)}: {dotted((*at, 'env', first[name]))} sets `{name}` too", "remove one")


def _resources(workload: JsonObject, at: FieldPath, faults: SpecErrors) -> None:
    limits = object_at(workload, "resources", "limits")
    for name, wanted in object_at(workload, "resources", "requests").items():
        requested, limit = _amount(wanted), _amount(limits.get(name))
        if requested is not None and limit is not None and requested > limit:
            here = (*at, "resources", "requests", name)
            faults.add(
                here,
                f"{dotted(here)}: requests {wanted}, more than the limit of {limits[name]}",
                f"write at most {limits[name]}",
            )


def _amount(quantity: Json) -> Fraction | None:
    """A Kubernetes quantity as a number; None where there is none or it cannot be read."""
    if isinstance(quantity, int | float) and not isinstance(quantity, bool):
        return Fraction(quantity)
    found = re.fullmatch(_QUANTITY, quantity) if isinstance(quantity, str) else None
    if found is None:
        return None
    return Fraction(found[1].rstrip(".")) * (Fraction(10) ** int(found[3]) if found[3] else _POWERS[found[2] or ""])
