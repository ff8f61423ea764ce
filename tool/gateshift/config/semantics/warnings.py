"""What a gateshift.yaml may say but its owner has probably not meant."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from gateshift.config.draft import Draft, objects
from gateshift.model.finding import Finding, Level
from gateshift.model.place import Place
from gateshift.model.rule import Rule
from gateshift.yamldoc import Document
from gateshift.yamldoc.data import FieldPath, JsonObject, list_at, look_up, object_at, text_at

UNPINNED = Rule(
    "GS195",
    "image-without-version",
    "A version's image has neither a tag nor a digest, or the tag `latest`.",
    "What runs then changes with every new push and every new node, so that a stage's name says nothing about it, and "
    "there is no image to go back to.",
    "Kubernetes documentation, Images: image names",
)
SAME_IMAGE = Rule(
    "GS196",
    "versions-share-an-image",
    "Two versions run the same image with the same settings.",
    "Shifting traffic between them changes nothing; most likely one of the tags was copied and not edited.",
    "gateshift.yaml, versions",
)
UNHEARD_HOSTNAMES = Rule(
    "GS197",
    "hostnames-in-a-mesh",
    "A route has host names, and the service itself as its only parent.",
    "A mesh matches by the Service that was called, not by the Host header, so the host names narrow nothing.",
    "Gateway API, GEP-1426: HTTPRoute hostnames are ignored for mesh",
)
UNMEASURED = Rule(
    "GS198",
    "autoscaling-without-requests",
    "A version scales by CPU use, and its container requests no CPU.",
    "The use is counted in percent of the request; without one the autoscaler never acts, unless the namespace has a "
    "LimitRange that sets it.",
    "Kubernetes documentation, Horizontal Pod Autoscaling: how does a HorizontalPodAutoscaler work",
)


_SETTINGS = ("image", "env", "container", "resources")


class _Doubt(Struct, frozen=True):
    """A warning before its place is known: the rule, what is doubtful, the value in the file, and the way out."""

    rule: Rule
    message: str
    at: FieldPath
    hint: str


def warnings_of(draft: Draft, document: Document, file: Path) -> Iterator[Finding]:
    """The doubtful parts of a draft that has no faults."""
    for doubt in (*_images(draft), *_autoscaling(draft), *_hostnames(draft)):
        _, span = document.nearest(doubt.at)
        place = Place(file, span.line, span.column, span.end_line, span.end_column)
        yield doubt.rule.finding(Level.WARNING, doubt.message, place, help=doubt.hint)


def _images(draft: Draft) -> Iterator[_Doubt]:
    seen: dict[str, str] = {}
    for name in draft.versions:
        at: FieldPath = ("versions", name, "image")
        image = text_at(draft.data, *at)
        if not image:
            continue
        if not _pinned(image):
            yield _Doubt(UNPINNED, f"the image of {name}, {image}, has no version", at, "add a tag or a digest")
        settings = repr(sorted((key, value) for key, value in draft.version(name).items() if key in _SETTINGS))
        first = seen.setdefault(settings, name)
        if first != name:
            message = f"{name} runs the same image as {first}, {image}"
            yield _Doubt(SAME_IMAGE, message, at, "name each version's own image")


def _pinned(image: str) -> bool:
    last = image.rpartition("/")[2]
    _, _, tag = last.partition("@")[0].partition(":")
    return "@" in last or tag not in ("", "latest")


def _autoscaling(draft: Draft) -> Iterator[_Doubt]:
    for name in draft.versions:
        version = draft.version(name)
        if "image" in version and "autoscaling" in version and not _requests_cpu(draft, version):
            yield _Doubt(
                UNMEASURED,
                f"{name} scales by CPU use, but its container requests no CPU",
                ("versions", name, "autoscaling"),
                "add `resources: {requests: {cpu: 100m}}`",
            )


def _requests_cpu(draft: Draft, version: JsonObject) -> bool:
    """A limit counts as a request where none is given."""
    resources = object_at(version, "resources") or object_at(draft.data, "workload", "resources")
    return any(look_up(resources, (kind, "cpu")) is not None for kind in ("requests", "limits"))


def _hostnames(draft: Draft) -> Iterator[_Doubt]:
    parents = [parent for _, parent in objects(list_at(draft.data, "route", "parents"))]
    if list_at(draft.data, "route", "hostnames") and all("service" in parent for parent in parents):
        at: FieldPath = ("route", "hostnames")
        yield _Doubt(
            UNHEARD_HOSTNAMES, "a mesh ignores the route's host names", at, "remove them, or add a Gateway to `parents`"
        )
