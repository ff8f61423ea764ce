"""On generated repositories, a build that carries traces holds the objects that Kustomize builds without them."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gateshift.checks.build.roots import refusals
from gateshift.model.resource import Build
from tests.kustomize.test_build import plain_build
from tests.repositories import outcome_of, tree_of, write

Fields = dict[str, Any]

DEPLOYMENT = """\
# One object, with a comment and an anchor.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: &labels {app: web, odd: "1e3"}
spec:
  selector: {matchLabels: *labels}
  template:
    metadata: {labels: *labels}
    spec:
      containers:
      - {name: web, image: "web:1", env: [{name: A, valueFrom: {configMapKeyRef: {name: settings, key: a}}}]}
      - {name: side, image: "store/side@sha256:%s", envFrom: [{secretRef: {name: keys}}]}
""" % ("a" * 64)
REST = """\
apiVersion: v1
kind: Service
metadata: {name: web, annotations: {text: "yes", long: "%s"}}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: List
items:
- {apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: web},
   spec: {maxReplicas: 3, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}}
- {apiVersion: example.org/v1, kind: Thing, metadata: {name: web}, spec: {list: [1, 1.50, 0x1F, null, ~, "on", on]}}
""" % ("word " * 40)

PATCHES = st.sampled_from(
    [
        {"target": {"kind": "Deployment"}, "patch": "- {op: add, path: /spec/replicas, value: 7}\n"},
        {"target": {"kind": "Service", "name": "w.*"}, "patch": "- {op: remove, path: /spec/ports/0/targetPort}\n"},
        {"target": {"labelSelector": "app=web"}, "patch": "- {op: test, path: /kind, value: Deployment}\n"},
        {"patch": "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 81, name: b}]}\n"},
        {"patch": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n$patch: delete\n"},
        {
            "target": {"kind": "Deployment", "name": "web"},
            "options": {"allowNameChange": True},
            "patch": "- {op: replace, path: /metadata/name, value: shop}\n",
        },
        {
            "patch": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: "
            "{containers: [{name: side, $patch: delete}, {name: web, args: [a, 'b c']}]}}}\n"
        },
        {"target": {"kind": "Nothing"}, "patch": "- {op: remove, path: /spec}\n"},
    ]
)
REPLACEMENTS = st.sampled_from(
    [
        {
            "source": {"kind": "Service", "name": "web", "fieldPath": "spec.ports.0.port"},
            "targets": [{"select": {"kind": "Thing"}, "fieldPaths": ["spec.list.0"]}],
        },
        {
            "source": {"kind": "Deployment", "fieldPath": "metadata.name"},
            "targets": [
                {
                    "select": {"kind": "Service"},
                    "fieldPaths": ["metadata.annotations.made"],
                    "options": {"create": True},
                }
            ],
        },
    ]
)
LITERALS = st.lists(st.sampled_from(["a=1", "b=two words", "c=on", 'd="q"', "e="]), max_size=3, unique=True)
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "disableNameSuffixHash": st.booleans(),
        "immutable": st.just(True),
        "labels": st.just({"made": "yes"}),
    },
)


def generator(name: str, behaviors: st.SearchStrategy[str]) -> st.SearchStrategy[Fields]:
    optional = {"options": OPTIONS, "namespace": st.just("own"), "files": st.just(["data.txt", "other=data.txt"])}
    return st.fixed_dictionaries(
        {"name": st.just(name), "literals": LITERALS, "behavior": behaviors}, optional=optional
    )


def fields(behaviors: st.SearchStrategy[str]) -> st.SearchStrategy[Fields]:
    """What a kustomization says beside its resources."""
    return st.fixed_dictionaries(
        {},
        optional={
            "namePrefix": st.sampled_from(["a-", "b-"]),
            "nameSuffix": st.just("-z"),
            "namespace": st.sampled_from(["own", "prod"]),
            "labels": st.lists(
                st.fixed_dictionaries(
                    {"pairs": st.just({"team": "a", "n": "1"})},
                    optional={"includeSelectors": st.booleans(), "includeTemplates": st.booleans()},
                ),
                max_size=2,
            ),
            "commonAnnotations": st.just({"note": "true", "text": "a: b"}),
            "images": st.lists(
                st.fixed_dictionaries(
                    {"name": st.sampled_from(["web", "store/side"])},
                    optional={"newName": st.just("other"), "newTag": st.just("2.0"), "digest": st.just("sha256:b")},
                ),
                max_size=2,
            ),
            "replicas": st.just([{"name": "web", "count": 4}]),
            "patches": st.lists(PATCHES, max_size=2),
            "replacements": st.lists(REPLACEMENTS, max_size=1),
            "configMapGenerator": generator("settings", behaviors).map(lambda entry: [entry]),
            "secretGenerator": generator("keys", behaviors).map(lambda entry: [entry]),
            "generatorOptions": OPTIONS,
            "sortOptions": st.sampled_from([{"order": "fifo"}, {"order": "legacy"}]),
        },
    )


BASES = fields(st.just("create"))
OVERLAYS = st.tuples(fields(st.sampled_from(["create", "merge", "replace"])), st.booleans())


def repository(top: Path, base: Fields, component: Fields, overlay: Fields, *, has_component: bool) -> Path:
    parts = {"components": ["../part"]} if has_component else {}
    files = {
        "base/kustomization.yaml": json.dumps({"resources": ["deployment.yaml", "rest.yaml"], **base}),
        "base/deployment.yaml": DEPLOYMENT,
        "base/rest.yaml": REST,
        "part/kustomization.yaml": json.dumps({"kind": "Component", "commonAnnotations": {"part": "yes"}, **component}),
        "overlay/kustomization.yaml": json.dumps({"resources": ["../base"], **parts, **overlay}),
        **{f"{folder}/data.txt": "one\ntwo: three\n" for folder in ("base", "part", "overlay")},
    }
    return write(top, "".join(f"=== {name}\n{text}" for name, text in files.items()))


def checked(base: Fields, component: Fields, overlay: tuple[Fields, bool]) -> bool:
    """Whether it could be built; either way Kustomize says the same."""
    with tempfile.TemporaryDirectory() as folder:
        top = repository(Path(folder).resolve(), base, component, overlay[0], has_component=overlay[1])
        tree = tree_of(top / "overlay")
        assert list(refusals(tree)) == []
        found = outcome_of(tree)
        objects: list[object] = [each.data for each in found.resources] if isinstance(found, Build) else ["refused"]
        assert objects == plain_build(top / "overlay")
        return isinstance(found, Build)


@settings(max_examples=60)
@given(BASES, BASES, OVERLAYS)
def test_what_is_built_equals_what_kustomize_builds(
    base: Fields, component: Fields, overlay: tuple[Fields, bool]
) -> None:
    checked(base, component, overlay)


def test_some_of_them_are_built() -> None:
    assert checked({"labels": [{"pairs": {"a": "b"}}]}, {}, ({"namePrefix": "a-", "namespace": "own"}, True))
    assert not checked(
        {}, {}, ({"namePrefix": "a-", "configMapGenerator": [{"name": "x", "behavior": "merge"}]}, False)
    )
