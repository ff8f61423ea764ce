"""The Action, the hooks and the templates of docs/ci.md against the schemas that check-jsonschema carries."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

TOP = Path(__file__).parents[2]
CI = (TOP / "docs/ci.md").read_text()


def refused(schema: str, *files: Path) -> str:
    """What the schema says against the files; "" where it accepts them."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", CI, re.MULTILINE | re.DOTALL)


def test_the_action_and_the_workflows_are_what_github_reads() -> None:
    assert refused("github-actions", TOP / "action.yml") == ""
    assert refused("github-workflows", *sorted((TOP / ".github/workflows").glob("*.yml"))) == ""


@pytest.mark.parametrize(("schema", "mark"), [("github-workflows", "runs-on:"), ("gitlab-ci", "artifacts:")])
def test_the_templates_of_the_documentation_are_valid(schema: str, mark: str, tmp_path: Path) -> None:
    found = [block for block in blocks("yaml") if mark in block]
    assert found
    for number, block in enumerate(found):
        (tmp_path / f"{number}.yml").write_text(block)
        assert refused(schema, tmp_path / f"{number}.yml") == ""


def test_every_input_and_output_is_documented() -> None:
    action = yaml.safe_load((TOP / "action.yml").read_text())
    rows = set(re.findall(r"`([\w-]+)`", "\n".join(line for line in CI.splitlines() if line.startswith("| `"))))
    assert set(action["inputs"]) | set(action["outputs"]) <= rows


def test_two_jobs_can_keep_two_comments() -> None:
    (step,) = (step for step in _steps(yaml.safe_load((TOP / "action.yml").read_text())) if step.get("id") == "plan")
    assert '--comment-id="$COMMENT_ID"' in step["run"]
    assert "inputs.comment-id" in str(step)


def test_every_action_is_pinned_by_its_commit() -> None:
    files = [TOP / "action.yml", *(TOP / ".github/workflows").glob("*.yml")]
    used = [use for file in files for use in re.findall(r"uses: (\S+)", file.read_text()) if not use.startswith("./")]
    assert used
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", use) for use in used)


def test_no_untrusted_text_stands_in_a_shell_line() -> None:
    for file in [TOP / "action.yml", *(TOP / ".github/workflows").glob("*.yml")]:
        for step in _steps(yaml.safe_load(file.read_text())):
            assert "${{" not in step.get("run", ""), f"{file}: {step}"


def _steps(data: object) -> list[dict[str, str]]:
    """Every mapping with a `run` in the file."""
    if isinstance(data, list):
        return [step for part in data for step in _steps(part)]
    if not isinstance(data, dict):
        return []
    return ([data] if isinstance(data.get("run"), str) else []) + [
        step for part in data.values() for step in _steps(part)
    ]
