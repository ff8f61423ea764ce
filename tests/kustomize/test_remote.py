"""Every form is one that Kustomize's own repository parser was asked about, with its answer."""

from __future__ import annotations

import pytest

from gateshift.kustomize.tree.remote import is_remote, is_remote_file, is_repository

REPOSITORIES = [
    "github.com/org/repo",
    "GitHub.com/org/repo/deep/path?ref=v1.0.0",
    "github.com:org/repo.git",
    "git@github.com:org/repo.git//sub",
    "git@gitlab.example.com:team/repo",
    "user-1@host.xz:path/to/repo.git",
    "v1@2/a/b",
    "ssh://git@host.xz:7999/team/repo.git",
    "https://host.xz/team/repo",
    "HTTPS://host.xz/team/repo?version=main&submodules=false",
    "https://user@dev.azure.com/org/project/_git/repo/path",
    "git::https://host.xz/team/repo",
    "git::git@host.xz:team/repo",
    "file:///srv/repo.git",
    "file://srv/repo//path",
]
LOCAL = [
    "base",
    "../base",
    "./github.com/org/repo",
    "/github.com/org/repo",
    "github.com",
    "github.com/org",
    "github.community/org/repo",
    "v1@2/overlays",
    "host.xz/team/repo",
    "git::base",
    "deployment.yaml",
    "",
]


@pytest.mark.parametrize("text", REPOSITORIES)
def test_a_repository_is_known_by_its_form(text: str) -> None:
    assert is_repository(text)
    assert is_remote(text)


@pytest.mark.parametrize("text", LOCAL)
def test_a_path_is_none(text: str) -> None:
    assert not is_remote(text)


def test_a_folder_whose_name_looks_like_a_user_is_a_repository_to_kustomize() -> None:
    assert is_repository("overlays@v1/org/repo")
    assert not is_repository("https://host.xz/team/repo//../..")


@pytest.mark.parametrize("text", ["http://host.xz/a.yaml", "HTTPS://host.xz/a.yaml", "https:a.yaml"])
def test_a_url_is_downloaded_wherever_a_file_may_stand(text: str) -> None:
    assert is_remote_file(text)


@pytest.mark.parametrize("text", ["https/a.yaml", "ftp://host.xz/a.yaml", "a.yaml?https://x"])
def test_another_scheme_is_no_download(text: str) -> None:
    assert not is_remote_file(text)
