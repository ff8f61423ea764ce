"""Where a CI provider shows the repository at the commit that it builds."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from gateshift.report.links import NO_LINKS, Links


def links_from(environment: Mapping[str, str]) -> Links:
    """The links of a run in GitHub Actions or GitLab CI; none elsewhere. Paths start from the working directory."""
    if environment.get("GITHUB_ACTIONS") == "true":
        project = f"{environment.get('GITHUB_SERVER_URL', '')}/{environment.get('GITHUB_REPOSITORY', '')}"
        commit, top = environment.get("GITHUB_SHA", ""), environment.get("GITHUB_WORKSPACE", "")
        blob = f"{project}/blob/{commit}"
    elif environment.get("GITLAB_CI") == "true":
        commit, top = environment.get("CI_COMMIT_SHA", ""), environment.get("CI_PROJECT_DIR", "")
        project = environment.get("CI_PROJECT_URL", "")
        blob = f"{project}/-/blob/{commit}"
    else:
        return NO_LINKS
    if not project.startswith(("https://", "http://")) or not commit.isalnum():
        return NO_LINKS
    return Links(blob, _below(top), commit[:12])


def _below(top: str) -> str:
    """The working directory as seen from the top of the checkout; "" for the top itself, or where it lies elsewhere."""
    path = os.path.relpath(Path.cwd(), top) if top else "."
    return "" if path == "." or path.startswith("..") else path
