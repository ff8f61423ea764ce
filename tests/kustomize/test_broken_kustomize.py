"""Programs in Kustomize's place that fail on purpose."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from gateshift.errors import NoVerdict
from gateshift.kustomize import build
from gateshift.model.kustomization import KustomizationTree
from gateshift.model.resource import Build, Unbuilt
from gateshift.tools.program import Program
from tests.repositories import program, tree_of, write

ROOT = """
=== overlay/kustomization.yaml
resources: [a.yaml]
=== overlay/a.yaml
apiVersion: v1
kind: Secret
metadata: {name: a}
"""


@pytest.fixture
def tree(tmp_path: Path) -> KustomizationTree:
    return tree_of(write(tmp_path, ROOT) / "overlay")


def script(folder: Path, body: str) -> Program:
    """A shell script in Kustomize's place."""
    path = folder / "kustomize"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return replace(program(), argv=(str(path), "build"))


def refused(tree: KustomizationTree, program: Program, timeout: float = 20) -> str:
    with pytest.raises(NoVerdict) as caught:
        build.build(tree, program, timeout)
    return str(caught.value)


def test_a_missing_program_is_no_verdict(tree: KustomizationTree, tmp_path: Path) -> None:
    assert "cannot be started" in refused(tree, replace(program(), argv=(str(tmp_path / "gone"), "build")))


def test_a_crash_is_no_verdict_and_its_words_are_shown(tree: KustomizationTree, tmp_path: Path) -> None:
    said = refused(tree, script(tmp_path, "echo 'panic: runtime error: index out of range' >&2; exit 2"))
    assert "exit code 2" in said
    assert "index out of range" in said


def test_a_panic_that_leaves_with_one_is_no_refusal(tree: KustomizationTree, tmp_path: Path) -> None:
    assert "panic" in refused(tree, script(tmp_path, "echo 'panic: oh' >&2; exit 1"))


def test_a_killed_program_is_no_verdict(tree: KustomizationTree, tmp_path: Path) -> None:
    assert "exit code -9" in refused(tree, script(tmp_path, "kill -9 $$"))


def test_a_silent_failure_is_no_verdict(tree: KustomizationTree, tmp_path: Path) -> None:
    assert "exit code 1" in refused(tree, script(tmp_path, "exit 1"))


@pytest.mark.parametrize("output", ["a: [", "just words", "- a list", "a: b\n---\nc: [", "\\033["])
def test_output_that_is_no_objects_is_no_verdict(tree: KustomizationTree, tmp_path: Path, output: str) -> None:
    assert "Kustomize printed" in refused(tree, script(tmp_path, f"printf %b '{output}'"))


def test_an_object_without_the_trace_that_was_asked_for_is_no_verdict(tree: KustomizationTree, tmp_path: Path) -> None:
    said = refused(tree, script(tmp_path, "echo '{apiVersion: v1, kind: Secret, metadata: {name: b}}'"))
    assert "printed Secret b without saying where it comes from" in said


def test_a_hung_program_is_killed_with_all_it_started(tree: KustomizationTree, tmp_path: Path) -> None:
    started = time.monotonic()
    said = refused(
        tree, script(tmp_path, f"echo working >&2; sleep 60 & echo $! > {tmp_path}/child; wait"), timeout=0.5
    )
    assert time.monotonic() - started < 10
    assert "did not finish within 0.5 s" in said
    assert "working" in said
    child = int((tmp_path / "child").read_text())
    for _ in range(50):
        if not Path(f"/proc/{child}").exists() or "Z" in Path(f"/proc/{child}/stat").read_text().split()[2]:
            break
        time.sleep(0.1)
    else:
        pytest.fail("the child still runs")


def test_a_refusal_is_told_in_kustomizes_words(tree: KustomizationTree, tmp_path: Path) -> None:
    found = build.build(tree, script(tmp_path, "echo '# Warning: old' >&2; echo 'Error: no way' >&2; exit 1"), 20)
    assert isinstance(found, Unbuilt)
    assert found.message == "no way"


def test_much_noise_on_both_streams_is_drained(tree: KustomizationTree, tmp_path: Path) -> None:
    body = f"""
    i=0; while [ $i -lt 3000 ]; do echo "noise noise noise noise noise noise $i" >&2; i=$((i+1)); done
    exec {program().argv[0]} "$@"
    """
    found = build.build(tree, script(tmp_path, body), 20)
    assert isinstance(found, Build)
    assert len(found.resources) == 1
    assert 100 < len(found.warnings) < 3000


def test_a_refusal_after_much_noise_is_told(tree: KustomizationTree, tmp_path: Path) -> None:
    body = """
    i=0; while [ $i -lt 3000 ]; do echo "# Warning: noise noise noise $i" >&2; i=$((i+1)); done
    echo "Error: no way" >&2; exit 1
    """
    found = build.build(tree, script(tmp_path, body), 20)
    assert isinstance(found, Unbuilt)
    assert "no way" in found.message


def test_one_root_without_a_verdict_leaves_the_others_theirs(tmp_path: Path) -> None:
    trees = []
    for name in ("good", "bad", "fine"):
        folder = tmp_path / name
        folder.mkdir()
        trees.append(tree_of(write(folder, ROOT) / "overlay"))
    body = f'case "$2$(cat $2/kustomization.yaml)" in */bad/*) exit 7;; esac; exec {program().argv[0]} "$@"'
    outcomes = list(build.build_all(trees, script(tmp_path, body), 20))
    assert [type(outcome) for outcome in outcomes] == [Build, NoVerdict, Build]


def test_whoever_stops_listening_ends_every_program(tmp_path: Path) -> None:
    trees = []
    for number in range(6):
        folder = tmp_path / str(number)
        folder.mkdir()
        trees.append(tree_of(write(folder, ROOT) / "overlay"))
    body = f'grep -q /0/ "$2/kustomization.yaml" && exec {program().argv[0]} "$@"; exec sleep 60'
    outcomes = build.build_all(trees, script(tmp_path, body), 60)
    assert isinstance(next(outcomes), Build)
    started = time.monotonic()
    outcomes.close()  # type: ignore[attr-defined]  # a generator, as an interrupt would end it
    assert time.monotonic() - started < 10


def test_the_program_cannot_reach_the_network(tree: KustomizationTree, tmp_path: Path) -> None:
    found = build.build(tree, script(tmp_path, f'env > {tmp_path}/env; exec {program().argv[0]} "$@"'), 20)
    assert isinstance(found, Build)
    environment = dict(line.partition("=")[::2] for line in (tmp_path / "env").read_text().splitlines())
    assert environment["HTTPS_PROXY"] == "http://127.0.0.1:1"
    assert environment["GIT_ALLOW_PROTOCOL"] == "none"
    assert environment["PATH"] == os.environ["PATH"]
