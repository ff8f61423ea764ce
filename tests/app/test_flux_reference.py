"""On generated directories, what is built for Flux equals a reference written from its documentation; and where the
program of tests/oracles/flux was built (`make test-flux`), what Flux's own library builds."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.app import flux_reference
from tests.app.engine_roots import objects, only
from tests.repositories import write

ORACLE = os.environ.get("GATESHIFT_TEST_FLUX", "")
NAMES = st.sampled_from(["web", "api"])
TEXTS = st.sampled_from(
    ["a", "${A}", "x-${A}-${B:=b}", "$${A}", "${COUNT}", "'${COUNT}'", "$1", "yes", "${F}", "${B:-}"]
)
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: %s}
spec:
  replicas: %s
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: %s}]}
"""
CONFIG = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: config}
data:
  text: %s
  more: |
    %s
    ${A}
"""
IMAGE = st.fixed_dictionaries(
    {"name": NAMES},
    optional={
        "newName": st.sampled_from(["store", "registry.test:5000/store"]),
        "newTag": st.sampled_from(["1.0", "2"]),
        "digest": st.just("sha256:" + "a" * 64),
    },
)
PATCHES = st.sampled_from(
    [
        {"patch": "- {op: replace, path: /spec/replicas, value: 7}\n", "target": {"kind": "Deployment"}},
        {"patch": "- {op: add, path: /metadata/labels, value: {a: b}}\n", "target": {"kind": "ConfigMap"}},
        {"patch": "- {op: remove, path: /spec}\n", "target": {"kind": "Service"}},
    ]
)
LABELS = st.dictionaries(st.sampled_from(["a", "b"]), st.sampled_from(["x", "1", "true"]), max_size=2)
SPECS = st.fixed_dictionaries(
    {},
    optional={
        "targetNamespace": st.just("prod"),
        "namePrefix": st.just("a-"),
        "nameSuffix": st.just("-z"),
        "images": st.lists(IMAGE, max_size=3),
        "patches": st.lists(PATCHES, max_size=2),
        "components": st.just(["../part"]),
        "commonMetadata": st.fixed_dictionaries({}, optional={"labels": LABELS, "annotations": LABELS}),
        "postBuild": st.fixed_dictionaries(
            {"substitute": st.fixed_dictionaries({"A": st.sampled_from(["", "v", "two words"]), "COUNT": st.just("3")},
                                                 optional={"F": st.sampled_from(["true", "null", "1e3"])})}
        ),
    },
)  # fmt: skip
KUSTOMIZATIONS = st.fixed_dictionaries(
    {"resources": st.just(["deployment.yaml", "config.yaml"])},
    optional={
        "namePrefix": st.just("own-"),
        "namespace": st.just("own"),
        "images": st.lists(IMAGE, max_size=2, unique_by=lambda image: str(image["name"])),
        "patches": st.lists(PATCHES, max_size=1),
        "commonLabels": st.just({"team": "a"}),
    },
)


def drawn(top: Path, kustomization: dict[str, Any], spec: dict[str, Any], texts: tuple[str, str, str]) -> Path:
    """The repository of an example, which Flux follows."""
    pointer = {
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
        "kind": "Kustomization",
        "metadata": {"name": "apps", "namespace": "flux-system"},
        "spec": {"path": "./apps", "sourceRef": {"kind": "GitRepository", "name": "flux-system"}, **spec},
    }
    files = {
        "apps/kustomization.yaml": json.dumps(kustomization),
        "apps/deployment.yaml": DEPLOYMENT % ("web", 2, texts[0]),
        "apps/config.yaml": CONFIG % texts[1:],
        "part/kustomization.yaml": "kind: Component\ncommonAnnotations: {part: 'yes'}\n",
        "clusters/apps.yaml": json.dumps(pointer),
    }
    return write(top, "".join(f"=== {name}\n{text}" for name, text in files.items()))


@settings(max_examples=40 if ORACLE else 15)
@given(KUSTOMIZATIONS, SPECS, st.tuples(NAMES, TEXTS, TEXTS))
def test_what_is_built_equals_the_reference(
    kustomization: dict[str, Any], spec: dict[str, Any], texts: tuple[str, str, str]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        top = drawn(Path(folder).resolve(), kustomization, spec, texts)
        ours = [resource.data for resource in objects(only(top))]
        assert ours == flux_reference.objects(top, "apps", spec)
        if ORACLE:
            argv = [ORACLE, str(top), "apps", str(top / "clusters/apps.yaml")]
            done = subprocess.run(argv, capture_output=True, text=True, check=True)
            plain = {key: value for key, value in spec.items() if key != "commonMetadata"}
            theirs = [each for each in yaml.safe_load_all(done.stdout) if each]
            expected = flux_reference.objects(drawn(top, kustomization, plain, texts), "apps", plain)
            assert sorted(theirs, key=_kind) == sorted(expected, key=_kind)  # Flux orders them when it applies them


def _kind(found: dict[str, Any]) -> str:
    return str(found["kind"])
