"""Whether Kustomize would fetch what a kustomization names, from the text alone.

It follows api/internal/git/repospec.go and api/internal/loader/fileloader.go of Kustomize v5.8: a text that parses as
a repository is cloned even where a folder of that name exists, and http(s) files are downloaded wherever a file may
be named.
"""

from __future__ import annotations

import os
import re

_HTTP = r"(?i)https?:"
_FORCED_GIT = r"(?i)git::"
_SCHEME = r"(?i)ssh://|https?://|file://"
_USER = r"[a-zA-Z][a-zA-Z0-9-]*@"
_GITHUB = r"(?i)github\.com[/:]"
_ORGANISATION_AND_REPOSITORY = 2


def is_remote_file(text: str) -> bool:
    """Whether the text is a URL that Kustomize downloads (IsRemoteFile); malformed ones count as URLs too."""
    return bool(re.match(_HTTP, text))


def is_repository(text: str) -> bool:
    """Whether Kustomize takes the text for a Git repository to clone (NewRepoSpecFromURL)."""
    if text.startswith("/"):
        return False
    parts = _path_in_host(text.partition("?")[0])
    if parts is None:
        return False
    path, is_file = parts
    repository, folder = _split_repository(path, is_file=is_file)
    leaves = os.path.normpath(folder.removeprefix("/") or ".").split("/")[0] == ".."
    return bool(repository) and not leaves


def is_remote(text: str) -> bool:
    """Whether Kustomize would go out for it in either way."""
    return is_remote_file(text) or is_repository(text)


def _path_in_host(text: str) -> tuple[str, bool] | None:
    """What follows the host, and whether the URL names a file; None where there is no host (extractHost)."""
    text = re.sub(_FORCED_GIT, "", text, count=1) if re.match(_FORCED_GIT, text) else text
    scheme = re.match(_SCHEME, text)
    text = text[scheme.end() :] if scheme else text
    user = re.match(_USER, text)
    text = text[user.end() :] if user else text
    github = bool(re.match(_GITHUB, text))
    if scheme is None and user is None and not github:
        return None
    if scheme is not None and scheme.group().lower() == "file://":
        return (user.group() if user else "") + text, True
    end = _end_of_host(text, colon=scheme is None)
    host, path = (text[: end + 1], text[end + 1 :]) if end >= 0 else (text, "")
    return (path, False) if host or github else None


def _end_of_host(text: str, *, colon: bool) -> int:
    slash = text.find("/")
    if not colon:
        return slash
    at = text.find(":")
    return at if slash == -1 or 0 < at < slash else slash


def _split_repository(path: str, *, is_file: bool) -> tuple[str, str]:
    """The repository's path and the folder in it; an empty repository where there is none (parsePathParts)."""
    if "_git/" in path:
        before, _, after = path.partition("_git/")
        name, _, folder = after.partition("/")
        return f"{before}_git/{name}", folder
    if "//" in path:
        repository, _, folder = path.partition("//")
        return repository, folder
    if ".git" in path:
        before, _, folder = path.partition(".git")
        return f"{before}.git", folder
    if is_file:
        return path, ""
    segments = path.split("/")
    if len(segments) < _ORGANISATION_AND_REPOSITORY:
        return "", ""
    return "/".join(segments[:_ORGANISATION_AND_REPOSITORY]), "/".join(segments[_ORGANISATION_AND_REPOSITORY:])
