"""A folder that an Application of Argo CD follows is built as Argo CD builds it."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateshift.app.validate.search import affected_roots
from gateshift.kustomize.tree.tree_reader import TreeReader
from gateshift.model.finding import Level
from gateshift.yamldoc.data import FieldPath, Json, look_up
from tests.app.engine_roots import SHOP, line_of, objects, only, roots_of
from tests.repositories import write

APPLICATION = """
=== argocd/shop.yaml
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: store, namespace: argocd}
spec:
  destination: {namespace: prod}
  source:
    repoURL: https://git.example.com/shop.git
    path: apps
"""
SET = """
=== argocd/shop.yaml
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: stores, namespace: argocd}
spec:
  generators:
    - list:
        elements: [{name: a, tag: "2"}, {name: b, tag: "3"}]
  template:
    metadata: {name: "{{name}}"}
    spec:
      source:
        repoURL: https://git.example.com/shop.git
        path: apps
        kustomize:
          images: ["shop:{{tag}}"]
          namePrefix: "{{name}}-"
"""
IMAGE: FieldPath = ("spec", "template", "spec", "containers", 0, "image")
REPLICAS: FieldPath = ("spec", "replicas")
SELECTOR: FieldPath = ("spec", "selector", "matchLabels")


@pytest.mark.parametrize(
    ("kustomize", "at", "value"),
    [
        ("namePrefix: a-", ("metadata", "name"), "a-shop"),
        ("nameSuffix: -b", ("metadata", "name"), "shop-b"),
        ("namespace: test", ("metadata", "namespace"), "test"),
        ("images: ['shop:2.0']", IMAGE, "shop:2.0"),
        ("images: ['shop@sha256:bb']", IMAGE, "shop@sha256:bb"),
        ("images: ['shop=registry:5000/store:2.0']", IMAGE, "registry:5000/store:2.0"),
        ("images: ['shop=*:2.0']", IMAGE, "shop:2.0"),
        ("images: ['shop=store']", IMAGE, "store"),
        ("images: ['else:2.0']", IMAGE, "shop:1.0@sha256:aa"),
        ("images: ['shop:${ARGOCD_APP_NAME}']", IMAGE, "shop:store"),
        ("replicas: [{name: shop, count: 3}]", REPLICAS, 3),
        ("replicas: [{name: shop, count: '3'}]", REPLICAS, 3),
        ("commonLabels: {tier: web}", SELECTOR, {"app": "shop", "tier": "web"}),
        ("commonLabels: {tier: web}, labelWithoutSelector: true", SELECTOR, {"app": "shop"}),
        ("commonLabels: {tier: web}, labelWithoutSelector: true", ("metadata", "labels", "tier"), "web"),
        ("commonAnnotations: {a: $ARGOCD_APP_NAME}", ("metadata", "annotations", "a"), "$ARGOCD_APP_NAME"),
        (
            "commonAnnotations: {a: $ARGOCD_APP_NAME}, commonAnnotationsEnvsubst: true",
            ("metadata", "annotations", "a"),
            "store",
        ),
        ("components: [../parts]", ("metadata", "annotations", "part"), "yes"),
        ("components: [../gone], ignoreMissingComponents: true", REPLICAS, 1),
        (f"components: [{'c' * 300}], ignoreMissingComponents: true", REPLICAS, 1),
        (r'components: ["c\0"], ignoreMissingComponents: true', REPLICAS, 1),
        (
            'patches: [{target: {kind: Deployment}, patch: "- {op: replace, path: /spec/replicas, value: 4}"}]',
            REPLICAS,
            4,
        ),
        ("version: v5.8.1", REPLICAS, 1),
    ],
)
def test_what_the_application_adds_is_built(tmp_path: Path, kustomize: str, at: FieldPath, value: Json) -> None:
    component = "=== parts/kustomization.yaml\nkind: Component\ncommonAnnotations: {part: 'yes'}\n"
    root = only(write(tmp_path, SHOP + component + APPLICATION + f"    kustomize: {{{kustomize}}}\n"))
    assert root.findings == ()
    (resource,) = objects(root)
    assert look_up(resource.data, at) == value


def test_a_finding_in_what_is_added_points_at_the_application(tmp_path: Path) -> None:
    added = "    kustomize:\n      commonAnnotations:\n        a: b\n      images:\n        - shop:2.0\n"
    root = only(write(tmp_path, SHOP + APPLICATION + added))
    (resource,) = objects(root)
    assert line_of(root, resource, IMAGE) == ("shop.yaml", 13)
    assert line_of(root, resource, ("metadata", "annotations", "a")) == ("shop.yaml", 11)


def test_what_kustomize_refuses_of_it_is_told_at_the_application(tmp_path: Path) -> None:
    added = "    kustomize: {replicas: [{name: else, count: 3}]}\n"
    (finding,) = only(write(tmp_path, SHOP + APPLICATION + added)).findings
    assert (finding.rule, finding.level) == ("GS101", Level.ERROR)
    assert str(finding.at).endswith("argocd/shop.yaml:9:35")


def test_every_element_of_an_application_set_is_built(tmp_path: Path) -> None:
    built = [objects(root)[0] for root in roots_of(write(tmp_path, SHOP + SET))]
    images = {resource.id.name: look_up(resource.data, IMAGE) for resource in built}
    assert images == {"a-shop": "shop:2", "b-shop": "shop:3"}


@pytest.mark.parametrize("source", ["helm: {releaseName: a}", "plugin: {name: a}"])
def test_what_helm_or_a_plugin_builds_is_not_built_by_kustomize(tmp_path: Path, source: str) -> None:
    top = write(tmp_path, SHOP + APPLICATION + f"    {source}\n    kustomize: {{namePrefix: a-}}\n")
    assert objects(only(top))[0].id.name == "shop"


OBJECT = "=== apps/%s\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\n"
FILES = "".join(OBJECT % (name, name.replace("/", "-")) for name in ("a.yaml", "b.json", "x/a.yaml", "x/y/c.yml"))


@pytest.mark.parametrize(
    ("directory", "names"),
    [
        ("{recurse: true}", {"a.yaml", "b.json", "x-a.yaml", "x-y-c.yml"}),
        ("{recurse: true, include: '*.yaml'}", {"a.yaml", "x-a.yaml"}),
        ("{recurse: true, exclude: 'x/*'}", {"a.yaml", "b.json"}),
        ("{recurse: true, include: '{*.yml,b.*}'}", {"b.json", "x-y-c.yml"}),
        ("{recurse: true, include: '*.yaml', exclude: 'x/?.yaml'}", {"a.yaml"}),
        ("{include: '*'}", {"a.yaml", "b.json"}),
    ],
)
def test_the_files_of_a_directory_are_those_that_argo_cd_applies(
    tmp_path: Path, directory: str, names: set[str]
) -> None:
    skipped = "=== apps/values.yaml\na: b\n=== apps/skip.yaml\n# +argocd:skip-file-rendering\n"
    text = skipped + (OBJECT % ("x/more.yaml", "more")).replace("metadata", "# +argocd:skip-file-rendering\nmetadata")
    roots = roots_of(write(tmp_path, FILES + text + APPLICATION + f"    directory: {directory}\n"))
    (followed,) = (root for root in roots if root.tree.root.pointer is not None)
    assert {resource.id.name for resource in objects(followed)} == names
    others = [resource.id.name for root in roots if root is not followed for resource in objects(root)]
    assert not names & set(others)


def test_a_change_of_the_application_affects_the_files_that_it_chooses(tmp_path: Path) -> None:
    top = write(tmp_path, FILES + APPLICATION + "    directory: {recurse: true}\n")
    found = affected_roots([top / "argocd" / "shop.yaml"], TreeReader())
    assert sorted(root.folder.name for root in found.roots) == ["apps", "argocd"]


@pytest.mark.parametrize("pattern", ["a" * 300 + "/*", "a**", r"a\0/*", "./", "a/" * 2500 + "*"])
def test_a_pattern_that_no_folder_can_match_leaves_the_other_pointers_alone(tmp_path: Path, pattern: str) -> None:
    stray = (
        SET.replace("shop.yaml", "stray.yaml")
        .replace("name: stores", "name: strays")
        .replace(
            'list:\n        elements: [{name: a, tag: "2"}, {name: b, tag: "3"}]',
            f'git: {{repoURL: "https://git.example.com/shop.git", directories: [{{path: "{pattern}*"}}]}}',
        )
    )
    assert "strays" in stray
    assert "directories" in stray
    root = only(write(tmp_path, SHOP + APPLICATION + "    kustomize: {namePrefix: a-}\n" + stray))
    assert [resource.id.name for resource in objects(root)] == ["a-shop"]
