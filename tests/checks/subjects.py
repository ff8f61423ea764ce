"""Subjects from YAML text, as the checks' tests need them."""

from __future__ import annotations

from pathlib import Path

from gateshift.checks.subject import Catalog, Declared, Subject
from gateshift.model.resource import Build, Origin, Resource, ResourceId
from gateshift.yamldoc import load_all
from gateshift.yamldoc.data import JsonObject, text_at


def resource(data: JsonObject, index: int = 0) -> Resource:
    api_version = text_at(data, "apiVersion")
    identity = ResourceId(
        api_version.rpartition("/")[0],
        text_at(data, "kind"),
        text_at(data, "metadata", "namespace"),
        text_at(data, "metadata", "name"),
    )
    return Resource(api_version, identity, data, Origin(Path("test.yaml"), index))


def build(text: str) -> Build:
    documents = [data for data in load_all(text) if isinstance(data, dict)]
    return Build(Path("test.yaml"), tuple(resource(data, index) for index, data in enumerate(documents)))


def subject(text: str, *, catalog: Catalog | None = None, declared: Declared | None = None) -> Subject:
    return Subject.of(build(text), catalog=catalog, declared=declared)
