"""What a rollout.yaml may say but its owner has probably not meant."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gateshift.documents import Document
from gateshift.documents.data import Pointer, list_at, look_up, object_at, text_at
from gateshift.model.finding import Finding, Level
from gateshift.model.place import Place
from gateshift.model.rule import Rule
from gateshift.spec.draft import Draft

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
    "rollout.yaml, versions",
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
    "The use is counted in per cent of the request; without one the autoscaler never acts, unless the namespace has a "
    "LimitRange that sets it.",
    "Kubernetes documentation, Horizontal Pod Autoscaling: how does a HorizontalPodAutoscaler work",
)
RULES = (UNPINNED, SAME_IMAGE, UNHEARD_HOSTNAMES, UNMEASURED)


def warnings_of(draft: Draft, document: Document, file: Path) -> Iterator[Finding]:
    """The doubtful parts of a draft that has no faults."""

    def warning(rule: Rule, message: str, at: Pointer, way_out: str) -> Finding:
        _, span = document.nearest(at)
        place = Place(file, span.line, span.column, span.end_line, span.end_column)
        return Finding(rule.id, Level.WARNING, message, place, help=way_out)

    images: dict[str, str] = {}
    for name in draft.versions:
        at: Pointer = ("versions", name, "image")
        image = text_at(draft.data, *at)
        if image and not _pinned(image):
            yield warning(UNPINNED, f"the image of {name}, {image}, has no version", at, "add a tag or a digest")
        settings = repr(sorted((key, value) for key, value in draft.version(name).items() if key in _SETTINGS))
        if image and settings in images:
            yield warning(
                SAME_IMAGE,
                f"{name} runs the same image as {images[settings]}, {image}",
                at,
                "name each version's own image",
            )
        images.setdefault(settings, name)
        if image and "autoscaling" in draft.version(name) and not _requests_cpu(draft, name):
            yield warning(
                UNMEASURED,
                f"{name} scales by CPU use, but its container requests no CPU",
                ("versions", name, "autoscaling"),
                "add `resources: {requests: {cpu: 100m}}`",
            )
    parents = [parent for parent in list_at(draft.data, "route", "parents") if isinstance(parent, dict)]
    if list_at(draft.data, "route", "hostnames") and all("service" in parent for parent in parents):
        yield warning(
            UNHEARD_HOSTNAMES,
            "a mesh ignores the route's host names",
            ("route", "hostnames"),
            "remove them, or add a Gateway to `parents`",
        )


_SETTINGS = ("image", "env", "container", "resources")


def _pinned(image: str) -> bool:
    last = image.rpartition("/")[2]
    _, _, tag = last.partition("@")[0].partition(":")
    return "@" in last or tag not in ("", "latest")


def _requests_cpu(draft: Draft, version: str) -> bool:
    own = object_at(draft.version(version), "resources") or object_at(draft.data, "workload", "resources")
    return any(look_up(own, (kind, "cpu")) is not None for kind in ("requests", "limits"))
