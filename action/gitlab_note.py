"""Writes a Markdown file as the one note that gateshift keeps on a merge request of GitLab.

Finds its earlier note by the hidden marker in the file's first line, among those that the token's own user wrote, and
edits it, or adds a note where there is none. Without a token, or without its permission to write, it says so and
succeeds: the job's log holds the same plan.

Environment: CI_API_V4_URL, CI_PROJECT_ID and CI_MERGE_REQUEST_IID, as GitLab sets them, and GATESHIFT_GITLAB_TOKEN, a
project's access token of the scope `api` (a job's own token may not write notes). Standard library only.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))  # `python -I` leaves it out; the checkout's folder stays out

from sticky import call, every_page, keep_comment

_HELD_ELSEWHERE = "the job's log holds the plan"


class GitLab:
    """The notes of one merge request."""

    def __init__(self, token: str) -> None:
        self.api = os.environ["CI_API_V4_URL"]
        request = int(os.environ["CI_MERGE_REQUEST_IID"])
        self.notes = f"{self.api}/projects/{int(os.environ['CI_PROJECT_ID'])}/merge_requests/{request}/notes"
        self.headers = {"PRIVATE-TOKEN": token}

    def own_comments(self) -> Iterator[dict[str, Any]]:
        """Those of the token's user; what GitLab itself notes in that name is none of them."""
        me = int(call("GET", f"{self.api}/user", self.headers)["id"])
        every = every_page(self.notes, self.headers)
        return (note for note in every if (note.get("author") or {}).get("id") == me and not note.get("system"))

    def add(self, body: str) -> None:
        """Write a new note."""
        call("POST", self.notes, self.headers, {"body": body})

    def edit(self, comment: int, body: str) -> None:
        """Write a note anew."""
        call("PUT", f"{self.notes}/{comment}", self.headers, {"body": body})


def without_commands(body: str) -> str:
    """The text with no line that GitLab would take for a quick action, such as `/merge`, and carry out."""
    return re.sub(r"(?m)^([^\S\n]*)/", r"\1&#47;", body)


def main(body_file: str) -> int:
    """Write the note; returns the exit code."""
    token = os.environ.get("GATESHIFT_GITLAB_TOKEN")
    if not token:
        print(f"no note was written: GATESHIFT_GITLAB_TOKEN is not set; {_HELD_ELSEWHERE}")
        return 0
    code, said = keep_comment(without_commands(Path(body_file).read_text(encoding="utf-8")), GitLab(token))
    if said:
        print(said if code else f"{said}; {_HELD_ELSEWHERE}")
    return code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
