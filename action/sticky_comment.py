"""Writes a Markdown file as the one comment that gateshift keeps on a pull request.

Finds its earlier comment by the hidden marker in the file's first line, among those that the token's own user wrote,
and edits it, or adds a comment where there is none. Without the permission to write (a fork's token) it says so and
succeeds: the step summary holds the same text.

Environment: GITHUB_API_URL, GITHUB_GRAPHQL_URL, GITHUB_REPOSITORY, GITHUB_TOKEN, PULL_REQUEST. Standard library only.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_TIMEOUT = 30
_PAGE = 100
_MOST_PAGES = 50


def main(body_file: str) -> int:
    """Write the comment; returns the exit code."""
    body = Path(body_file).read_text(encoding="utf-8")
    marker = body.partition("\n")[0]
    if not (marker.startswith("<!--") and marker.endswith("-->")):
        print(f"::error::{body_file} does not begin with the marker that finds the comment again")
        return 1
    issues = f"{os.environ['GITHUB_API_URL']}/repos/{os.environ['GITHUB_REPOSITORY']}/issues"
    comments = f"{issues}/{int(os.environ['PULL_REQUEST'])}/comments"
    try:
        me = _own_login()
        earlier = next((comment for comment in _all(comments) if _is_own(comment, me, marker)), None)
        if earlier is None:
            _call("POST", comments, {"body": body})
        elif earlier["body"] != body:
            _call("PATCH", f"{issues}/comments/{int(earlier['id'])}", {"body": body})
    except urllib.error.HTTPError as error:
        if error.code not in (401, 403, 404):
            raise
        print(f"::notice::no comment was written (HTTP {error.code}); the step summary holds the plan")
    return 0


def _own_login() -> str:
    """Who the token is. A workflow's token may not ask for /user; to GraphQL it answers as `github-actions[bot]`."""
    answer = _call("POST", os.environ["GITHUB_GRAPHQL_URL"], {"query": "{ viewer { login } }"})
    return str(answer["data"]["viewer"]["login"])


def _is_own(comment: dict[str, Any], me: str, marker: str) -> bool:
    author = comment.get("user") or {}
    return author.get("login") == me and str(comment.get("body") or "").startswith(marker)


def _all(comments: str) -> Iterator[dict[str, Any]]:
    for page in range(1, _MOST_PAGES + 1):
        found = _call("GET", f"{comments}?per_page={_PAGE}&page={page}")
        yield from found
        if len(found) < _PAGE:
            return


def _call(method: str, url: str, data: dict[str, str] | None = None) -> Any:
    request = urllib.request.Request(
        url,
        method=method,
        data=None if data is None else json.dumps(data).encode(),
        headers={
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {os.environ['GITHUB_TOKEN']}",
            "Content-Type": "application/json",
            "X-GitHub-Api-Version": "2022-11-28",
        },
    )
    with urllib.request.urlopen(request, timeout=_TIMEOUT) as response:
        return json.load(response)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
