"""One comment that is kept up to date on a forge: found again by its hidden marker, edited, or added.

The forge says which comments there are, which are the token's own, and how one is written. Standard library only.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

_TIMEOUT = 30
_PAGE = 100
_MOST_PAGES = 50
_NO_PERMISSION = (401, 403, 404)


class Forge(Protocol):
    """Where the comment stands. A comment is a mapping with an `id` and a `body`."""

    def own_comments(self) -> Iterator[dict[str, Any]]:
        """Those that the token's own user wrote."""

    def add(self, body: str) -> None:
        """Write a new comment."""

    def edit(self, comment: int, body: str) -> None:
        """Write a comment anew."""


def keep_comment(body: str, forge: Forge) -> tuple[int, str]:
    """Write the comment. Returns the exit code, and what to tell: why nothing was written, or ""."""
    marker = body.partition("\n")[0]
    if not (marker.startswith("<!--") and marker.endswith("-->")):
        return 1, "the text does not begin with the marker that finds the comment again"
    try:
        own = (comment for comment in forge.own_comments() if str(comment.get("body") or "").startswith(marker))
        earlier = next(own, None)
        if earlier is None:
            forge.add(body)
        elif earlier["body"] != body:
            forge.edit(int(earlier["id"]), body)
    except urllib.error.HTTPError as error:
        if error.code not in _NO_PERMISSION:
            raise
        return 0, f"no comment was written (HTTP {error.code})"
    return 0, ""


def every_page(url: str, headers: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """The entries of all pages."""
    for page in range(1, _MOST_PAGES + 1):
        entries = call("GET", f"{url}?per_page={_PAGE}&page={page}", headers)
        yield from entries
        if len(entries) < _PAGE:
            return


def call(method: str, url: str, headers: Mapping[str, str], data: dict[str, str] | None = None) -> Any:
    """The JSON that the API answers with. Raises HTTPError where it refuses."""
    request = urllib.request.Request(
        url,
        method=method,
        data=None if data is None else json.dumps(data).encode(),
        headers={"Content-Type": "application/json", **headers},
    )
    with urllib.request.urlopen(request, timeout=_TIMEOUT) as response:
        return json.load(response)
