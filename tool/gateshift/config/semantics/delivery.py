"""What surrounds the stages: autoscaling, pointers, accepted findings."""

from __future__ import annotations

import re
from datetime import date

from gateshift.config.describe import dotted
from gateshift.config.draft import Draft, number, objects
from gateshift.config.schema import vocabulary
from gateshift.config.spec_errors import SpecErrors
from gateshift.yamldoc.data import FieldPath, Json, list_at, look_up, object_at, text_at


def check_delivery(draft: Draft, faults: SpecErrors) -> None:
    """Report limits that contradict each other and values that no reader of theirs would take."""
    _autoscaling(draft, faults)
    _pointers(draft, faults)
    check_days(draft.data, faults)


def _autoscaling(draft: Draft, faults: SpecErrors) -> None:
    of_versions: list[FieldPath] = [("versions", version, "autoscaling") for version in draft.versions]
    there: list[FieldPath] = [
        ("environments", index, "autoscaling", version)
        for index, environment in draft.environments()
        for version in object_at(environment, "autoscaling")
    ]
    for limits in (*of_versions, *there):
        scaling = object_at(draft.data, *limits)
        least, most = number(scaling.get("min"), 1), number(scaling.get("max"), 0)
        if most and least > most:
            at: FieldPath = (*limits, "min")
            faults.add(at, f"{dotted(at)}: {least} is more than `max`, {most}", f"write at most {most}")


def _pointers(draft: Draft, faults: SpecErrors) -> None:
    pointers = object_at(draft.data, "pointers")
    url = text_at(pointers, "repository")
    at: FieldPath = ("pointers", "repository")
    if not url:
        if "repository" not in pointers and ("argocd" in pointers or "flux" in pointers):
            faults.add(at, f"pointers: `repository` is missing: {vocabulary.GIT_URL.expects}")
        _existing(draft, faults)
        return
    if "://" not in url:
        if "flux" in object_at(draft.data, "pointers"):
            host, _, path = url.partition(":")
            faults.add(
                at,
                "pointers.repository: Flux takes only URLs that begin with http://, https:// or ssh://",
                f"write ssh://{host}/{path}",
            )
        return
    authority = re.split("[/?#]", url.partition("://")[2], maxsplit=1)[0]
    if ("[" in authority) != ("]" in authority):
        faults.add(at, "pointers.repository: not a URL: a bracket of the IPv6 address is missing")
    elif authority.rpartition("@")[0].partition(":")[2]:
        faults.add(
            at, "pointers.repository: a password in the URL would stand in Git for all to read", "keep it in a Secret"
        )


def _existing(draft: Draft, faults: SpecErrors) -> None:
    names = [text_at(environment, "name") for _, environment in draft.environments()]
    for index, pointer in objects(list_at(draft.data, "pointers", "existing")):
        at: FieldPath = ("pointers", "existing", index)
        name = text_at(pointer, "environment")
        if name and name not in names:
            here = (*at, "environment")
            known = f"the environments are {', '.join(names)}" if names else "there are no environments"
            faults.add(here, f"{dotted(here)}: there is no environment `{name}`", known)
        elif len(names) > 1 and "environment" not in pointer:
            faults.add(at, f"{dotted(at)}: nothing says which environment it is of", "add `environment`")


def check_days(data: Json, faults: SpecErrors) -> None:
    """Report the last days of accepted findings and of levels that no calendar has."""
    entries = [(key, index) for key in ("ignore", "levels") for index, _ in objects(list_at(data, key))]
    for key, index in entries:
        at: FieldPath = (key, index, "until")
        day = look_up(data, at)
        if isinstance(day, str) and day_of(day) is None:
            faults.add(at, f"{dotted(at)}: there is no such day as {day}")


def day_of(text: str) -> date | None:
    """The day, or None where the calendar has none such."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
