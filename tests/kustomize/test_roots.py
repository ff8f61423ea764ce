from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from gateshift.errors import Exit, UserError
from gateshift.kustomize.tree.roots import find_roots, search_roots
from gateshift.system.repositories import repository_of
from tests.repositories import write

SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n"


@pytest.fixture
def top(tmp_path: Path) -> Path:
    return write(
        tmp_path,
        f"""
=== base/kustomization.yaml
resources: [v1]
=== base/v1/kustomization.yml
resources: [a.yaml]
=== base/v1/a.yaml
{SERVICE}
=== overlays/one/kustomization.yaml
Resources: [../../base]
components: [../../component]
=== overlays/two/Kustomization
resources: [../one]
=== component/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
resources: [../lonely]
=== lonely/kustomization.yaml
resources: [a.yaml]
=== plain/a.yaml
{SERVICE}
=== plain/deeper/b.yml
{SERVICE}
=== plain/notes.txt
nothing
=== node_modules/x/kustomization.yaml
resources: []
=== .hidden/x/kustomization.yaml
resources: [../../plain/a.yaml]
""",
    )


def found(*paths: Path) -> list[Path]:
    return [root.path for root in find_roots(paths).roots]


def test_a_root_that_another_uses_is_checked_through_it(top: Path) -> None:
    assert found(top) == [top / ".hidden/x", top / "overlays/two"]


def test_a_named_root_is_checked_whoever_uses_it(top: Path) -> None:
    assert found(top, top / "base/v1") == [top / ".hidden/x", top / "base/v1", top / "overlays/two"]
    assert found(top / "base") == [top / "base"]


def test_roots_of_one_path_that_roots_of_another_use_are_checked_through_them(top: Path) -> None:
    assert found(top / "overlays/two", top / "overlays", top / "base/v1/..") == [
        top / "overlays/two",
        top / "base/v1/..",
    ]


def test_a_kustomization_that_only_a_component_uses_is_found_through_its_overlay(top: Path) -> None:
    (top / "overlays/one/kustomization.yaml").write_text("resources: [../../base]\n")
    assert found(top) == [top / ".hidden/x", top / "lonely", top / "overlays/two"]


def test_a_named_kustomization_file_stands_for_its_folder(top: Path) -> None:
    assert found(top / "base/kustomization.yaml") == [top / "base"]


def test_yaml_files_are_roots_of_their_own(top: Path) -> None:
    roots = find_roots([top / "plain/a.yaml", top / "plain/deeper/b.yml"]).roots
    assert [(root.path, root.files) for root in roots] == [
        (top / "plain/a.yaml", (top / "plain/a.yaml",)),
        (top / "plain/deeper/b.yml", (top / "plain/deeper/b.yml",)),
    ]


def test_a_folder_without_kustomizations_is_one_root_of_all_its_yaml(top: Path) -> None:
    (root,) = find_roots([top / "plain"]).roots
    assert root.files == (top / "plain/a.yaml", top / "plain/deeper/b.yml")


def test_the_same_root_named_twice_is_one(top: Path) -> None:
    (top / "link").symlink_to("base")
    assert found(top / "base", top / "base/", top / "link") == [top / "base"]


def test_kustomizations_in_a_circle_are_still_looked_at(tmp_path: Path) -> None:
    write(tmp_path, "=== a/kustomization.yaml\nresources: [../b]\n=== b/kustomization.yaml\nresources: [../a]\n")
    assert found(tmp_path) == [tmp_path / "a"]


def test_a_component_alone_is_nothing_to_build(top: Path) -> None:
    with pytest.raises(UserError, match="is a Component") as caught:
        find_roots([top / "component"])
    assert caught.value.exit_code is Exit.NOTHING_FOUND


@pytest.mark.parametrize("name", ["empty", "absent", "text"])
def test_a_path_without_anything_is_said_so(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "text").mkdir()
    (tmp_path / "text/notes.txt").write_text("x")
    with pytest.raises(UserError) as caught:
        find_roots([tmp_path / name])
    assert caught.value.exit_code is Exit.NOTHING_FOUND
    assert name in caught.value.what


def test_a_folder_that_cannot_be_searched_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "=== a/kustomization.yaml\nresources: []\n=== b/kustomization.yaml\nresources: []\n")
    scan = os.scandir

    def refuse(path: str) -> object:
        if os.fspath(path).endswith("/b"):
            raise PermissionError(13, "Permission denied", path)
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    roots = find_roots([tmp_path])
    assert [root.path for root in roots.roots] == [tmp_path / "a"]
    assert roots.unsearched == ((tmp_path / "b", "Permission denied"),)


def test_links_to_folders_are_not_followed_in_a_search(tmp_path: Path) -> None:
    write(tmp_path, "=== a/kustomization.yaml\nresources: []\n")
    (tmp_path / "a/loop").symlink_to("..")
    (tmp_path / "again").symlink_to("a")
    assert found(tmp_path) == [tmp_path / "a"]


def test_the_repository_is_the_git_work_tree(top: Path) -> None:
    assert repository_of(top / "overlays/one") == top


def test_a_work_tree_linked_by_a_file_counts(tmp_path: Path) -> None:
    (tmp_path / "tree/deep").mkdir(parents=True)
    (tmp_path / "tree/.git").write_text("gitdir: elsewhere\n")
    assert repository_of(tmp_path / "tree/deep") == tmp_path / "tree"


def test_without_git_the_nearest_rollout_counts(tmp_path: Path) -> None:
    (tmp_path / "team/app/overlays/one").mkdir(parents=True)
    (tmp_path / "team/gateshift.yaml").write_text("")
    (tmp_path / "team/app/gateshift.yaml").write_text("")
    assert repository_of(tmp_path / "team/app/overlays/one") == tmp_path / "team/app"


def test_without_either_the_path_itself_counts_and_never_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "app/overlay").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert repository_of(Path("app/overlay")) == tmp_path / "app/overlay"
    (tmp_path / "app/overlay/a.yaml").write_text("")
    assert repository_of(Path("app/overlay/a.yaml")) == tmp_path / "app/overlay"


def searched(*paths: Path) -> list[Path]:
    return [root.path for root in search_roots(paths).roots]


def test_a_kustomization_at_the_top_hides_nothing_below_it(top: Path) -> None:
    (top / "kustomization.yaml").write_text("resources: [plain/a.yaml]\n")
    assert found(top) == [top]
    assert searched(top) == [top, top / ".hidden/x", top / "overlays/two"]


def test_a_search_tells_every_kustomization_and_every_yaml_file(top: Path) -> None:
    roots = search_roots([top])
    assert {root.path.relative_to(top).as_posix() for root in roots.kustomizations} == {
        ".hidden/x",
        "base",
        "base/v1",
        "component",
        "lonely",
        "overlays/one",
        "overlays/two",
    }
    assert top / "plain/deeper/b.yml" in roots.yaml_files
    assert top / "plain/notes.txt" not in roots.yaml_files


def test_what_git_ignores_is_not_searched_and_untracked_files_are(top: Path) -> None:
    (top / ".git/HEAD").unlink()
    (top / ".git").rmdir()
    subprocess.run(["git", "init", "--quiet", str(top)], check=True)
    (top / ".gitignore").write_text("overlays/\n/plain/deeper/b.yml\n")
    roots = search_roots([top])
    assert [root.path for root in roots.roots] == [top / ".hidden/x", top / "base", top / "lonely"]
    assert top / "plain/a.yaml" in roots.yaml_files
    assert top / "plain/deeper/b.yml" not in roots.yaml_files


def test_an_ignored_folder_that_is_named_is_searched(top: Path) -> None:
    (top / ".git/HEAD").unlink()
    (top / ".git").rmdir()
    subprocess.run(["git", "init", "--quiet", str(top)], check=True)
    (top / ".gitignore").write_text("overlays/\n")
    assert searched(top / "overlays") == [top / "overlays/two"]


def test_a_kustomization_linked_from_outside_is_not_read_in_a_search(tmp_path: Path) -> None:
    (tmp_path / "outside.yaml").write_text("kind: Component\n")
    (tmp_path / "repo/a").mkdir(parents=True)
    (tmp_path / "repo/a/kustomization.yaml").symlink_to(tmp_path / "outside.yaml")
    assert found(tmp_path / "repo") == [tmp_path / "repo/a"]
