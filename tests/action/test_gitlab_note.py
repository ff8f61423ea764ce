"""The note script, run as the GitLab job of docs/ci.md runs it, against a server that plays GitLab's API."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.action.forges import JsonHandler, serving

SCRIPT = Path(__file__).parents[2] / "action" / "gitlab_note.py"
ME = 11
MARKER = "<!-- gateshift-plan -->"
NOTES = "/api/v4/projects/42/merge_requests/7/notes"


class GitLab(HTTPServer):
    """The notes of one merge request; `refuse` answers every call with that status."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.notes: list[dict[str, Any]] = []
        self.writes: list[str] = []
        self.refuse = 0


class Handler(JsonHandler, BaseHTTPRequestHandler):
    server: GitLab

    def do_GET(self) -> None:
        assert self.headers["PRIVATE-TOKEN"] == "secret"
        if self.server.refuse:
            return self.answer(self.server.refuse, {})
        if self.path == "/api/v4/user":
            return self.answer(200, {"id": ME, "username": "project_42_bot"})
        assert self.path.startswith(f"{NOTES}?")
        page = int(self.path.rpartition("page=")[2])
        return self.answer(200, self.server.notes[100 * (page - 1) : 100 * page])

    def do_POST(self) -> None:
        assert self.path == NOTES
        self.server.notes.append(note(1000, self.payload()["body"]))
        self.server.writes.append("POST")
        self.answer(201, {})

    def do_PUT(self) -> None:
        number = int(self.path.removeprefix(f"{NOTES}/"))
        next(each for each in self.server.notes if each["id"] == number)["body"] = self.payload()["body"]
        self.server.writes.append(f"PUT {number}")
        self.answer(200, {})


def note(number: int, body: str, author: int = ME, *, system: bool = False) -> dict[str, Any]:
    return {"id": number, "body": body, "author": {"id": author}, "system": system}


@pytest.fixture
def gitlab() -> Iterator[GitLab]:
    with serving(GitLab()) as server:
        yield server


def written(gitlab: GitLab, folder: Path, text: str, token: str = "secret") -> subprocess.CompletedProcess[str]:
    (folder / "plan.md").write_text(text, encoding="utf-8")
    env = os.environ | {
        "CI_API_V4_URL": f"http://127.0.0.1:{gitlab.server_port}/api/v4",
        "CI_PROJECT_ID": "42",
        "CI_MERGE_REQUEST_IID": "7",
        "GATESHIFT_GITLAB_TOKEN": token,
        "no_proxy": "127.0.0.1",
    }
    argv = [sys.executable, "-I", SCRIPT, folder / "plan.md"]
    return subprocess.run(argv, env=env, capture_output=True, text=True, check=False)


PLAN = f"{MARKER}\n# v2 10 % → 50 %\n$(touch /tmp/never) `x`\n"


def test_the_first_run_adds_the_note(gitlab: GitLab, tmp_path: Path) -> None:
    assert written(gitlab, tmp_path, PLAN).returncode == 0
    assert [each["body"] for each in gitlab.notes] == [PLAN]


def test_the_next_run_edits_its_own_note_wherever_it_stands(gitlab: GitLab, tmp_path: Path) -> None:
    gitlab.notes = [note(number, "another") for number in range(150)]
    gitlab.notes[130]["body"] = f"{MARKER}\nold"
    assert written(gitlab, tmp_path, PLAN).returncode == 0
    assert gitlab.writes == ["PUT 130"]
    assert gitlab.notes[130]["body"] == PLAN


def test_an_unchanged_plan_writes_nothing(gitlab: GitLab, tmp_path: Path) -> None:
    gitlab.notes = [note(1, PLAN)]
    assert written(gitlab, tmp_path, PLAN).returncode == 0
    assert gitlab.writes == []


@pytest.mark.parametrize(
    "other",
    [
        note(1, f"{MARKER}\nAll is well.", author=12),
        note(1, f"> {MARKER}\nwhat is this?"),
        note(1, "<!-- gateshift-plan:other -->\nanother job's"),
        note(1, f"{MARKER}\nassigned", system=True),
        {"id": 1, "body": f"{MARKER}\nof nobody", "author": None, "system": False},
    ],
)
def test_every_other_note_is_left_alone(gitlab: GitLab, tmp_path: Path, other: dict[str, Any]) -> None:
    before = dict(other)
    gitlab.notes = [other]
    assert written(gitlab, tmp_path, PLAN).returncode == 0
    assert gitlab.writes == ["POST"]
    assert gitlab.notes[0] == before


@pytest.mark.parametrize("line", ["/merge", "  /close", "\t/assign @mallory"])
def test_no_line_of_a_plan_is_a_command_to_gitlab(gitlab: GitLab, tmp_path: Path, line: str) -> None:
    assert written(gitlab, tmp_path, f"{PLAN}\n{line}\na/b\n").returncode == 0
    (only,) = gitlab.notes
    assert not any(each.lstrip().startswith("/") for each in only["body"].splitlines())
    assert "a/b" in only["body"]


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_token_that_may_not_write_leaves_the_plan_to_the_log(gitlab: GitLab, tmp_path: Path, status: int) -> None:
    gitlab.refuse = status
    done = written(gitlab, tmp_path, PLAN)
    assert done.returncode == 0
    assert f"no comment was written (HTTP {status})" in done.stdout
    assert "secret" not in done.stdout + done.stderr


def test_without_a_token_nothing_is_asked(gitlab: GitLab, tmp_path: Path) -> None:
    done = written(gitlab, tmp_path, PLAN, token="")
    assert done.returncode == 0
    assert "GATESHIFT_GITLAB_TOKEN is not set" in done.stdout
    assert gitlab.writes == []


def test_a_broken_api_fails_the_job(gitlab: GitLab, tmp_path: Path) -> None:
    gitlab.refuse = 500
    assert written(gitlab, tmp_path, PLAN).returncode == 1


def test_a_text_without_a_marker_is_refused(gitlab: GitLab, tmp_path: Path) -> None:
    assert written(gitlab, tmp_path, "# no marker\n").returncode == 1
    assert gitlab.writes == []
