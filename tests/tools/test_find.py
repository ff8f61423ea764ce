"""Which kustomize and kubeconform are used: the user's, the installed, PATH's, kubectl's, in this order."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from gateshift.errors import NoVerdict
from gateshift.system.cache_sums import write_sums
from gateshift.tools.find import find, installed_path
from gateshift.tools.lock import pinned
from gateshift.tools.program import Source

KUSTOMIZE = pinned().program("kustomize").version


REAL = find("kustomize").argv[0]


def program(folder: Path, name: str, says: str, *, asked: str = "version") -> Path:
    """A program that answers one question and writes a line for each time it is asked."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f'#!/bin/sh\necho "$*" >> {folder}/{name}.asked\n[ "$1" = {asked} ] && echo \'{says}\'\n')
    path.chmod(0o755)
    return path


@pytest.fixture
def bin_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache: Path) -> Path:  # noqa: ARG001 -- it empties the cache
    """The only folder on PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def test_the_one_the_user_names_comes_first(bin_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = program(tmp_path / "named", "kustomize", KUSTOMIZE)
    by_variable = program(tmp_path / "variable", "kustomize", KUSTOMIZE)
    program(bin_folder, "kustomize", KUSTOMIZE)
    monkeypatch.setenv("GATESHIFT_KUSTOMIZE", str(by_variable))
    assert find("kustomize", named).argv == (str(named), "build")
    found = find("kustomize")
    assert (found.argv, found.version, found.source) == ((str(by_variable), "build"), KUSTOMIZE, Source.OPTION)


def test_a_bare_name_is_looked_up_on_path(bin_folder: Path) -> None:
    path = program(bin_folder, "kustomize-next", KUSTOMIZE)
    assert find("kustomize", Path("kustomize-next")).argv[0] == str(path)


def test_a_named_program_that_is_not_there_is_said_so(bin_folder: Path, tmp_path: Path) -> None:
    program(bin_folder, "kustomize", KUSTOMIZE)
    with pytest.raises(NoVerdict, match="is not a program that can be run") as caught:
        find("kustomize", tmp_path / "nothing")
    assert "gateshift tools install kustomize" in caught.value.next_step


def test_kubectl_is_not_taken_for_kustomize(bin_folder: Path) -> None:
    path = program(bin_folder, "kubectl", '{"kustomizeVersion": "v5.5.0"}')
    path.write_text(f'{path.read_text()}[ "$*" = version ] && echo "Client Version: v1.32.4" || true\n')
    with pytest.raises(NoVerdict, match="is kubectl") as caught:
        find("kustomize", Path("kubectl"))
    assert "v5.5.0" in caught.value.next_step


@pytest.mark.parametrize("says", ["", "version v5.8.1", "helm: v3.1.0"])
def test_a_named_program_that_is_not_kustomize_gives_no_verdict(bin_folder: Path, says: str) -> None:
    with pytest.raises(NoVerdict, match="does not answer") as caught:
        find("kustomize", program(bin_folder, "another", says))
    assert "gateshift tools install kustomize" in caught.value.next_step


@pytest.mark.parametrize(
    ("says", "version"), [("(devel)", "(devel)"), ("{Version:kustomize/v4.5.7 GitCommit:56d82}", "v4.5.7")]
)
def test_other_builds_of_kustomize_may_be_named(bin_folder: Path, says: str, version: str) -> None:
    assert find("kustomize", program(bin_folder, "own", says)).version == version


def test_the_installed_one_comes_before_path_and_is_not_asked(bin_folder: Path) -> None:
    program(bin_folder, "kustomize", KUSTOMIZE)
    path = installed_path(pinned().program("kustomize"))
    program(path.parent, "kustomize", "never said")
    write_sums(path.parent)
    found = find("kustomize")
    assert (found.argv, found.version, found.source) == ((str(path), "build"), KUSTOMIZE, Source.CACHE)
    assert not (path.parent / "kustomize.asked").exists()


def test_the_same_minor_on_path_is_used_without_a_word(bin_folder: Path) -> None:
    program(bin_folder, "kustomize", "v5.8.0")
    found = find("kustomize")
    assert (found.version, found.source, found.warnings) == ("v5.8.0", Source.PATH, ())


def test_another_minor_on_path_is_used_with_a_warning_that_names_the_engines(bin_folder: Path) -> None:
    program(bin_folder, "kustomize", "v5.4.3")
    (warning,) = find("kustomize").warnings
    assert "v5.4.3" in warning
    assert "Argo CD" in warning
    assert "Flux" in warning
    assert "gateshift tools install kustomize" in warning


@pytest.mark.parametrize(
    "says", ["v4.5.7", "{Version:kustomize/v3.10.0 GitCommit:602ad8aa98e2e17f6c9119e027a09757e63c8bec}", ""]
)
def test_another_major_on_path_is_refused(bin_folder: Path, says: str) -> None:
    program(bin_folder, "kustomize", says)
    with pytest.raises(NoVerdict, match="which does not fit") as caught:
        find("kustomize")
    assert caught.value.next_step == "Run `gateshift tools install kustomize`."
    assert caught.value.exit_code == 3


def test_kubectl_is_the_last_resort(bin_folder: Path) -> None:
    program(bin_folder, "kustomize", "v4.5.7")
    kubectl = program(bin_folder, "kubectl", '{"kustomizeVersion": "v5.8.1"}')
    found = find("kustomize")
    assert (found.argv, found.version, found.source) == ((str(kubectl), "kustomize"), "v5.8.1", Source.KUBECTL)
    assert found.warnings == ()


def test_an_old_kubectl_holds_no_kustomize_that_fits(bin_folder: Path) -> None:
    program(bin_folder, "kubectl", '{"clientVersion": {"major": "1"}}')
    with pytest.raises(NoVerdict):
        find("kustomize")


def test_kubectl_is_no_kubeconform(bin_folder: Path) -> None:
    program(bin_folder, "kubectl", '{"kustomizeVersion": "v5.8.1"}')
    with pytest.raises(NoVerdict, match=r"kubeconform v\S+ is not installed"):
        find("kubeconform")


def test_a_program_is_asked_once_until_its_file_changes(bin_folder: Path, cache: Path) -> None:
    path = bin_folder / "kustomize"
    shutil.copy(REAL, path)
    version = find("kustomize").version
    assert version.startswith("v5.")
    answers = cache / "versions.json"
    answers.write_text(answers.read_text().replace(version, "v5.9.9"))
    assert find("kustomize").version == "v5.9.9"
    os.utime(path)
    assert find("kustomize").version == version


def test_a_program_that_may_start_another_is_asked_each_time(bin_folder: Path) -> None:
    """As the shims of version managers do, whose file stays the same."""
    program(bin_folder, "kustomize", "v5.8.0")
    for _ in range(3):
        assert find("kustomize").version == "v5.8.0"
    assert (bin_folder / "kustomize.asked").read_text() == "version\n" * 3


def test_a_cache_that_cannot_be_written_or_read_does_no_harm(bin_folder: Path, cache: Path) -> None:
    program(bin_folder, "kustomize", "v5.8.0")
    cache.write_text("a file where the folder should be")
    assert find("kustomize").version == "v5.8.0"
    cache.unlink()
    cache.mkdir()
    (cache / "versions.json").write_text("{torn")
    assert find("kustomize").version == "v5.8.0"


def test_a_kubeconform_that_does_not_know_its_version_is_known_by_its_build(bin_folder: Path) -> None:
    """`go install` leaves it saying `development`; Go's build information follows the program, as in a real one."""
    path = program(bin_folder, "kubeconform", "development", asked="-v")
    with path.open("ab") as file:
        file.write(b"exit 0\n# \tpath\nmod\tgithub.com/yannh/kubeconform\tv0.8.0\th1:abc=\nbuild\n")
    assert find("kubeconform").version == "v0.8.0"


def test_an_unknown_kubeconform_is_used_with_a_warning_where_the_user_names_it(bin_folder: Path) -> None:
    path = program(bin_folder, "conform", "development", asked="-v")
    found = find("kubeconform", path)
    assert found.version == ""
    assert "of an unknown version" in found.warnings[0]
