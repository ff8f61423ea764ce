"""Which folder an Argo CD or Flux object follows, and in which scalar it says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fnmatch import fnmatch
from pathlib import Path

import pytest

from gateshift.engines.read import pointers_in, pointers_of, repositories_in, with_repository
from gateshift.manifests import generate
from gateshift.model.rollout import Engine
from gateshift.model.sync_pointer import NotUnderstood, SyncPointer, folder_of
from gateshift.yamldoc import load_all, parse_all
from gateshift.yamldoc.data import FieldPath, Json, look_up
from tests.manifests.customers import CUSTOMERS

APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop, namespace: argocd}
spec:
  source: {repoURL: https://example.org/shop.git, targetRevision: main, path: overlays/canary}
"""
SEVERAL = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop}
spec:
  source: {repoURL: ignored, path: overlays/initial}
  sources:
    - {repoURL: https://charts.example.org, chart: redis, targetRevision: 1.2.3}
    - {repoURL: https://example.org/values.git, ref: values}
    - {repoURL: https://example.org/shop.git, path: ./overlays/half/}
"""
LISTED = """\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: shops, namespace: argocd}
spec:
  goTemplate: false
  generators:
    - list:
        elements:
          - {env: staging, stage: half, wave: 1}
          - {env: prod, stage: canary, wave: 2}
  template:
    metadata: {name: "shop-{{env}}"}
    spec:
      source: {repoURL: https://example.org/shop.git, path: "overlays/{{ env }}/{{stage}}"}
"""


def read(text: str, files: Mapping[str, Json] | None = None) -> list[SyncPointer | NotUnderstood]:
    return [found for data in load_all(text) for found in pointers_of(data, lambda _: files or {})]


def paths(text: str, files: Mapping[str, Json] | None = None) -> list[tuple[str, str]]:
    return [(found.name, found.path) for found in read(text, files) if isinstance(found, SyncPointer)]


def reasons(text: str) -> list[str]:
    return [found.why for found in read(text) if isinstance(found, NotUnderstood)]


def test_an_application_names_a_path() -> None:
    (found,) = read(APPLICATION)
    assert isinstance(found, SyncPointer)
    assert (found.engine, found.kind, str(found)) == (Engine.ARGOCD, "Application", "Application argocd/shop")
    assert (found.folder, found.repository, found.revision) == (
        "overlays/canary",
        "https://example.org/shop.git",
        "main",
    )
    assert [scalar.at for scalar in found.scalars] == [("spec", "source", "path")]


def test_of_several_sources_those_with_a_path_count_and_hide_the_single_one() -> None:
    (found,) = read(SEVERAL)
    assert isinstance(found, SyncPointer)
    assert (found.folder, found.repository) == ("overlays/half", "https://example.org/shop.git")
    assert found.scalars[0].at == ("spec", "sources", 2, "path")


def test_a_list_generator_makes_a_pointer_of_each_element() -> None:
    assert paths(LISTED) == [("shop-staging", "overlays/staging/half"), ("shop-prod", "overlays/prod/canary")]
    found = read(LISTED)[1]
    assert isinstance(found, SyncPointer)
    scalars: list[FieldPath] = [scalar.at for scalar in found.scalars]
    element: FieldPath = ("spec", "generators", 0, "list", "elements", 1)
    assert scalars == [(*element, "stage"), (*element, "env")]
    assert [look_up(load_all(LISTED)[0], at) for at in scalars] == ["canary", "prod"]


def test_go_templates_have_a_dot() -> None:
    text = LISTED.replace("goTemplate: false", "goTemplate: true")
    assert "more than a parameter" in reasons(text)[0]
    dotted = (
        text.replace("{{env}}", "{{.env}}").replace("{{ env }}", "{{- .env -}}").replace("{{stage}}", "{{ .stage }}")
    )
    assert paths(dotted)[1] == ("shop-prod", "overlays/prod/canary")


def test_nested_parameters_have_dots_between_their_keys() -> None:
    text = LISTED.replace("{{stage}}", "{{values.stage}}").replace("stage: half", "values: {stage: half}")
    assert paths(text.replace("stage: canary", "values: {stage: canary}"))[0] == (
        "shop-staging",
        "overlays/staging/half",
    )


def test_a_template_without_placeholders_is_a_slot_itself() -> None:
    (one, two) = read(LISTED.replace('"overlays/{{ env }}/{{stage}}"', "overlays/canary"))
    assert isinstance(one, SyncPointer)
    assert isinstance(two, SyncPointer)
    assert one.scalars == two.scalars
    assert one.scalars[0].at == ("spec", "template", "spec", "source", "path")


def test_a_parameter_used_twice_is_not_an_editable_scalar() -> None:
    (one, _) = read(LISTED.replace("{{ env }}/{{stage}}", "{{stage}}/{{stage}}"))
    assert isinstance(one, SyncPointer)
    assert one.path == "overlays/half/half"
    assert one.scalars == ()


GIT_FILES = (
    LISTED.partition("    - list:")[0]
    + """\
    - git:
        repoURL: https://example.org/shop.git
        revision: main
        files: [{path: "clusters/*/shop.yaml"}]
  template:
    metadata: {name: "shop-{{path.basename}}"}
    spec:
      source: {repoURL: "{{repo}}", path: "{{stage.path}}"}
"""
)


def test_a_git_generator_reads_files_of_the_repository() -> None:
    files: dict[str, Json] = {
        "clusters/prod/shop.yaml": {"repo": "https://example.org/shop.git", "stage": {"path": "overlays/final"}}
    }
    (found,) = read(GIT_FILES, files)
    assert isinstance(found, SyncPointer)
    assert (found.name, found.path) == ("shop-prod", "overlays/final")
    assert found.repository == "https://example.org/shop.git"
    (scalar,) = found.scalars
    assert (scalar.file, scalar.at) == ("clusters/prod/shop.yaml", ("stage", "path"))


def test_a_git_generator_takes_a_plain_directory() -> None:
    text = GIT_FILES.replace('files: [{path: "clusters/*/shop.yaml"}]', "directories: [{path: overlays/half}]")
    text = text.replace("{{repo}}", "r").replace("{{stage.path}}", "{{path}}")
    (found,) = read(text)
    assert isinstance(found, SyncPointer)
    assert (found.name, found.path) == ("shop-half", "overlays/half")
    assert found.scalars[0].at == ("spec", "generators", 0, "git", "directories", 0, "path")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("- list:", "- clusters:", "known only to the cluster"),
        ("{{stage}}", "{{ .stage | lower }}", "more than a parameter"),
        ("{{stage}}", "{{phase}}", "no parameter `phase`"),
        ("  template:\n", "  templatePatch: x\n  template:\n", "templatePatch"),
        ("elements:", "elementsYaml: x\n        elements:", "elementsYaml"),
    ],
)
def test_what_only_the_cluster_knows_is_said(old: str, new: str, reason: str) -> None:
    assert reason in reasons(LISTED.replace(old, new))[0]


DIRECTORIES = """\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: apps, namespace: argocd}
spec:
  goTemplate: true
  generators:
    - git:
        repoURL: https://example.org/shop
        directories: [{path: apps/*/overlays/prod}, {path: apps/old/overlays/prod, exclude: true}]
  template:
    metadata: {name: '{{index .path.segments 1}}-prod'}
    spec: {source: {repoURL: https://example.org/shop, path: '{{.path.path}}'}}
"""


def folders(*names: str) -> Callable[[str], Mapping[str, Json]]:
    """A repository with these folders and no file."""
    return lambda pattern: {name: None for name in names if fnmatch(f"{name}/", pattern)}


def test_every_directory_that_matches_is_followed_but_those_excluded() -> None:
    names = [f"apps/{name}/overlays/prod" for name in ("cart", "old", "shop")]
    pointers = list(pointers_in(parse_all(DIRECTORIES), Path("set.yaml"), folders(*names, "apps/cart/base")))
    assert all(isinstance(pointer, SyncPointer) for pointer in pointers)
    found = [(each.name, each.path, each.pattern, each.scalars) for each in pointers if isinstance(each, SyncPointer)]
    assert found == [
        (f"{name}-prod", f"apps/{name}/overlays/prod", "apps/*/overlays/prod", ()) for name in ("cart", "shop")
    ]


def test_an_application_whose_name_a_function_makes_is_told_by_its_path() -> None:
    text = DIRECTORIES.replace("index .path.segments 1}}", "trimPrefix .path.basename}}")
    (found,) = pointers_in(parse_all(text), Path("set.yaml"), folders("apps/cart/overlays/prod"))
    assert isinstance(found, SyncPointer)
    assert (found.name, found.path) == ("apps apps/cart/overlays/prod", "apps/cart/overlays/prod")


def test_a_path_that_a_function_makes_is_not_understood() -> None:
    text = DIRECTORIES.replace("{{.path.path}}", "{{trimPrefix .path.path}}")
    (found,) = pointers_in(parse_all(text), Path("set.yaml"), folders("apps/cart/overlays/prod"))
    assert isinstance(found, NotUnderstood)


def test_directories_by_a_pattern_that_none_matches_are_no_pointer() -> None:
    text = GIT_FILES.replace('files: [{path: "clusters/*/shop.yaml"}]', 'directories: [{path: "overlays/*"}]')
    assert "every folder" in reasons(text)[0]


def test_a_kustomization_names_a_path_and_takes_its_repository_from_its_source() -> None:
    (text,) = (text for path, text in generate(CUSTOMERS).items() if path.startswith("sync/flux"))
    documents = load_all(text)
    (found,) = (
        with_repository(found, repositories_in(documents))
        for data in documents
        for found in pointers_of(data)
        if isinstance(found, SyncPointer)
    )
    assert (found.engine, str(found)) == (Engine.FLUX, "Kustomization flux-system/customers")
    assert (found.path, found.folder) == ("./overlays/initial", "overlays/initial")
    assert (found.repository, found.revision) == ("https://example.org/customers.git", "main")


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nspec: {path: a}\n",
        "apiVersion: v1\nkind: Application\nspec: {source: {path: a}}\n",
        "apiVersion: argoproj.io/v1alpha1\nkind: AppProject\nspec: {source: {path: a}}\n",
        "[1, 2]\n",
        "kind: [Application]\napiVersion: {argoproj.io: 1}\n",
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\n",
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nspec: {generators: {}}\n",
    ],
)
def test_other_objects_are_no_pointers(text: str) -> None:
    assert read(text) == []


def test_a_file_s_pointers_know_their_document() -> None:
    found = list(pointers_in(parse_all("a: 1\n---\n" + APPLICATION + "---\n" + SEVERAL), Path("x.yaml")))
    assert [(each.document, each.path) for each in found if not isinstance(each, NotUnderstood)] == [
        (1, "overlays/canary"),
        (2, "./overlays/half/"),
    ]


@pytest.mark.parametrize(
    ("path", "folder"),
    [
        ("./a/b", "a/b"),
        ("a/b/", "a/b"),
        ("/a", "a"),
        (".", ""),
        ("./", ""),
        ("", ""),
        ("a//b/../c", "a/c"),
        ("../a", "../a"),
    ],
)
def test_a_path_is_a_folder_from_the_top(path: str, folder: str) -> None:
    assert folder_of(path) == folder
