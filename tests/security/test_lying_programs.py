"""A program that does not do what it was asked is no verdict, and an object that claims an origin is not believed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from gateshift.kustomize.traced_kustomization import ORIGIN
from gateshift.tools.find import find

OBJECT = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
OTHER = OBJECT.replace("name: a", "name: b")
SECRET = "topsecret: 1"


def traced(origin: str) -> str:
    return (
        f"cat <<'END'\n{OBJECT.replace('{name: a}', '')}  name: a\n  annotations:\n    {ORIGIN}: |\n      {origin}\nEND"
    )


BUILDS = {
    "another object": f"cat <<'END'\n{OTHER}END",
    "an origin outside": traced("path: ../../secret.yaml"),
    "an origin anywhere": traced("path: /etc/passwd"),
    "a generator outside": traced("configuredIn: ../../secret.yaml\n      configuredBy: {kind: ConfigMapGenerator}"),
    "no YAML": "echo '{['",
    "no text": r"printf '\377\376\000'",
    "many levels": r"head -c 200000 /dev/zero | tr '\0' '['",
    "a crash": "echo 'panic: oh' >&2; exit 2",
    "an exit code without a word": "exit 1",
    "a signal": "kill -9 $$",
}
CHECKS = {
    "nothing": "true",
    "no JSON": "echo x",
    "many levels": r"head -c 200000 /dev/zero | tr '\0' '['",
    "no results": """echo '{"resources": []}'""",
    "another type": """echo '{"resources": {"a": 1}}'""",
    "an unknown file": """echo '{"resources": [{"filename": "9.yaml", "status": "statusValid"}]}'""",
    "an object twice": """echo '{"resources": [%s, %s]}'""".replace(
        "%s", '{"filename": "0.yaml", "version": "v1", "kind": "ConfigMap", "name": "a", "status": "statusValid"}'
    ),
    "another exit code": "exit 7",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A sound root in a repository, and a file outside of it."""
    (tmp_path / "secret.yaml").write_text(f"{SECRET}\n" * 9)
    folder = tmp_path / "repository/root"
    folder.mkdir(parents=True)
    (tmp_path / "repository/.git").mkdir()
    (tmp_path / "repository/.git/HEAD").write_text("ref: refs/heads/main\n")
    (folder / "kustomization.yaml").write_text("resources: [a.yaml]\n")
    (folder / "a.yaml").write_text(OBJECT)
    return folder


def validate(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "gateshift", "validate", ".", "--timeout", "60", *words]
    return subprocess.run(argv, cwd=root, capture_output=True, text=True, check=False)


def program(root: Path, name: str, lines: str) -> Path:
    """A program that says its version as the real one does, and then lies."""
    file = root.parents[1] / name
    real = find(name).argv[0]
    file.write_text(f'#!/bin/sh\ncase "$1" in version|-v) exec {real} "$@";; esac\n{lines}\n')
    file.chmod(0o755)
    return file


@pytest.mark.parametrize("lie", BUILDS)
def test_what_a_lying_kustomize_says_is_no_verdict(root: Path, lie: str) -> None:
    done = validate(root, "--kustomize", str(program(root, "kustomize", BUILDS[lie])))
    assert done.returncode == 3, done.stdout + done.stderr
    assert SECRET not in done.stdout + done.stderr


@pytest.mark.parametrize("lie", CHECKS)
def test_what_a_lying_kubeconform_says_is_no_verdict(root: Path, lie: str) -> None:
    done = validate(root, "--kubeconform", str(program(root, "kubeconform", CHECKS[lie])))
    assert done.returncode == 3, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["kustomize", "kubeconform"])
def test_a_program_behind_another_is_believed(root: Path, name: str) -> None:
    wrapped = program(root, name, f'exec {find(name).argv[0]} "$@"')
    assert validate(root, f"--{name}", str(wrapped)).returncode == 0


CLAIMS = (
    "config.kubernetes.io/origin: 'path: ../../../secret.yaml'",
    "config.kubernetes.io/origin: 'path: /etc/passwd'",
    "config.kubernetes.io/origin: '['",
    "config.kubernetes.io/origin: 'path: {a: b}'",
    "config.kubernetes.io/path: ../../../secret.yaml",
    "internal.config.kubernetes.io/path: ../../../secret.yaml",
    "alpha.config.kubernetes.io/transformations: '- configuredIn: ../../../secret.yaml'",
)


@pytest.mark.parametrize("claim", CLAIMS)
@pytest.mark.parametrize("more", ["", "buildMetadata: [originAnnotations, transformerAnnotations]\n"])
def test_an_object_that_claims_an_origin_is_placed_where_it_stands(root: Path, claim: str, more: str) -> None:
    (root / "kustomization.yaml").write_text(f"resources: [a.yaml]\n{more}")
    text = f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  annotations:\n    {claim}\ndata: 1\n"
    (root / "a.yaml").write_text(text)
    done = validate(root, "-f", "json")
    assert done.returncode == 1, done.stderr
    assert SECRET not in done.stdout
    assert {finding["file"] for finding in json.loads(done.stdout)["findings"]} == {"a.yaml"}
