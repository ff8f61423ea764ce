"""Writes a Markdown file as the one comment that gateshift keeps on a pull request of GitHub.

Finds its earlier comment by the hidden marker in the file's first line, among those that the token's own user wrote,
and edits it, or adds a comment where there is none. Without the permission to write (a fork's token) it says so and
succeeds: the step summary holds the same text.

Environment: GITHUB_API_URL, GITHUB_GRAPHQL_URL, GITHUB_REPOSITORY, GITHUB_TOKEN, PULL_REQUEST. Standard library only.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))  # `python -I` leaves it out; the checkout's folder stays out

from sticky import call, every_page, keep_comment


class GitHub:
    """The comments of one pull request."""

    def __init__(self) -> None:
        self.issues = f"{os.environ['GITHUB_API_URL']}/repos/{os.environ['GITHUB_REPOSITORY']}/issues"
        self.comments = f"{self.issues}/{int(os.environ['PULL_REQUEST'])}/comments"
        self.headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {os.environ['GITHUB_TOKEN']}",
            "X-GitHub-Api-Version": "2022-11-28",
        }

    def own_comments(self) -> Iterator[dict[str, Any]]:
        """Those of the token. A workflow's may not ask for /user; to GraphQL it answers as `github-actions[bot]`."""
        answer = call("POST", os.environ["GITHUB_GRAPHQL_URL"], self.headers, {"query": "{ viewer { login } }"})
        me = str(answer["data"]["viewer"]["login"])
        every = every_page(self.comments, self.headers)
        return (comment for comment in every if (comment.get("user") or {}).get("login") == me)

    def add(self, body: str) -> None:
        """Write a new comment."""
        call("POST", self.comments, self.headers, {"body": body})

    def edit(self, comment: int, body: str) -> None:
        """Write a comment anew."""
        call("PATCH", f"{self.issues}/comments/{comment}", self.headers, {"body": body})


def main(body_file: str) -> int:
    """Write the comment; returns the exit code."""
    code, said = keep_comment(Path(body_file).read_text(encoding="utf-8"), GitHub())
    if said:
        print(f"::error::{said}" if code else f"::notice::{said}; the step summary holds the plan")
    return code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
