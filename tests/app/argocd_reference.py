"""What Argo CD makes of a directory with a kustomization: its calls of `kustomize edit`, in its order, on a copy, and
then the build. Written from its documentation (Kustomize) and nothing of the package."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tests.repositories import program


def objects(repository: Path, directory: str, kustomize: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects that the Application of this name applies, whose source has these `kustomize` options."""
    with tempfile.TemporaryDirectory() as temporary:
        copy = Path(shutil.copytree(repository, Path(temporary) / "repository")) / directory
        for words in _edits(kustomize, name):
            subprocess.run([program().argv[0], "edit", *words], cwd=copy, capture_output=True, check=True)
        _append(copy / "kustomization.yaml", "patches", kustomize.get("patches", []))
        components = kustomize.get("components", [])
        if kustomize.get("ignoreMissingComponents"):
            components = [component for component in components if (copy / component).is_dir()]
        if components:
            subprocess.run([program().argv[0], "edit", "add", "component", *components], cwd=copy, check=True)
        argv = [*program().argv, str(copy)]
        built = subprocess.run(argv, capture_output=True, check=True, text=True).stdout
    return [yaml.safe_load(text) for text in built.split("\n---\n")]


def _edits(kustomize: dict[str, Any], name: str) -> Iterator[list[str]]:
    for field, word in (("namePrefix", "nameprefix"), ("nameSuffix", "namesuffix")):
        if kustomize.get(field):
            yield ["set", word, "--", kustomize[field]]
    if kustomize.get("images"):
        yield ["set", "image", *(image.replace("$ARGOCD_APP_NAME", name) for image in kustomize["images"])]
    if kustomize.get("replicas"):
        yield ["set", "replicas", *(f"{replica['name']}={replica['count']}" for replica in kustomize["replicas"])]
    if kustomize.get("commonLabels"):
        flags = {
            "forceCommonLabels": "--force",
            "labelWithoutSelector": "--without-selector",
            "labelIncludeTemplates": "--include-templates",
        }
        chosen = [flag for option, flag in flags.items() if kustomize.get(option)]
        yield ["add", "label", *chosen, *(f"{key}:{value}" for key, value in kustomize["commonLabels"].items())]
    if kustomize.get("commonAnnotations"):
        forced = ["--force"] if kustomize.get("forceCommonAnnotations") else []
        envsubst = kustomize.get("commonAnnotationsEnvsubst")
        pairs = {
            key: value.replace("$ARGOCD_APP_NAME", name) if envsubst else value
            for key, value in kustomize["commonAnnotations"].items()
        }
        yield ["add", "annotation", *forced, *(f"{key}:{value}" for key, value in pairs.items())]
    if kustomize.get("namespace"):
        yield ["set", "namespace", "--", kustomize["namespace"]]


def _append(file: Path, field: str, entries: list[dict[str, Any]]) -> None:
    if entries:
        data = yaml.safe_load(file.read_text())
        file.write_text(yaml.safe_dump({**data, field: [*data.get(field, []), *entries]}))
