"""Builds by the real Kustomize, read back as plain data."""

from __future__ import annotations

from pathlib import Path

from gateshift.system.process import run
from gateshift.tools.find import find
from gateshift.yamldoc import load_all
from gateshift.yamldoc.data import Json, JsonObject, list_at, object_at, text_at


def kustomize_build(root: Path) -> list[JsonObject]:
    """The objects that the real Kustomize builds from the folder."""
    program = find("kustomize")
    finished = run([*program.argv, str(root)], timeout=60)
    assert finished.exit_code == 0, finished.stderr
    return [document for document in load_all(finished.stdout.decode()) if isinstance(document, dict)]


def by_name(objects: list[JsonObject]) -> dict[str, JsonObject]:
    """The objects by `Kind name`."""
    return {f"{text_at(found, 'kind')} {text_at(found, 'metadata', 'name')}": found for found in objects}


def rules_of(objects: list[JsonObject]) -> list[JsonObject]:
    """The rules of the only route among the objects; none where there is no route."""
    routes = [found for found in objects if text_at(found, "kind") in ("HTTPRoute", "GRPCRoute")]
    assert len(routes) <= 1
    return [rule for route in routes for rule in list_at(route, "spec", "rules") if isinstance(rule, dict)]


def weights(rule: JsonObject) -> dict[str, Json]:
    """The weights of a rule by the name of the Service."""
    return {text_at(backend, "name"): object_at(backend).get("weight") for backend in list_at(rule, "backendRefs")}
