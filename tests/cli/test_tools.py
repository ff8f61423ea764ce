"""`gateshift tools` as it is typed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gateshift.tools.lock import pinned

TOOL = Path(__file__).parents[2] / "tool"


def gateshift(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the command line with this environment beside the process's own."""
    return subprocess.run(
        [sys.executable, "-m", "gateshift", "tools", *words],
        env={**os.environ, "PYTHONPATH": str(TOOL), **env},
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_list_shows_each_program_with_its_version_its_pin_and_its_place() -> None:
    finished = gateshift("list", "-f", "json")
    assert finished.returncode == 0
    inventory = json.loads(finished.stdout)
    assert inventory["schema"] == 1
    assert [(one["name"], one["version"], one["pinned"], one["source"]) for one in inventory["programs"]] == [
        (program.name, program.version, program.version, "cache") for program in pinned().programs
    ]
    assert all(os.access(one["path"], os.X_OK) for one in inventory["programs"])
    defaults = {(one["name"], one["version"], one["channel"]) for one in inventory["schemas"] if one["default"]}
    assert defaults >= {
        ("kubernetes", pinned().kubernetes, None),
        ("gateway-api", pinned().gateway_api, "standard"),
        *((pins.name, pins.version, None) for pins in pinned().crds if pins.default),
    }
    text = gateshift("list").stdout
    assert f"kustomize    {pinned().program('kustomize').version}" in text
    assert "(default)" in text


def test_list_of_an_empty_machine_says_what_is_missing_and_how_to_get_it(tmp_path: Path) -> None:
    finished = gateshift("list", GATESHIFT_CACHE=str(tmp_path), PATH="/nowhere")
    assert finished.returncode == 0
    assert "missing" in finished.stdout
    assert "gateshift tools install kubeconform" in finished.stdout
    assert "`gateshift tools install` gets the pinned versions." in finished.stdout
    inventory = json.loads(gateshift("list", "-f", "json", GATESHIFT_CACHE=str(tmp_path), PATH="/nowhere").stdout)
    assert [one["version"] for one in inventory["programs"]] == [None, None]
    assert inventory["schemas"] == []


def test_path_prints_the_place_alone() -> None:
    finished = gateshift("path", "kubeconform")
    assert (finished.returncode, finished.stderr) == (0, "")
    assert os.access(finished.stdout.strip(), os.X_OK)


def test_path_of_a_missing_program_is_exit_3_with_the_command(tmp_path: Path) -> None:
    finished = gateshift("path", "kustomize", GATESHIFT_CACHE=str(tmp_path), PATH="/nowhere")
    assert finished.returncode == 3
    assert "gateshift tools install kustomize" in finished.stderr
    assert finished.stdout == ""


def test_the_environment_names_a_program(tmp_path: Path) -> None:
    program = tmp_path / "kustomize"
    program.write_text("#!/bin/sh\necho v5.2.0\n")
    program.chmod(0o755)
    finished = gateshift("path", "kustomize", GATESHIFT_KUSTOMIZE=str(program), GATESHIFT_CACHE=str(tmp_path / "cache"))
    assert finished.stdout.strip() == str(program)
    assert "v5.2.0" in finished.stderr


def test_list_names_the_projects_whose_crds_can_be_installed(tmp_path: Path) -> None:
    names = [pins.name for pins in pinned().crds]
    assert "cert-manager" in names
    empty = gateshift("list", "-f", "json", GATESHIFT_CACHE=str(tmp_path))
    assert json.loads(empty.stdout)["crds_to_install"] == names
    here = json.loads(gateshift("list", "-f", "json").stdout)
    assert {"argo-cd", "flux"} & set(here["crds_to_install"]) == set()
    assert f"gets the kinds of {', '.join(names)}" in gateshift("list", GATESHIFT_CACHE=str(tmp_path)).stdout


@pytest.mark.parametrize("missing", ["", "kustomize", "kubeconform", "schemas", "--crds-of flux"])
def test_install_offline_of_what_is_not_there_is_exit_3(tmp_path: Path, missing: str) -> None:
    finished = gateshift("install", *missing.split(), "--offline", GATESHIFT_CACHE=str(tmp_path))
    assert finished.returncode == 3
    assert "gateshift tools install" in finished.stderr


def test_a_second_install_finds_everything_and_needs_no_network() -> None:
    finished = gateshift("install", "--quiet", "--offline", GATESHIFT_GO="none", GOPROXY="off")
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "", "")


def test_a_second_install_is_done_at_once_for_it_loads_nothing_that_fetches_or_converts() -> None:
    """`make` runs it every time; the clock of a busy machine would prove less."""
    finished = gateshift("install", "--quiet", PYTHONPROFILEIMPORTTIME="1")
    loaded = {line.rpartition("|")[2].strip() for line in finished.stderr.splitlines()}
    assert "gateshift.tools.install" in loaded
    assert loaded & {"ssl", "http.client", "urllib.request", "zipfile", "tarfile", "gateshift.apischema.crd"} == set()


def test_install_says_what_it_has_on_standard_error() -> None:
    finished = gateshift("install", "--offline")
    assert finished.stdout == ""
    assert f"kustomize {pinned().program('kustomize').version}: " in finished.stderr
    assert "\r" not in finished.stderr


def test_install_of_an_unknown_name_is_exit_2() -> None:
    finished = gateshift("install", "helm")
    assert finished.returncode == 2
    assert "helm" in finished.stderr


def test_install_without_go_or_a_pin_is_exit_3_with_a_way_out(tmp_path: Path) -> None:
    finished = gateshift("install", "--kubernetes", "1.35.0", GATESHIFT_CACHE=str(tmp_path), GATESHIFT_GO="none")
    assert finished.returncode == 3
    assert "pip install 'gateshift[go]'" in finished.stderr


def test_install_converts_one_s_own_crds(tmp_path: Path) -> None:
    crd = tmp_path / "crd.yaml"
    crd.write_text("kind: ConfigMap\n")
    assert gateshift("install", "--crds", str(crd)).returncode == 2
    schema = "{type: object}"
    crd.write_text(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec: {group: e.org, scope: Cluster, "
        f"names: {{kind: T}}, versions: [{{name: v1, served: true, schema: {{openAPIV3Schema: {schema}}}}}]}}\n"
    )
    finished = gateshift("install", "--crds", str(crd), GATESHIFT_CACHE=str(tmp_path / "cache"))
    assert finished.returncode == 0
    assert len(list((tmp_path / "cache").rglob("strict/e.org/t_v1.json"))) == 1


def test_an_unusable_cache_folder_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    finished = gateshift("install", "--kubernetes", "1.35.0", GATESHIFT_CACHE=str(tmp_path / "file" / "cache"))
    assert finished.returncode == 3
    assert "GATESHIFT_CACHE" in finished.stderr


BAR = """
import time
from gateshift.cli.tools import _Bar
short, long = _Bar("short", quiet=False), _Bar("long", quiet=False)
short(1, 2); short(2, 2)
long(0, 4_000_000); time.sleep(1.05); long(1_000_000, 4_000_000); long(4_000_000, 4_000_000)
"""


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_is_shown_on_a_terminal_for_what_takes_longer_than_a_second(*, terminal: bool) -> None:
    main, side = os.openpty()
    words = [sys.executable, "-c", BAR]
    errors = side if terminal else subprocess.PIPE
    finished = subprocess.run(words, env={**os.environ, "PYTHONPATH": str(TOOL)}, stderr=errors, timeout=30)
    os.close(side)
    said = os.read(main, 4096).decode() if terminal else finished.stderr.decode()
    os.close(main)
    if terminal:
        assert "short" not in said
        assert said.split("\r")[1:3] == [f"long [{'#' * 7:<30}] 1.0 of 4.0 MB", f"long [{'#' * 30}] 4.0 of 4.0 MB"]
    else:
        assert said == ""
