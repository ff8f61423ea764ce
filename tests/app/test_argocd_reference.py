"""On generated directories, what is built for Argo CD equals what its own calls of Kustomize come to."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.app import argocd_reference
from tests.app.engine_roots import objects, only
from tests.app.test_flux_reference import DEPLOYMENT, KUSTOMIZATIONS, NAMES, PATCHES
from tests.repositories import write

IMAGES = st.lists(
    st.sampled_from(
        [
            "web:2.0",
            "web=store",
            "web=registry.test:5000/store:2.0",
            "web@sha256:" + "b" * 64,
            "api=*:3",
            "api:$ARGOCD_APP_NAME",
            "web=store@sha256:" + "c" * 64,
        ]
    ),
    max_size=3,
)
PAIRS = st.dictionaries(st.sampled_from(["a", "b"]), st.sampled_from(["x", "y-z", "$ARGOCD_APP_NAME"]), max_size=2)
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "namePrefix": st.just("a-"),
        "nameSuffix": st.just("-z"),
        "namespace": st.just("prod"),
        "images": IMAGES,
        "replicas": st.just([{"name": "web", "count": 5}]),
        "commonLabels": st.dictionaries(st.sampled_from(["a", "team"]), st.sampled_from(["x", "v-2"]), max_size=2),
        "labelWithoutSelector": st.booleans(),
        "commonAnnotations": PAIRS,
        "commonAnnotationsEnvsubst": st.booleans(),
        "patches": st.lists(PATCHES, max_size=2),
        "components": st.just(["../part"]),
    },
)


def forced(options: dict[str, Any]) -> dict[str, Any]:
    """The options, so that no label or annotation of the directory makes the sync fail; templates get labels only where
    selectors get none."""
    more = {"labelIncludeTemplates": True} if options.get("labelWithoutSelector") and "replicas" in options else {}
    return {**options, **more, "forceCommonLabels": True, "forceCommonAnnotations": True}


def drawn(top: Path, kustomization: dict[str, Any], options: dict[str, Any], image: str) -> Path:
    """The repository of an example, which Argo CD follows."""
    application = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": "shop", "namespace": "argocd"},
        "spec": {
            "destination": {"namespace": "default"},
            "source": {"repoURL": "https://git.example.com/a.git", "path": "apps", "kustomize": options},
        },
    }
    files = {
        "apps/kustomization.yaml": json.dumps(kustomization),
        "apps/deployment.yaml": DEPLOYMENT % ("web", 2, image),
        "apps/config.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: config}\ndata: {a: b}\n",
        "part/kustomization.yaml": "kind: Component\ncommonAnnotations: {part: 'yes'}\n",
        "argocd/shop.yaml": json.dumps(application),
    }
    return write(top, "".join(f"=== {name}\n{text}" for name, text in files.items()))


LABELLED = st.tuples(KUSTOMIZATIONS, st.sampled_from([{}, {"labels": [{"pairs": {"own": "x"}}]}]))


@settings(max_examples=20)
@given(LABELLED.map(lambda both: both[0] | both[1]), OPTIONS.map(forced), NAMES)
def test_what_is_built_equals_what_argo_cd_builds(
    kustomization: dict[str, Any], options: dict[str, Any], image: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        top = drawn(Path(folder).resolve(), kustomization, options, image)
        ours = [resource.data for resource in objects(only(top))]
        assert ours == argocd_reference.objects(top, "apps", options, "shop")
