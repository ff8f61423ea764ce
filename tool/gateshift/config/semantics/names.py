"""Names that must differ, and names that derive from others and must still suit Kubernetes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gateshift.config.describe import dotted
from gateshift.config.draft import Draft, objects
from gateshift.config.schema import vocabulary
from gateshift.config.slips import fits
from gateshift.config.spec_errors import SpecErrors
from gateshift.yamldoc.data import FieldPath, Json, list_at, look_up, object_at, text_at

_LONGEST = 63
OWN_FOLDER = "own"
"""The folder in base/ for copies of the owner's objects."""


def check_names(draft: Draft, faults: SpecErrors) -> None:
    """Report names that collide or that Kubernetes would refuse."""
    _selector(draft, faults)
    _derived(draft, faults)
    _distinct(_service_names(draft), "Service", faults)
    _listed_once(list_at(draft.data, "stages"), ("stages",), "stage", faults)
    _listed_once(list_at(draft.data, "environments"), ("environments",), "environment", faults)
    _environment_pointers(draft, faults)
    if OWN_FOLDER in draft.versions and "objects" in object_at(draft.data):
        faults.add(
            ("versions", OWN_FOLDER),
            f"versions.{OWN_FOLDER}: base/{OWN_FOLDER}/ holds the `objects` that every stage has",
            "give the version another name",
            key=True,
        )


def check_deployments(draft: Draft, own: Mapping[str, str], faults: SpecErrors) -> None:
    """Report Deployments of one name. `own` are the names in the owner's own manifests, by version."""
    names = ((own.get(name) or draft.deployment_of(name), name) for name in draft.versions)
    _distinct(
        [(name, _given(draft, version, "deployment"), f"version {version}") for name, version in names],
        "Deployment",
        faults,
    )


def _selector(draft: Draft, faults: SpecErrors) -> None:
    label = draft.version_label
    if label in object_at(draft.data, "service", "selector"):
        faults.add(
            ("service", "selector", label),
            f"service.selector: `{label}` is the version label; with it the Service would select one version alone",
            f"remove `{label}`; each version's own Service gets it",
            key=True,
        )
    elif "selector" not in object_at(draft.data, "service") and label == "app":
        faults.add(
            ("service", "versionLabel"),
            "service.versionLabel: `app` is the label that selects the pods of every version",
            "choose another version label, or give `selector` other labels",
        )


def _derived(draft: Draft, faults: SpecErrors) -> None:
    if not draft.service:
        return
    for version in draft.versions:
        name = draft.service_of(version)
        if (
            "service" not in draft.version(version)
            and not fits(name, vocabulary.SERVICE_NAME)
            and fits(version, vocabulary.LABEL)
        ):
            faults.add(
                ("versions", version),
                f"versions.{version}: its Service would be called `{name}`, which has {len(name)} characters; "
                f"a Service's name has at most {_LONGEST}",
                "shorten the service's or the version's name, or give the version a `service:` and a `deployment:`",
                key=True,
            )


def _service_names(draft: Draft) -> list[tuple[str, FieldPath, str]]:
    own: list[tuple[str, FieldPath, str]] = [(draft.service, ("service", "name"), "the service itself")]
    return own + [
        (draft.service_of(name), _given(draft, name, "service"), f"version {name}")
        for name in draft.versions
        if not (draft.live_objects(name) and draft.service_of(name) == draft.service)
    ]


def _given(draft: Draft, version: str, key: str) -> FieldPath:
    given = look_up(draft.data, ("versions", version, key))
    return ("versions", version, key) if given is not None else ("versions", version)


def _distinct(names: Iterable[tuple[str, FieldPath, str]], kind: str, faults: SpecErrors) -> None:
    taken: dict[str, str] = {}
    for name, at, whose in names:
        if name and name in taken:
            faults.add(
                at,
                f"{dotted(at)}: the {kind} of {whose} would be called `{name}`, as that of {taken[name]}",
                f"give one of them another `{kind.lower()}:` name",
                key=len(at) == 2,
            )
        taken.setdefault(name, whose)


def _listed_once(items: list[Json], at: FieldPath, noun: str, faults: SpecErrors) -> None:
    first: dict[str, int] = {}
    for index, item in objects(items):
        name = text_at(item, "name")
        if name and name in first:
            here = (*at, index, "name")
            faults.add(
                here,
                f"{dotted(here)}: {dotted((*at, first[name]))} is called `{name}` too",
                f"each {noun} needs a name of its own",
            )
        first.setdefault(name, index)


def _environment_pointers(draft: Draft, faults: SpecErrors) -> None:
    for index, environment in draft.environments():
        name = f"{draft.service}-{text_at(environment, 'name')}"
        if draft.service and len(name) > _LONGEST:
            faults.add(
                ("environments", index, "name"),
                f"environments[{index}].name: its pointer would be called `{name}`, which has {len(name)} characters; "
                f"at most {_LONGEST} are possible",
                "shorten it",
            )
