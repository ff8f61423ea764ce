"""What is prepared for registries agrees with what this repository holds."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from gateshift.config.schema.json_schema import ADDRESS
from gateshift.model.rollout import FILE_NAME

TOP = Path(__file__).parents[2]
FORMULA = TOP / "packaging/gateshift.rb"
RELEASE = yaml.safe_load((TOP / ".github/workflows/release.yml").read_text())
IMAGE = (TOP / "Containerfile").read_text()


def test_the_entry_for_the_schema_store_names_the_file_and_the_published_schema() -> None:
    entry = json.loads((TOP / "packaging/schemastore.json").read_text())
    assert (entry["fileMatch"], entry["url"]) == ([FILE_NAME], ADDRESS)
    assert json.loads((TOP / "docs/schemas" / ADDRESS.rpartition("/")[2]).read_text())["$id"] == ADDRESS


def test_the_release_fills_every_blank_of_the_formula() -> None:
    blanks = set(re.findall(r"@(\w+)@", FORMULA.read_text()))
    steps = "\n".join(step.get("run", "") for step in RELEASE["jobs"]["build"]["steps"])
    assert blanks == set(re.findall(r"s/@(\w+)@/", steps)) != set()


@pytest.mark.skipif(shutil.which("ruby") is None, reason="no Ruby")
def test_the_formula_is_ruby() -> None:
    assert subprocess.run(["ruby", "-c", FORMULA], capture_output=True, check=False).returncode == 0


def test_no_job_of_the_release_has_a_password_or_more_than_it_needs() -> None:
    assert RELEASE["permissions"] == {}
    jobs = RELEASE["jobs"]
    assert {name for name, job in jobs.items() if "id-token" in job["permissions"]} == {"publish", "image"}
    assert all(jobs[name]["environment"] == "release" for name in ("publish", "image"))
    assert "secrets." not in (TOP / ".github/workflows/release.yml").read_text()


def test_the_image_holds_what_it_copies_and_runs_as_nobody_in_particular() -> None:
    ignored = (TOP / ".containerignore").read_text().splitlines()
    allowed = {line.removeprefix("!") for line in ignored if line.startswith("!")}
    copied = [path for line in re.findall(r"^COPY (?!--from)(.*)$", IMAGE, re.MULTILINE) for path in line.split()[:-1]]
    for path in (path for path in copied if not path.startswith("--")):
        assert (TOP / path).exists(), path
        assert path.partition("/")[0] in allowed, path
    assert re.findall(r"^USER (\S+)$", IMAGE, re.MULTILINE) == ["10001"]


def test_the_entry_for_mise_is_of_this_package() -> None:
    (entry,) = re.findall(r"```toml\n(.*?)```", (TOP / "docs/tools.md").read_text(), re.DOTALL)
    project = tomllib.loads((TOP / "pyproject.toml").read_text())["project"]
    tool = tomllib.loads(entry)["tools"][f"pipx:{project['name']}"]
    assert tool["extras"] in project["optional-dependencies"]
