"""What a shell offers while one types, asked as the scripts of bash, zsh and fish ask it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gateshift.tools.lock import pinned

SHIPPED = Path(__file__).parents[2]


@pytest.fixture
def here(tmp_path: Path) -> Path:
    shutil.copy(SHIPPED / "gateshift.yaml", tmp_path)
    return tmp_path


def gateshift(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "gateshift", *arguments]
    env = os.environ | environment
    return subprocess.run(argv, cwd=folder, env=env, capture_output=True, text=True, check=False)


def offered(folder: Path, line: str, shell: str = "bash") -> list[str]:
    """The words offered behind the line; a line that ends in a space asks for a new word."""
    words = line.split(" ")
    asked = {"COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1), "_GATESHIFT_COMPLETE": f"{shell}_complete"}
    return gateshift(folder, **asked).stdout.splitlines()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_a_script_that_asks_the_program(tmp_path: Path, shell: str) -> None:
    done = gateshift(tmp_path, "completion", shell)
    assert done.returncode == 0
    assert f"_GATESHIFT_COMPLETE={shell}_complete" in done.stdout


def test_the_script_for_bash_completes_in_a_real_bash(here: Path) -> None:
    (here / "bin").mkdir()
    program = here / "bin/gateshift"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m gateshift "$@"\n')
    program.chmod(0o755)
    ask = """
        eval "$(gateshift completion bash)"
        COMP_WORDS=(gateshift explain ca) COMP_CWORD=2
        _gateshift_completion gateshift ca explain 2>/dev/null
        echo "${COMPREPLY[@]}"
    """
    env = os.environ | {"PATH": f"{here}/bin:{os.environ['PATH']}"}
    done = subprocess.run(["bash", "-c", ask], cwd=here, env=env, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "canary", done.stderr


def test_commands_and_options_are_offered(here: Path) -> None:
    assert offered(here, "gateshift va") == ["plain,validate"]
    assert "plain,--format" in offered(here, "gateshift validate --fo")
    assert offered(here, "gateshift validate -f sa") == ["plain,sarif"]


def test_stages_are_offered_in_their_order_and_files_where_none_begins_so(here: Path) -> None:
    names = ["initial", "subsets", "routed", "dark", "debug", "canary", "half", "final", "retired"]
    assert offered(here, "gateshift explain ") == [f"plain,{name}" for name in names]
    assert offered(here, "gateshift explain d") == ["plain,dark", "plain,debug"]
    assert offered(here, "gateshift explain ov") == ["file,ov"]


def test_both_sides_of_a_plan_are_stages(here: Path) -> None:
    assert offered(here, "gateshift plan canary ha") == ["plain,half"]
    assert offered(here, "gateshift promote --to ha") == ["plain,half"]


def test_stages_carry_what_they_are(here: Path) -> None:
    shown = offered(here, "gateshift explain ca", "zsh")
    assert shown[:3] == ["plain", "canary", "One request in ten goes to v2."]


def test_another_folder_is_heard(here: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    assert offered(elsewhere, "gateshift explain ca") == ["file,ca"]
    assert offered(elsewhere, f"gateshift -C {here} explain ca") == ["plain,canary"]


def test_a_broken_rollout_offers_files_and_says_nothing(here: Path) -> None:
    (here / "gateshift.yaml").write_text("stages: [")
    assert offered(here, "gateshift explain ca") == ["file,ca"]


def test_rules_are_offered(here: Path) -> None:
    assert "plain,GS302" in offered(here, "gateshift rules GS3")
    assert "plain,GS302" in offered(here, "gateshift rules gs3")


def test_a_word_that_is_no_command_leads_to_the_nearest(here: Path) -> None:
    done = gateshift(here, "validat")
    assert done.returncode == 2
    assert "there is no command 'validat': did you mean `validate`?" in done.stderr


def test_a_word_far_from_any_lists_the_commands(here: Path) -> None:
    assert "there are init, adopt, generate" in gateshift(here, "xyzzy").stderr


def test_an_option_leads_to_the_nearest(here: Path) -> None:
    assert "--format" in gateshift(here, "validate", "--formt", "json").stderr


def test_a_stage_leads_to_the_nearest(here: Path) -> None:
    assert "Did you mean canary?" in gateshift(here, "explain", "canry", "http://customers/").stderr


def test_commands_carry_what_they_do_without_a_comma(here: Path) -> None:
    shown = offered(here, "gateshift ", "zsh")
    assert shown[:3] == ["plain", "init", "Write a commented gateshift.yaml for a service."]
    assert "," not in "".join(shown)


def test_revisions_are_offered_where_one_is_asked_for(here: Path) -> None:
    for words in (("init", "-q", "-b", "trunk"), ("commit", "-q", "--allow-empty", "-m", "A"), ("tag", "v1.0")):
        subprocess.run(["git", "-c", "user.name=A", "-c", "user.email=a@b", *words], cwd=here, check=True)
    assert offered(here, "gateshift plan --since ") == ["plain,trunk", "plain,v1.0"]
    assert offered(here, "gateshift validate --since v") == ["plain,v1.0"]
    assert offered(here, "gateshift plan tr") == ["plain,trunk:"]
    assert offered(here, "gateshift plan d") == ["plain,dark", "plain,debug"]


def test_without_git_no_revision_is_offered(here: Path) -> None:
    assert offered(here, "gateshift plan --since ") == [""]
    assert offered(here, "gateshift plan ov") == ["file,ov"]


def test_paths_are_completed_by_the_shell(here: Path) -> None:
    assert offered(here, "gateshift validate ov") == ["file,ov"]
    assert offered(here, "gateshift validate --crds ov") == ["file,ov"]


def test_installed_versions_of_schemas_are_offered(here: Path) -> None:
    (version,) = offered(here, f"gateshift validate --kubernetes {pinned().kubernetes}")
    assert version == f"plain,{pinned().kubernetes}"
    assert offered(here, "gateshift validate --gateway-api 99") == [""]
