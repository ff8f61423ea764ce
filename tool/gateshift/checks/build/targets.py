"""Entries of a kustomization that act upon nothing, or upon more than they should, of which Kustomize says nothing.

A target's label selector is one line of text.

Source: measured with Kustomize v5.8; api/types/selector.go and patch.go of Kustomize; Kubernetes,
apimachinery pkg/labels/selector.go: requirements joined by commas.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial

from gateshift.apischema.regex import matcher
from gateshift.checks.build.scope import Known, KustomizationScope, scope_of
from gateshift.checks.subject import Subject
from gateshift.model.finding import Finding, Level
from gateshift.model.kustomization import Kustomization
from gateshift.model.nearest import nearest
from gateshift.model.rule import check
from gateshift.yamldoc.data import Json, JsonObject, list_at, look_up, object_at, text_at, walk

_PATCHES = ("patches", "patchesJson6902")
_ACTING = {*_PATCHES, "patchesStrategicMerge", "images", "replacements"}
_IMAGE = r"(?P<name>[^@]+?)(?P<tag>:[^:/@]+)?(?P<digest>@.+)?\Z"


def scoped(subject: Subject) -> Iterator[tuple[Kustomization, KustomizationScope]]:
    """Every kustomization of the root with what it can act upon."""
    tree = subject.tree
    if tree is None:
        return
    for node in tree.kustomizations:
        if node.data.keys() & _ACTING:
            yield node, subject.cluster.once(("scope", node), partial(scope_of, subject, tree, node))


def fits(target: JsonObject, known: Known) -> bool:
    """Whether a target selects the object; each field is a regular expression over the whole value."""
    fields = {
        "group": known.group,
        "version": known.version,
        "kind": known.kind,
        "name": known.name,
        "namespace": known.namespace,
    }
    for field, value in fields.items():
        wanted = text_at(target, field)
        if wanted and not _matches(wanted, value):
            return False
    metadata = object_at(known.data, "metadata")
    return selects(text_at(target, "labelSelector"), object_at(metadata, "labels")) and selects(
        text_at(target, "annotationSelector"), object_at(metadata, "annotations")
    )


def _matches(pattern: str, value: str) -> bool:
    whole = matcher(pattern)
    return whole is None or whole(value) is not False


def _words(target: JsonObject) -> str:
    return " ".join(f"{key}={value}" for key, value in target.items() if value) or "every object"


def _near(target: JsonObject, scope: KustomizationScope) -> str:
    kind, name = text_at(target, "kind"), text_at(target, "name")
    same_kind = {known.name for known in scope.objects if known.kind == kind}
    near_name = nearest(name, same_kind)
    if near_name:
        return f"Did you mean the name {near_name}?"
    kinds = {known.kind for known in scope.objects}
    near_kind = nearest(kind, kinds) if kind not in kinds else None
    return f"Did you mean the kind {near_kind}?" if near_kind else "Correct the target, or remove the entry."


@check("GS361", source="kustomize#4379, #2760, #5093 (measured): a patch without a match passes silently")
def patch_matches_nothing(subject: Subject) -> Iterator[Finding]:
    """The target of a patch selects no object.

    Kustomize builds without an error, and the change that the patch should make is missing.
    """
    for node, scope in scoped(subject):
        for field in _PATCHES if scope.complete else ():
            for index, entry in enumerate(list_at(node.data, field)):
                target = object_at(entry, "target")
                if target and not any(fits(target, known) for known in scope.objects):
                    yield Finding(
                        Level.WARNING,
                        f"the patch for {_words(target)} changes nothing: no object of this kustomization fits",
                        node.place(field, index, "target"),
                        "Kustomize builds without the change",
                        _near(target, scope),
                    )


@check("GS362", source="Kustomize, images (measured): an entry without a match passes silently")
def images_entry_matches_nothing(subject: Subject) -> Iterator[Finding]:
    """An entry of `images` names an image that no container has.

    Kustomize builds without an error, and the containers keep the tag they had: the version that should have been
    released is not.
    """
    for node, scope in scoped(subject):
        known = {_name(image) for target in scope.objects for image in _images(target.data)}
        for index, entry in enumerate(list_at(node.data, "images") if scope.complete else ()):
            name = text_at(entry, "name")
            renamed = text_at(entry, "newName")
            if name and not any(_matches(name, image) or image in (name, renamed) for image in known):
                near = nearest(name, known)
                yield Finding(
                    Level.WARNING,
                    f"the images entry for {name} changes nothing: no container has that image",
                    node.place("images", index, "name"),
                    "the containers keep their tag",
                    f"Did you mean {near}?" if near else f"The images are {', '.join(sorted(known)) or 'none'}.",
                )


@check("GS363", source="Kustomize, replacements (measured): a target without a match passes silently")
def replacement_matches_nothing(subject: Subject) -> Iterator[Finding]:
    """A target of a replacement selects no object.

    Kustomize builds without an error, and the value is not replaced.
    """
    for node, scope in scoped(subject):
        for index, entry in enumerate(list_at(node.data, "replacements") if scope.complete else ()):
            for number, target in enumerate(list_at(entry, "targets")):
                chosen = object_at(target, "select")
                if chosen and not any(fits(chosen, known) for known in scope.objects):
                    yield Finding(
                        Level.WARNING,
                        f"the replacement's target {_words(chosen)} fits no object of this kustomization",
                        node.place("replacements", index, "targets", number, "select"),
                        "Kustomize builds without the change",
                        _near(chosen, scope),
                    )


@check("GS364", source="kustomize#6001: images matches by image name only")
def images_entry_hits_every_version(subject: Subject) -> Iterator[Finding]:
    """One entry of `images` sets the tag of several workloads that had different ones.

    An entry is found by the image's name, which both versions of a service share: after it, the old version runs the
    new image, and a split between them is none.
    """
    for node, scope in scoped(subject):
        for index, entry in enumerate(list_at(node.data, "images")):
            name, sets = text_at(entry, "name"), look_up(entry, ("newTag",)) or look_up(entry, ("digest",))
            hit = _tags(scope, name) if name and sets else {}
            if len(set(hit.values())) > 1:
                shown = ", ".join(f"{workload} {tag or 'without tag'}" for workload, tag in sorted(hit.items()))
                yield Finding(
                    Level.WARNING,
                    f"the images entry for {name} gives {sets} to workloads that had different images ({shown})",
                    node.place("images", index, "name"),
                    "all of them run the same image",
                    "Write the tag into each Deployment, or give the versions image names of their own.",
                )


def _tags(scope: KustomizationScope, name: str) -> dict[str, str]:
    """For each workload in the files the tag or digest that it has of the image, before any entry changes it."""
    tags: dict[str, str] = {}
    for known in scope.objects:
        for image in _images(known.data):
            parts = re.match(_IMAGE, image)
            if parts and parts["name"] == name:
                tags.setdefault(f"{known.kind} {known.name}", (parts["tag"] or "")[1:] or (parts["digest"] or "")[1:])
    return tags


def _name(image: str) -> str:
    parts = re.match(_IMAGE, image)
    return parts["name"] if parts else image


def _images(data: Json) -> Iterator[str]:
    """The images of all containers below, wherever a pod template stands."""
    for at, value in walk(data):
        if at and at[-1] in ("containers", "initContainers", "ephemeralContainers") and isinstance(value, list):
            yield from (image for entry in value if (image := text_at(entry, "image")))


_REQUIREMENT = (
    r"\s*+(?P<not>!)?\s*+(?P<key>[^\s=!,()]+)\s*+"
    r"(?:(?P<operator>==|=|!=|\bin\b|\bnotin\b)\s*+(?P<value>\([^()]*\)|[^,\s]*))?\s*+(?:,|\Z)"
)


def selects(selector: str, labels: Mapping[str, Json]) -> bool:
    """Whether labels satisfy every requirement of the selector; what cannot be read counts as satisfied."""
    while selector:
        requirement = re.match(_REQUIREMENT, selector)
        if requirement is None or not requirement.end():
            return True
        if not _holds(requirement, labels):
            return False
        selector = selector[requirement.end() :]
    return True


def _holds(requirement: re.Match[str], labels: Mapping[str, Json]) -> bool:
    key, operator = requirement["key"], requirement["operator"]
    if operator is None:
        return (key not in labels) if requirement["not"] else (key in labels)
    values = {value.strip() for value in requirement["value"].strip("()").split(",")}
    return (labels.get(key) in values) is (operator in ("=", "==", "in"))
