from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateshift.checks.build.roots import refusals
from gateshift.model.resource import Build, Origin, Transformer, Unbuilt
from gateshift.system.process import run
from gateshift.yamldoc import load_all
from gateshift.yamldoc.data import text_at
from tests.kustomize.cases import CASES
from tests.repositories import built, named, outcome_of, program, tree_of, write
from tests.schemas.shapes import SHAPES

REPOSITORIES = {**SHAPES, **{case.id: case.text for case in CASES if case.root == "overlay"}}


def plain_build(root: Path) -> list[object]:
    """What the user's own `kustomize build` prints; None for its refusal."""
    finished = run((*program().argv, str(root)), timeout=30)
    return list(load_all(finished.stdout.decode())) if finished.exit_code == 0 else ["refused"]


@pytest.mark.parametrize("name", REPOSITORIES)
def test_the_objects_are_those_of_a_plain_build_in_its_order(name: str, tmp_path: Path) -> None:
    top = write(tmp_path, REPOSITORIES[name])
    found = outcome_of(tree_of(top / "overlay"))
    objects: list[object] = [each.data for each in found.resources] if isinstance(found, Build) else ["refused"]
    assert objects == plain_build(top / "overlay")


SHIPPED = Path(__file__).parents[2]
EXAMPLES = SHIPPED / "tool/gateshift/checks/examples"


def kustomizations() -> Iterator[tuple[Path, str]]:
    """Every folder of the project that Kustomize builds, with the one that holds it and all its bases: the shipped
    rollout's, and those of the rules' examples."""
    for holder in (*sorted(EXAMPLES.glob("GS*.*")), *(SHIPPED / name for name in ("base", "overlays"))):
        top = SHIPPED if holder.parent == SHIPPED else holder
        for file in sorted(holder.rglob("kustomization.yaml")):
            yield top, file.parent.relative_to(top).as_posix()


@pytest.mark.parametrize(
    ("top", "folder"), list(kustomizations()), ids=lambda part: part if isinstance(part, str) else part.name
)
def test_each_kustomization_of_the_project_is_built_as_kustomize_does(top: Path, folder: str, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    copied = [top] if top != SHIPPED else [SHIPPED / "base", SHIPPED / "overlays"]
    for part in copied:
        shutil.copytree(part, tmp_path / part.relative_to(top), dirs_exist_ok=True)
    tree = tree_of(tmp_path / folder)
    if list(refusals(tree)):
        pytest.skip("it is refused, or something of it is left out")
    found = outcome_of(tree)
    objects: list[object] = [each.data for each in found.resources] if isinstance(found, Build) else ["refused"]
    assert objects == plain_build(tmp_path / folder)


def test_an_object_knows_its_document_and_the_transformers_it_passed(tmp_path: Path) -> None:
    top = write(
        tmp_path,
        """
        === base/kustomization.yaml
        resources: [all.yaml]
        namePrefix: x-
        === base/all.yaml
        apiVersion: v1
        kind: Service
        metadata: {name: a}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: b}
        === overlay/kustomization.yaml
        resources: [../base]
        transformers: [labels.yaml]
        === overlay/labels.yaml
        apiVersion: builtin
        kind: LabelTransformer
        metadata: {name: mine}
        labels: {a: b}
        fieldSpecs: [{path: metadata/labels, create: true}]
        """,
    )
    service = named(built(tree_of(top / "overlay")), "Service x-b")
    assert service.origin == Origin(
        top / "base/all.yaml",
        1,
        None,
        (
            Transformer(top / "base/kustomization.yaml", "PrefixTransformer"),
            Transformer(top / "overlay/labels.yaml", "LabelTransformer", "mine"),
        ),
    )


def test_a_generated_object_knows_its_generator(tmp_path: Path) -> None:
    top = write(
        tmp_path, "=== overlay/kustomization.yaml\nconfigMapGenerator:\n  - name: settings\n    literals: [a=b]\n"
    )
    (found,) = built(tree_of(top / "overlay")).resources
    assert found.origin.generated_by == top / "overlay/kustomization.yaml"


def test_a_base_behind_a_link_is_found_at_its_own_path(tmp_path: Path) -> None:
    top = write(
        tmp_path,
        """
        === real/base/kustomization.yaml
        resources: [a.yaml]
        === real/base/a.yaml
        apiVersion: v1
        kind: Service
        metadata: {name: a}
        === overlay/kustomization.yaml
        resources: [../linked]
        """,
    )
    (top / "linked").symlink_to("real/base")
    (found,) = built(tree_of(top / "overlay")).resources
    assert found.origin.file == top / "real/base/a.yaml"


def test_a_root_above_the_temporary_folder_is_built_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    top = write(
        tmp_path,
        """
        === kustomization.yaml
        resources: [a.yaml]
        === a.yaml
        apiVersion: v1
        kind: Service
        metadata: {name: a}
        """,
    )
    (top / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(top / "tmp"))
    (found,) = built(tree_of(top)).resources
    assert (found.id.name, found.origin.file) == ("a", top / "a.yaml")
    assert list((top / "tmp").iterdir()) == []


@pytest.mark.parametrize(
    "name", ["with space", "\u00fc\U0001f600", "a: #b", "-x", "'q\"", "v1@2", os.fsdecode(b"\xff")]
)
def test_a_folder_may_have_any_name(name: str, tmp_path: Path) -> None:
    (tmp_path / name).mkdir()
    top = write(tmp_path / name, SHAPES["generators with hashes"])
    found = built(tree_of(top / "overlay"))
    assert [each.data for each in found.resources] == plain_build(top / "overlay")
    assert found.resources[1].origin.file == top / "base/deployment.yaml"


def test_warnings_of_kustomize_are_kept(tmp_path: Path) -> None:
    top = write(
        tmp_path,
        """
        === overlay/kustomization.yaml
        resources: [a.yaml]
        commonLabels: {a: b}
        === overlay/a.yaml
        apiVersion: v1
        kind: Service
        metadata: {name: a}
        """,
    )
    (warning,) = built(tree_of(top / "overlay")).warnings
    assert "'commonLabels' is deprecated" in warning


def test_nothing_is_written_beside_the_users_files(tmp_path: Path) -> None:
    top = write(tmp_path, SHAPES["generators with hashes"])
    before = sorted(top.rglob("*"))
    built(tree_of(top / "overlay"))
    assert sorted(top.rglob("*")) == before


def test_kubectl_kustomize_builds_the_same(tmp_path: Path) -> None:
    """kubectl's form of the command has its own words in front; what follows is the folder alone."""
    from msgspec.structs import replace

    from gateshift.kustomize import build

    top = write(tmp_path, SHAPES["generators with hashes"])
    stand_in = tmp_path / "kubectl"
    real = shutil.which(program().argv[0])
    stand_in.write_text(f'#!/bin/sh\n[ "$1" = kustomize ] || exit 9\nshift\nexec {real} build "$@"\n')
    stand_in.chmod(0o755)
    kubectl = replace(program(), argv=(str(stand_in), "kustomize"))
    tree = tree_of(top / "overlay")
    found = build.build(tree, kubectl, timeout=30)
    assert isinstance(found, Build)
    assert [each.data for each in found.resources] == [each.data for each in built(tree).resources]


def test_a_refusal_names_the_file_and_the_reason(tmp_path: Path) -> None:
    top = write(
        tmp_path,
        """
        === base/kustomization.yaml
        resources: [a.yaml, b.yaml]
        === base/a.yaml
        apiVersion: v1
        kind: Service
        metadata: {name: a}
        === base/b.yaml
        # one more
        apiVersion: v1
        kind: Service
        metadata: {name: a}
        === overlay/kustomization.yaml
        resources: [../base]
        """,
    )
    found = outcome_of(tree_of(top / "overlay"))
    assert isinstance(found, Unbuilt)
    assert found.message == "Service a is defined twice"
    assert (found.place.file, found.place.line) == (top / "base/b.yaml", 2)
    assert "accumulating resources" in found.said


def test_plain_yaml_is_a_build_too(tmp_path: Path) -> None:
    top = write(
        tmp_path,
        """
        === plain/a.yaml
        apiVersion: v1
        kind: List
        items:
          - apiVersion: v1
            kind: Service
            metadata: {name: a, namespace: ns}
          - apiVersion: v1
            kind: Service
            metadata: {name: b}
        ---
        # nothing here
        ---
        apiVersion: v1
        kind: Secret
        metadata: {name: c}
        """,
    )
    found = built(tree_of(top / "plain"))
    assert [str(each.id) for each in found.resources] == ["Service ns/a", "Service b", "Secret c"]
    assert [each.origin.document for each in found.resources] == [0, 0, 2]
    assert all(text_at(each.data, "kind") == each.kind for each in found.resources)
