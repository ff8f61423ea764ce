from __future__ import annotations

from pathlib import Path

from gateshift.app.shared.build_roots import BuiltRoot, build_roots
from gateshift.kustomize.tree.roots import find_roots
from gateshift.kustomize.tree.tree_reader import TreeReader
from tests.repositories import write


def building(top: Path) -> BuiltRoot:
    reader = TreeReader()
    (found,) = build_roots(find_roots([top], reader.sources).roots, reader, program=None, timeout=30)
    return found


def test_one_broken_file_does_not_hide_the_others_of_a_plain_folder(tmp_path: Path) -> None:
    top = write(
        tmp_path,
        """
        === plain/broken.yaml
        a: [
        === plain/half.yaml
        kind: Service
        === plain/sound.yaml
        apiVersion: v1
        kind: Service
        metadata: {name: a}
        """,
    )
    found = building(top / "plain")
    assert found.build is not None
    assert [resource.id.name for resource in found.build.resources] == ["a"]
    assert sorted(finding.rule for finding in found.findings) == ["GS103", "GS110"]


def test_a_fault_is_told_without_saying_that_nothing_was_built_too(tmp_path: Path) -> None:
    top = write(tmp_path, "=== plain/broken.yaml\na: [\n")
    assert [finding.rule for finding in building(top / "plain").findings] == ["GS103"]


def test_a_kustomization_with_a_fault_is_not_built(tmp_path: Path) -> None:
    top = write(tmp_path, "=== overlay/kustomization.yaml\nresources: [gone.yaml]\n")
    found = building(top / "overlay")
    assert found.build is None
    assert [finding.rule for finding in found.findings] == ["GS105"]
