"""`gateshift generate` as a user meets it: what it prints, what it exits with, what it leaves alone."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.published import document as published

ROLLOUT = """\
service: {name: shop, port: 80, targetPort: 8080}
route: {parents: [{service: shop}]}
versions:
  v1: {image: example.org/shop:1}
  v2: {image: example.org/shop:2}
stages:
  - {name: first, deploy: [v1], services: [v1, v2], shares: {v1: 100}}
  - {name: canary, shares: {v1: 90, v2: 10}}
"""
ROUTE = "overlays/canary/httproute.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "gateshift.yaml").write_text(ROLLOUT)
    return tmp_path


def gateshift(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "gateshift", *arguments]
    return subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=False)


def test_it_writes_then_has_nothing_to_do(folder: Path) -> None:
    first = gateshift(folder, "generate")
    assert (first.returncode, first.stderr) == (0, "")
    assert f"  created {ROUTE}\n" in first.stdout
    second = gateshift(folder, "generate")
    assert second.stdout == f"shop: {len(first.stdout.splitlines()) - 1} files up to date\n"
    assert gateshift(folder, "generate", "--check").returncode == 0


def test_check_fails_with_a_diff_and_writes_nothing(folder: Path) -> None:
    assert gateshift(folder, "generate", "--check").returncode == 1
    assert not (folder / "base").exists()
    gateshift(folder, "generate")
    edited = (folder / ROUTE).read_text().replace("weight: 10", "weight: 11")
    (folder / ROUTE).write_text(edited)
    checked = gateshift(folder, "generate", "--check")
    assert checked.returncode == 1
    assert "-          weight: 11\n+          weight: 10\n" in checked.stdout
    assert (folder / ROUTE).read_text() == edited


def test_diff_shows_and_writes_nothing(folder: Path) -> None:
    gateshift(folder, "generate")
    (folder / "gateshift.yaml").write_text(ROLLOUT.replace("v2: 10", "v2: 20"))
    shown = gateshift(folder, "generate", "--diff")
    assert shown.returncode == 0
    assert "+          weight: 20\n" in shown.stdout
    assert "weight: 10" in (folder / ROUTE).read_text()


def test_an_edit_is_refused_with_its_diff_until_forced(folder: Path) -> None:
    gateshift(folder, "generate")
    with (folder / ROUTE).open("a") as file:
        file.write("# mine\n")
    refused = gateshift(folder, "generate")
    assert refused.returncode == 1
    assert "-# mine\n" in refused.stdout
    assert "--force" in refused.stderr
    assert "# mine" in (folder / ROUTE).read_text()
    assert gateshift(folder, "generate", "--force").returncode == 0
    assert "# mine" not in (folder / ROUTE).read_text()


def test_files_of_somebody_else_are_kept_with_a_place_to_go(folder: Path) -> None:
    (folder / "base").mkdir()
    (folder / "base/kustomization.yaml").write_text("resources: [service.yaml]\n")
    (folder / "base/service.yaml").write_text("kind: Service\n")

    for options in ((), ("--force",)):
        refused = gateshift(folder, "generate", *options)
        assert refused.returncode == 1
        assert refused.stdout == (
            "shop: 2 not up to date, 0 files up to date\n"
            "  not gateshift's base/kustomization.yaml\n"
            "  not gateshift's base/service.yaml\n"
        )
        assert "a directory of its own, such as gateshift/shop" in refused.stderr
        assert "gateshift adopt" in refused.stderr
        assert "--force" not in refused.stderr
    assert (folder / "base/service.yaml").read_text() == "kind: Service\n"
    assert not (folder / "overlays").exists()
    assert "@@" not in gateshift(folder, "generate", "--check").stdout


def test_json_says_how_every_file_stands(folder: Path) -> None:
    gateshift(folder, "generate")
    (folder / ROUTE).unlink()
    answer = published("generate", gateshift(folder, "generate", "--check", "-f", "json").stdout)
    assert answer["schema"] == 1
    status = {found["file"]: found["standing"] for found in answer["files"]}
    assert status.pop(ROUTE) == "missing"
    assert set(status.values()) == {"fresh"}


@pytest.mark.parametrize("path", ["shop", "shop/gateshift.yaml", "."])
def test_a_path_names_a_file_a_folder_or_all_below(tmp_path: Path, path: str) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/gateshift.yaml").write_text(ROLLOUT)
    done = gateshift(tmp_path, "generate", path)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "shop" / ROUTE).exists()
    assert sorted(found.name for found in tmp_path.iterdir()) == ["shop"]


def test_without_a_rollout_there_is_nothing_to_do_and_a_way_on(tmp_path: Path) -> None:
    found = gateshift(tmp_path, "generate")
    assert found.returncode == 4
    assert "gateshift init" in found.stderr


def test_mistakes_in_rollout_yaml_come_before_any_write(folder: Path) -> None:
    (folder / "gateshift.yaml").write_text(ROLLOUT.replace("v2: 10", "v3: 10"))
    refused = gateshift(folder, "generate")
    assert refused.returncode == 2
    assert "gateshift.yaml:8:" in refused.stderr
    assert not (folder / "base").exists()


def test_a_doubtful_image_is_warned_of(folder: Path) -> None:
    (folder / "gateshift.yaml").write_text(ROLLOUT.replace("shop:2", "shop"))
    done = gateshift(folder, "generate")
    assert done.returncode == 0
    assert "gateshift.yaml:5:" in done.stderr
    assert "warning" in done.stderr


def test_check_and_force_contradict_each_other(folder: Path) -> None:
    assert gateshift(folder, "generate", "--check", "--force").returncode == 2


@pytest.mark.parametrize("command", ["generate", "promote canary", "next v3 --image example.org/shop:3"])
def test_a_journal_that_a_commit_brings_is_refused_unread(folder: Path, command: str) -> None:
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    (folder / "hook").write_text("#!/bin/sh\n")
    (folder / ".gateshift-journal.json").write_text(json.dumps({".git/hooks/pre-commit": "hook"}))
    refused = gateshift(folder, *command.split())
    assert refused.returncode == 2
    assert ".gateshift-journal.json" in refused.stderr
    assert not (folder / ".git/hooks/pre-commit").exists()
    assert not (folder / "base").exists()


def test_a_malformed_journal_is_a_message_and_exit_2(folder: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    (folder / ".git/gateshift-journal.json").write_text('{"gateshift.yaml": 1}')
    refused = gateshift(folder, "generate")
    assert refused.returncode == 2
    assert "gateshift-journal.json: the journal of an interrupted run is malformed" in refused.stderr
    assert not (folder / "base").exists()


LOOP = """\
import sys
from msgspec.structs import replace
from pathlib import Path
from gateshift.app.generate.generate import write
from gateshift.config import open_rollout
one, two = (open_rollout(Path(name)).rollout for name in ("one.yaml", "two.yaml"))
print("ready", flush=True)
while True:
    for rollout in (one, two):
        write(rollout, force=False)
"""


def test_kills_at_random_moments_leave_every_file_whole(folder: Path) -> None:
    (folder / "gateshift.yaml").rename(folder / "one.yaml")
    (folder / "two.yaml").write_text(ROLLOUT.replace("v2: 10", "v2: 20").replace("shop:2", "shop:3"))
    whole: dict[Path, set[bytes]] = {}
    for name in ("two.yaml", "one.yaml"):
        assert gateshift(folder, "generate", name).returncode == 0
        for file in (*folder.glob("base/**/*.yaml"), *folder.glob("overlays/**/*.yaml")):
            whole.setdefault(file, set()).add(file.read_bytes())
    pause = random.Random(7)
    for _ in range(15):
        process = subprocess.Popen([sys.executable, "-c", LOOP], cwd=folder, stdout=subprocess.PIPE)
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        time.sleep(pause.uniform(0, 0.05))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        for file, texts in whole.items():
            assert file.read_bytes() in texts
    assert gateshift(folder, "generate", "one.yaml").returncode == 0
    assert not list(folder.rglob(".gateshift-*"))
    assert gateshift(folder, "generate", "one.yaml", "--check").returncode == 0
