"""What Flux makes of a directory with a kustomization, written from its documentation and nothing of the package: the
fields go into the kustomization, the real Kustomize builds, variables are filled in, and metadata is added.

It knows of variables what the documentation shows: `${A}`, `${A:=x}`, `${A:-x}` and `$${A}`.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import yaml

from tests.repositories import program


def objects(repository: Path, directory: str, spec: dict[str, Any]) -> list[dict[str, Any]]:
    """The objects that Flux applies for a Kustomization of this spec."""
    with tempfile.TemporaryDirectory() as temporary:
        copy = Path(shutil.copytree(repository, Path(temporary) / "repository"))
        file = copy / directory / "kustomization.yaml"
        file.write_text(yaml.safe_dump(_with_fields(yaml.safe_load(file.read_text()), spec)))
        built = subprocess.run([*program().argv, str(file.parent)], capture_output=True, check=True, text=True).stdout
    found = []
    for text in built.split("\n---\n"):
        found.append(_with_metadata(yaml.safe_load(_filled(text, spec.get("postBuild", {}))), spec))
    return found


def _with_fields(kustomization: dict[str, Any], spec: dict[str, Any]) -> dict[str, Any]:
    fields = dict(kustomization)
    for mine, theirs in (("targetNamespace", "namespace"), ("namePrefix", "namePrefix"), ("nameSuffix", "nameSuffix")):
        if spec.get(mine):
            fields[theirs] = spec[mine]
    for name in ("patches", "components"):
        if spec.get(name):
            fields[name] = [*fields.get(name, []), *spec[name]]
    for image in spec.get("images", []):
        others = [other for other in fields.get("images", []) if other["name"] != image["name"]]
        same = next((other for other in fields.get("images", []) if other["name"] == image["name"]), {})
        version = ("newTag", "digest") if {"newTag", "digest"} & image.keys() else ()
        kept = {key: value for key, value in same.items() if key not in version}
        fields["images"] = [*others, {**kept, **image}]
    return fields


def _filled(text: str, post_build: dict[str, Any]) -> str:
    values = post_build.get("substitute", {})
    if not values or "kustomize.toolkit.fluxcd.io/substitute: disabled" in text:
        return text

    def value(found: re.Match[str]) -> str:
        if found[0].startswith("$$"):
            return found[0][1:]
        return values.get(found[1], "") or (found[2] or "")

    return re.sub(r"\$?\$\{(\w+)(?::[=-]([^}]*))?\}", value, text)


def _with_metadata(found: dict[str, Any], spec: dict[str, Any]) -> dict[str, Any]:
    for key in ("labels", "annotations"):
        added = spec.get("commonMetadata", {}).get(key)
        if added:
            found["metadata"][key] = {**found["metadata"].get(key, {}), **added}
    return found
