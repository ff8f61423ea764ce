"""Every command block of the README and of docs/, run in a copy of this repository."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.console import Block, Command, agrees, blocks, commands

TOP = Path(__file__).parents[2]
PAGES = [TOP / "README.md", *sorted((TOP / "docs").glob("*.md"))]
DATA = {"yaml", "json", "diff", "text", "toml", "mermaid", ""}
"""The languages of blocks that hold no command."""


def consoles(page: Path) -> list[Block]:
    return [block for block in blocks(page) if block.language == "console"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of this repository as it stands, where `gateshift` and `make` work as they do after the set-up."""
    folder = tmp_path_factory.mktemp("clone") / "gateshift"
    listed = subprocess.run(["git", "ls-files", "-zco", "--exclude-standard"], cwd=TOP, capture_output=True, check=True)
    for name in os.fsdecode(listed.stdout).split("\0"):
        if name and (TOP / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(TOP / name, folder / name)
    program = folder / ".venv/bin/gateshift"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m gateshift "$@"\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    (folder / ".venv/.installed").touch()
    for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "As cloned"]):
        subprocess.run(
            ["git", "-c", "user.name=You", "-c", "user.email=you@example.org", *words], cwd=folder, check=True
        )
    return folder


def run(command: Command, home: Path) -> tuple[int, list[str]]:
    """The exit code and the lines that the command prints on both streams."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GATESHIFT_", "GITHUB_", "MAKE"))}
    env = kept | {
        "PATH": f"{home / '.venv/bin'}:{os.environ['PATH']}",
        "PYTHONPATH": str(home / "tool"),
        "GIT_AUTHOR_NAME": "You",
        "GIT_AUTHOR_EMAIL": "you@example.org",
        "GIT_COMMITTER_NAME": "You",
        "GIT_COMMITTER_EMAIL": "you@example.org",
    }
    done = subprocess.run(
        ["bash", "-c", command.text],
        cwd=home,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    return done.returncode, done.stdout.splitlines()


@pytest.mark.parametrize("page", [page for page in PAGES if consoles(page)], ids=lambda page: page.name)
def test_every_command_prints_what_the_page_says(page: Path, home: Path) -> None:
    for command in (command for block in consoles(page) for command in commands(block)):
        code, printed = run(command, home)
        said = f"{page.name}:{command.line}: {command.text}"
        assert command.printed or code == 0, f"{said}\nexit code {code}\n" + "\n".join(printed)
        assert agrees(command.printed, printed), f"{said}\nprints\n" + "\n".join(printed)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_command_stands_in_another_kind_of_block(page: Path) -> None:
    for block in blocks(page):
        assert block.language in DATA | {"console"}, f"{page.name}:{block.line}"
        assert block.language == "console" or not any(line.startswith("$ ") for line in block.lines)


def test_the_readme_has_commands() -> None:
    assert len([command for block in consoles(TOP / "README.md") for command in commands(block)]) > 5


def test_commands_are_read_with_their_here_documents_and_continued_lines() -> None:
    lines = ("$ cat <<'END'", "$ not a command", "END", "out", "$ a \\", "  b", "$ c")
    found = commands(Block("console", 10, lines))
    assert found == [
        Command("cat <<'END'\n$ not a command\nEND", 10, ("out",)),
        Command("a \\\n  b", 14, ()),
        Command("c", 16, ()),
    ]


@pytest.mark.parametrize(
    ("said", "printed", "agree"),
    [
        (["a"], ["a"], True),
        (["a"], ["a", "b"], False),
        (["a", "…"], ["a"], True),
        (["a", "…"], ["a", "b", "c"], True),
        (["…", "z"], ["a", "z"], True),
        (["in … s"], ["in 0.3 s"], True),
        (["in … s"], ["in", "s"], False),
        (["a.c"], ["abc"], False),
        ([], ["a"], False),
        (["a  "], ["a"], True),
    ],
)
def test_output_is_compared_line_by_line(said: list[str], printed: list[str], agree: bool) -> None:  # noqa: FBT001
    assert agrees(tuple(said), printed) is agree
