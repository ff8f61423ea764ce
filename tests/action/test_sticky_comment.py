"""The comment script, run as the action runs it, against a server that plays GitHub's API."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.action.forges import JsonHandler, serving

SCRIPT = Path(__file__).parents[2] / "action" / "sticky_comment.py"
ME = "github-actions[bot]"
MARKER = "<!-- gateshift-plan -->"


class GitHub(HTTPServer):
    """Comments of one pull request; `refuse` answers every call with that status."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.comments: list[dict[str, object]] = []
        self.writes: list[str] = []
        self.refuse = 0


class Handler(JsonHandler, BaseHTTPRequestHandler):
    server: GitHub

    def _body(self) -> str:
        assert self.headers["Authorization"] == "Bearer secret"
        return str(self.payload()["body"])

    def do_GET(self) -> None:
        if self.server.refuse:
            return self.answer(self.server.refuse, {})
        page = int(self.path.rpartition("page=")[2])
        return self.answer(200, self.server.comments[100 * (page - 1) : 100 * page])

    def do_POST(self) -> None:
        if self.path == "/graphql":
            assert "viewer" in self.payload()["query"]
            return self.answer(self.server.refuse or 200, {"data": {"viewer": {"login": ME}}})
        assert self.path == "/repos/owner/name/issues/7/comments"
        self.server.comments.append({"id": 1000, "body": self._body()})
        self.server.writes.append("POST")
        return self.answer(201, {})

    def do_PATCH(self) -> None:
        number = int(self.path.rpartition("/")[2])
        next(comment for comment in self.server.comments if comment["id"] == number)["body"] = self._body()
        self.server.writes.append(f"PATCH {number}")
        self.answer(200, {})


@pytest.fixture
def github() -> Iterator[GitHub]:
    with serving(GitHub()) as server:
        yield server


def comment(github: GitHub, body: Path) -> subprocess.CompletedProcess[str]:
    env = os.environ | {
        "GITHUB_API_URL": f"http://127.0.0.1:{github.server_port}",
        "GITHUB_GRAPHQL_URL": f"http://127.0.0.1:{github.server_port}/graphql",
        "GITHUB_REPOSITORY": "owner/name",
        "GITHUB_TOKEN": "secret",
        "PULL_REQUEST": "7",
        "no_proxy": "127.0.0.1",
    }
    return subprocess.run([sys.executable, SCRIPT, body], env=env, capture_output=True, text=True, check=False)


@pytest.fixture
def body(tmp_path: Path) -> Path:
    file = tmp_path / "plan.md"
    file.write_text(f"{MARKER}\n# v2 10 % → 50 %\n$(touch /tmp/never) `x`\n", encoding="utf-8")
    return file


def test_the_first_run_adds_the_comment(github: GitHub, body: Path) -> None:
    assert comment(github, body).returncode == 0
    assert [found["body"] for found in github.comments] == [body.read_text(encoding="utf-8")]


def test_the_next_run_edits_its_own_comment_wherever_it_stands(github: GitHub, body: Path) -> None:
    github.comments = [{"id": number, "user": {"login": ME}, "body": "another"} for number in range(150)]
    github.comments[130]["body"] = f"{MARKER}\nold"
    assert comment(github, body).returncode == 0
    assert github.writes == ["PATCH 130"]
    assert github.comments[130]["body"] == body.read_text(encoding="utf-8")


def test_an_unchanged_plan_writes_nothing(github: GitHub, body: Path) -> None:
    github.comments = [{"id": 1, "user": {"login": ME}, "body": body.read_text(encoding="utf-8")}]
    assert comment(github, body).returncode == 0
    assert github.writes == []


def test_a_quotation_of_the_marker_is_not_the_comment(github: GitHub, body: Path) -> None:
    github.comments = [{"id": 1, "user": {"login": ME}, "body": f"> {MARKER}\nwhat is this?"}]
    assert comment(github, body).returncode == 0
    assert github.writes == ["POST"]


@pytest.mark.parametrize("author", [{"login": "mallory"}, {"login": "github-actions"}, {}, None])
def test_a_comment_that_somebody_else_wrote_is_left_alone(github: GitHub, body: Path, author: object) -> None:
    github.comments = [{"id": 1, "user": author, "body": f"{MARKER}\nAll is well."}]
    assert comment(github, body).returncode == 0
    assert github.writes == ["POST"]


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_forks_token_falls_back_to_the_summary(github: GitHub, body: Path, status: int) -> None:
    github.refuse = status
    done = comment(github, body)
    assert done.returncode == 0
    assert "::notice::no comment was written" in done.stdout


def test_a_broken_api_fails_the_step(github: GitHub, body: Path) -> None:
    github.refuse = 500
    assert comment(github, body).returncode == 1


def test_a_body_without_a_marker_is_refused(github: GitHub, tmp_path: Path) -> None:
    file = tmp_path / "plan.md"
    file.write_text("# no marker\n", encoding="utf-8")
    assert comment(github, file).returncode == 1
    assert github.writes == []
