"""The pointers that follow what runs today, and how they come to follow the rollout's stages."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateshift.errors import UserError
from tests.app.adopting import gateshift, work_tree
from tests.app.repositories import commit_all
from tests.app.running_sets import APP
from tests.app.test_adopt import adopted, write_set

APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: store, namespace: argocd}
spec:
  source:
    repoURL: https://example.com/team/store
    targetRevision: main
    path: k8s   # what runs
  destination: {server: https://kubernetes.default.svc, namespace: store}
  syncPolicy: {automated: {prune: true}}
"""
KUSTOMIZATION = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: store, namespace: flux-system}
spec:
  path: ./k8s
  prune: true
  targetNamespace: store
  sourceRef: {kind: GitRepository, name: store}
"""
APPLICATION_SET = """\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: all, namespace: argocd}
spec:
  generators:
    - list:
        elements:
          - {name: store, path: k8s}
          - {name: other, path: other}
  template:
    metadata: {name: "{{name}}"}
    spec:
      source: {repoURL: https://example.com/team/store, targetRevision: main, path: "{{path}}"}
      destination: {server: https://kubernetes.default.svc, namespace: store}
"""
ROOT = f"{APP}=== k8s/kustomization.yaml\nresources: [app.yaml]\n"
FILE = "clusters/store.yaml"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return work_tree(tmp_path)


def said_by(folder: Path, *words: str) -> str:
    done = gateshift(folder, *words)
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def with_pointer(top: Path, *pointers: str) -> str:
    """The file of the pointers, committed with what runs."""
    text = "---\n".join(pointers)
    write_set(top, f"{ROOT}=== {FILE}\n{text}")
    commit_all(top, "What runs")
    return text


def test_the_pointers_that_follow_what_runs_are_named_and_left_alone(repository: Path) -> None:
    text = with_pointer(repository, APPLICATION, KUSTOMIZATION)

    adoption = adopted(repository, "k8s")

    assert (repository / FILE).read_text() == text
    assert (
        "pointers:\n  existing:\n"
        "    - file: ../../clusters/store.yaml\n      object: Application/store\n"
        "    - file: ../../clusters/store.yaml\n      object: Kustomization/store\n"
    ) in adoption.text
    assert not any(name.startswith("sync/") for name in adoption.written)


def test_what_a_pointer_follows_can_be_named_by_its_file(repository: Path) -> None:
    with_pointer(repository, KUSTOMIZATION)

    assert "path: ../../k8s\n" in adopted(repository, FILE).text


def test_plain_files_that_a_pointer_follows_are_adopted_from_where_one_stands(repository: Path) -> None:
    write_set(repository, f"{APP}=== {FILE}\n{APPLICATION}")
    commit_all(repository, "What runs")

    said = said_by(repository, "adopt", "k8s", "--candidate", "v2=registry.example.com/shop:2.0")

    assert "gateshift/shop; no other file was touched" in said
    assert "  files:\n    - ../../k8s/app.yaml\n" in (repository / "gateshift/shop/gateshift.yaml").read_text()


@pytest.mark.parametrize("named", ["k8s", "k8s/app.yaml"])
def test_plain_files_are_those_that_the_pointer_applies(repository: Path, named: str) -> None:
    beside = "=== k8s/config.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n"
    below = APP.replace("k8s/", "k8s/tools/").replace("shop", "tools")
    write_set(repository, f"{APP}{beside}{below}=== {FILE}\n{APPLICATION}")

    adoption = adopted(repository, named)

    assert adoption.service == "shop"
    assert "  files:\n    - ../../k8s/app.yaml\n    - ../../k8s/config.yaml\n" in adoption.text


def test_files_below_come_along_where_the_pointer_goes_there(repository: Path) -> None:
    recursing = APPLICATION.replace("    path: k8s", "    directory: {recurse: true}\n    path: k8s")
    below = APP.replace("k8s/", "k8s/tools/").replace("shop", "tools")
    write_set(repository, f"{APP}{below}=== {FILE}\n{recursing}")

    with pytest.raises(UserError, match="several Services with workloads behind them: shop, tools"):
        adopted(repository, "k8s")


def test_a_pointer_among_the_files_that_it_applies_is_refused(repository: Path) -> None:
    write_set(repository, f"{APP}=== k8s/pointer.yaml\n{APPLICATION}")

    with pytest.raises(UserError, match="sets its path back") as refused:
        adopted(repository, "k8s")

    assert refused.value.where.endswith("k8s/pointer.yaml")
    assert not (repository / "gateshift").exists()


def test_a_pointer_of_the_same_name_in_another_namespace_is_an_object_like_any(repository: Path) -> None:
    other = APPLICATION.replace("namespace: argocd", "namespace: other").replace("path: k8s", "path: elsewhere")
    write_set(repository, f"{APP}=== k8s/other.yaml\n{other}=== {FILE}\n{APPLICATION}")

    assert "    - ../../k8s/other.yaml\n" in adopted(repository, "k8s").text


def others_of(top: Path, *named: str) -> list[str]:
    return [item.why for item in adopted(top, *named).left if item.what == "Application argocd/store"]


def test_a_pointer_to_a_root_that_builds_on_what_runs_is_an_owner_already(repository: Path) -> None:
    overlay = "=== prod/kustomization.yaml\nresources: [../k8s]\n"
    write_set(repository, f"{ROOT}{overlay}=== {FILE}\n{APPLICATION.replace('path: k8s', 'path: prod')}")

    (why,) = others_of(repository, "k8s")

    assert "two pointers would apply the same objects. Adopt prod instead" in why


def test_a_pointer_to_the_directory_above_is_an_owner_already(repository: Path) -> None:
    recursing = APPLICATION.replace("    path: k8s", "    directory: {recurse: true}\n    path: k8s")
    write_set(repository, f"{APP.replace('k8s/', 'k8s/shop/')}=== {FILE}\n{recursing}")

    assert len(others_of(repository, "k8s/shop")) == 1


def test_a_pointer_to_another_root_of_the_same_base_is_no_owner(repository: Path) -> None:
    overlays = "".join(f"=== {name}/kustomization.yaml\nresources: [../k8s]\n" for name in ("staging", "prod"))
    write_set(repository, f"{ROOT}{overlays}=== {FILE}\n{APPLICATION.replace('path: k8s', 'path: prod')}")

    assert others_of(repository, "staging") == []


def test_promoting_moves_the_path_from_what_ran_to_stage_after_stage(repository: Path) -> None:
    text = with_pointer(repository, APPLICATION, KUSTOMIZATION)
    adopted(repository, "k8s")
    commit_all(repository, "Adopt")
    folder = repository / "gateshift/shop"

    assert "k8s is what ran before the rollout" in said_by(folder, "status")
    assert "no object changes" in said_by(folder, "plan")
    for stage in ("live", "routed"):
        said_by(folder, "promote", "--commit")
        moved = text.replace("path: k8s ", f"path: gateshift/shop/overlays/{stage} ")
        assert (repository / FILE).read_text() == moved.replace("./k8s", f"./gateshift/shop/overlays/{stage}")


def test_an_element_of_an_application_set_is_moved_alone(repository: Path) -> None:
    text = with_pointer(repository, APPLICATION_SET)

    adoption = adopted(repository, "k8s")
    commit_all(repository, "Adopt")
    said_by(repository / "gateshift/shop", "promote")

    assert "object: ApplicationSet/store\n" in adoption.text
    assert (repository / FILE).read_text() == text.replace("path: k8s}", "path: gateshift/shop/overlays/live}")


def test_a_pointer_that_changes_what_is_built_is_refused(repository: Path) -> None:
    images = "  targetNamespace: store\n  images: [{name: registry.example.com/shop, newTag: '3'}]\n"
    with_pointer(repository, KUSTOMIZATION.replace("  targetNamespace: store\n", images))

    with pytest.raises(UserError, match="changes what is built by `images`"):
        adopted(repository, "k8s")
    assert not (repository / "gateshift").exists()


SUBSTITUTE = "  postBuild: {substitute: {image: 'registry.example.com/shop:3'}}\n"
PATCHING = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: cluster, namespace: flux-system}
spec:
  path: ./clusters
  sourceRef: {kind: GitRepository, name: store}
  patches: [{patch: "[{op: add, path: /spec/postBuild, value: {substitute: {a: b}}}]", target: {kind: Kustomization}}]
"""


def filled(top: Path, pointer: str) -> None:
    """What runs, with an image that the pointer fills in."""
    with_pointer(top, pointer)
    file = top / "k8s" / "app.yaml"
    file.write_text(file.read_text().replace("registry.example.com/shop:1.0", "${image}"))
    assert "${image}" in file.read_text()


@pytest.mark.parametrize(
    "text",
    [
        KUSTOMIZATION + SUBSTITUTE,
        KUSTOMIZATION + "  postBuild: {substituteFrom: [{kind: ConfigMap, name: values}]}\n",
        f"{KUSTOMIZATION}---\n{PATCHING}",
    ],
)
def test_a_pointer_that_fills_variables_into_the_service_is_refused(repository: Path, text: str) -> None:
    filled(repository, text)

    with pytest.raises(UserError, match=r"variables into what is built \(`postBuild`\) of Deployment shop") as refused:
        adopted(repository, "k8s")
    assert refused.value.next_step.startswith("Write their values into the manifests")
    assert not (repository / "gateshift").exists()


def test_variables_that_do_nothing_to_the_service_are_no_hindrance(repository: Path) -> None:
    with_pointer(repository, KUSTOMIZATION + SUBSTITUTE)
    (repository / "k8s" / "more.yaml").write_text(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: more}\ndata: {image: '${image}'}\n"
    )
    (repository / "k8s" / "kustomization.yaml").write_text("resources: [app.yaml, more.yaml]\n")

    assert "object: Kustomization/store\n" in adopted(repository, "k8s").text


@pytest.mark.parametrize("more", ["", "  postBuild: {}\n"])
def test_a_pointer_without_variables_is_adopted(repository: Path, more: str) -> None:
    with_pointer(repository, KUSTOMIZATION + more)

    assert "object: Kustomization/store\n" in adopted(repository, "k8s").text


def test_a_pointer_that_is_named_and_does_not_exist_is_told(repository: Path) -> None:
    with_pointer(repository, KUSTOMIZATION)
    adopted(repository, "k8s")
    (repository / FILE).write_text(KUSTOMIZATION.replace("name: store", "name: renamed"))

    done = gateshift(repository / "gateshift/shop", "status")

    assert done.returncode == 2
    assert "clusters/store.yaml holds no Kustomization store" in done.stderr
