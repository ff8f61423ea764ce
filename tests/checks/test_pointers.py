"""The rules about what pointers name, on whole small repositories, and what looks like a fault there and is none."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from gateshift.app.generate.generate import write
from gateshift.app.shared.build_roots import build_roots
from gateshift.app.shared.rollouts import Rollouts, find_rollout_files
from gateshift.app.validate.search import roots_under
from gateshift.app.validate.sync_objects import sync_findings
from gateshift.app.validate.targets import pointer_trees
from gateshift.checks.files import generated
from gateshift.checks.sync import pointers
from gateshift.kustomize.tree.tree_reader import TreeReader
from gateshift.model.finding import Finding, Level
from gateshift.model.rule import checks_in
from tests.checks.test_examples import BAD, GOOD, rule_of

ROLLOUT = """\
service: {name: shop, namespace: shop, port: 80, targetPort: 8080}
route: {parents: [{service: shop}]}
versions:
  v1: {image: example.org/shop:1}
  v2: {image: example.org/shop:2}
stages:
  - {name: first, shares: {v1: 100}}
  - {name: canary, shares: {v1: 90, v2: 10}}
pointers: {repository: https://git.example.com/shop.git, revision: main, argocd: {}, flux: {}}
"""
APPLICATION, KUSTOMIZATION = "sync/argocd/shop.yaml", "sync/flux/shop.yaml"
ENVIRONMENTS = "environments: [{name: staging}, {name: prod}]\n"


def repository(folder: Path, text: str = ROLLOUT) -> Path:
    (folder / "gateshift.yaml").write_text(text)
    (rollout,) = Rollouts.of(find_rollout_files(folder)).all
    write(rollout, force=False)
    return folder


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    return repository(tmp_path)


def edit(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text()
    assert old in text
    (folder / name).write_text(text.replace(old, new))


def found(folder: Path, *others: str, whole: bool = True) -> list[Finding]:
    """What the pointers in the folder's sync/, and in the other paths, do wrong."""
    reader = TreeReader()
    rollouts = Rollouts.of(find_rollout_files(folder)).all
    paths = [folder / name for name in ("overlays", *others)]
    built = list(build_roots(roots_under(paths, reader).roots, reader, program=None, timeout=60))
    of_pointers = sync_findings(built, pointer_trees(rollouts, reader) if whole else ())
    return [*(finding for root in built for finding in root.findings), *(finding for _, finding in of_pointers)]


def rules(folder: Path, *others: str) -> list[tuple[str, Level]]:
    return [(finding.rule, finding.level) for finding in found(folder, *others)]


def test_what_generate_writes_is_silent(repo: Path) -> None:
    assert rules(repo) == []


def test_a_folder_that_is_not_there_is_told(repo: Path) -> None:
    for name in ("httproute.yaml", "kustomization.yaml"):
        (repo / "overlays/first" / name).unlink()
    (repo / "overlays/first").rmdir()
    assert rules(repo) == [("GS611", Level.ERROR)] * 2


@pytest.mark.parametrize("path", [r"app\0b", "app/" + "b" * 300, "a/" * 2500])
def test_a_path_that_no_folder_can_have_is_told(repo: Path, path: str) -> None:
    edit(repo, APPLICATION, "path: overlays/first", f'path: "{path}"')
    assert rules(repo) == [("GS612", Level.ERROR)]


def test_a_folder_that_is_no_stage_is_told_once(repo: Path) -> None:
    edit(repo, APPLICATION, "overlays/first", "overlays/second")
    (finding,) = found(repo)
    assert (finding.rule, finding.level) == ("GS612", Level.ERROR)
    assert "and does not exist" in finding.message
    (repo / "overlays/second").mkdir()
    (finding,) = found(repo)
    assert "and does not exist" not in finding.message


def test_pointers_that_disagree_are_told(repo: Path) -> None:
    edit(repo, APPLICATION, "overlays/first", "overlays/canary")
    (finding,) = found(repo)
    assert (finding.rule, finding.level) == ("GS613", Level.WARNING)
    assert "canary" in finding.related[0].message or "canary" in finding.message


@pytest.mark.parametrize(
    ("post_build", "value", "expected"),
    [
        ("{substitute: {A: b}}", "${USER}", [("GS614", Level.ERROR)]),
        ("{substitute: {A: b}}", "^beta$", []),
        ("{substitute: {A: b}}", "$1 {{ $labels.x }} $(A)", []),
        ("{substitute: {A: b}}", "a$$b", [("GS614", Level.WARNING)]),
        ("{substitute: {A: b}}", "$${B}", []),
        ("{substitute: {A: b}}", "${B-c}", [("GS614", Level.ERROR)]),
        ("{substitute: {1A: b}}", "${A:=c}", [("GS614", Level.ERROR)]),
        ("{substituteFrom: [{kind: ConfigMap, name: x}]}", "${USER}", [("GS614", Level.NOTE)]),
        ("{substituteFrom: [{kind: ConfigMap, name: x}], substitute: {A: b}}", "${A}", []),
        ("{substitute: {A: b}}", "${A}", []),
        ("{substitute: {A: b}}", "${USER:=me}", []),
        ("{substitute: {A: b}}", "USER", []),
        ("{substituteStrategy: Always}", "${USER}", [("GS614", Level.ERROR)]),
        ("{}", "${USER}", []),
        ("{substitute: {}}", "${USER}", []),
    ],
)
def test_substitution_is_told_where_it_can_touch_the_output(
    repo: Path, post_build: str, value: str, expected: list[tuple[str, Level]]
) -> None:
    edit(repo, KUSTOMIZATION, "  prune: true\n", f"  prune: true\n  postBuild: {post_build}\n")
    edit(repo, "overlays/first/httproute.yaml", "sync-wave: ", f'note: "{value}"\n    a.example.org/wave: ')
    assert rules(repo) == expected


def test_an_object_that_opts_out_of_substitution_is_left_alone(repo: Path) -> None:
    edit(repo, KUSTOMIZATION, "  prune: true\n", "  prune: true\n  postBuild: {substitute: {A: b}}\n")
    opted = 'note: "${B}"\n    kustomize.toolkit.fluxcd.io/substitute: disabled\n    a.example.org/wave: '
    edit(repo, "overlays/first/httproute.yaml", "sync-wave: ", opted)
    assert rules(repo) == []


@pytest.mark.parametrize(
    ("old", "new", "fires"),
    [
        ("wait: true", "wait: false", True),
        ("kind: HTTPRoute", "kind: Gateway", True),
        ("apiVersion: gateway.networking.k8s.io/v1\n", "apiVersion: traefik.io/v1\n", True),
        ("      kind: HTTPRoute\n", "", False),
        ("timeout: 15m", "timeout: 9m59s", True),
        ("timeout: 15m", "retryInterval: 1m", True),
        ("wait: true", "wait: false\n  healthChecks: [{kind: Deployment, name: shop-v1}]", False),
        ("timeout: 15m", "timeout: 1h0m30.5s", False),
        ("timeout: 15m", "timeout: 10m1s", False),
    ],
)
def test_a_stage_that_counts_as_ready_too_early_is_told(repo: Path, old: str, new: str, fires: bool) -> None:  # noqa: FBT001 -- a table
    edit(repo, KUSTOMIZATION, old, new)
    assert rules(repo) == [("GS615", Level.NOTE)] * fires


OTHER = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: monitoring, namespace: argocd}
spec: {source: {repoURL: %s, targetRevision: %s, path: %s}}
"""


@pytest.mark.parametrize(
    ("url", "revision", "path", "fires"),
    [
        ("https://github.com/team/infra.git", "main", "infra/gone", True),
        ("git@github.com:team/infra.git", "HEAD", "infra/gone", True),
        ("https://github.com/team/infra", "main", "infra/there", False),
        ("https://github.com/team/other.git", "main", "infra/gone", False),
        ("https://github.com/team/infra.git", "release-7", "infra/gone", False),
        ("https://git.example.com/shop.git", "main", "infra/gone", False),
    ],
)
def test_an_application_of_someone_else_is_judged_by_this_repository_alone(
    repo: Path,
    url: str,
    revision: str,
    path: str,
    fires: bool,  # noqa: FBT001 -- a table
) -> None:
    subprocess.run(["git", "init", "-q", str(repo)], check=True)
    subprocess.run(["git", "-C", str(repo), "remote", "add", "origin", "https://github.com/Team/infra.git"], check=True)
    (repo / "infra/there").mkdir(parents=True)
    (repo / "apps").mkdir()
    (repo / "apps/monitoring.yaml").write_text(OTHER % (url, revision, path))
    assert rules(repo, "apps") == [("GS611", Level.ERROR)] * fires


def test_environments_may_stand_at_different_stages(tmp_path: Path) -> None:
    folder = repository(tmp_path, ROLLOUT + ENVIRONMENTS)
    for name in ("argocd", "flux"):
        edit(folder, f"sync/{name}/shop-staging.yaml", "overlays/staging/first", "overlays/staging/canary")
    assert rules(folder) == []


def test_a_stage_of_another_environment_is_no_stage(tmp_path: Path) -> None:
    folder = repository(tmp_path, ROLLOUT + ENVIRONMENTS)
    edit(folder, "sync/argocd/shop-prod.yaml", "overlays/prod/first", "overlays/staging/first")
    assert rules(folder) == [("GS612", Level.ERROR)]


def test_a_pointer_to_another_repository_is_none_of_the_rollout_s(repo: Path) -> None:
    edit(repo, APPLICATION, "https://git.example.com/shop.git", "https://git.example.com/fork.git")
    edit(repo, APPLICATION, "overlays/first", "overlays/second")
    assert rules(repo) == []


def test_every_rule_has_both_examples() -> None:
    wanted = {check.rule.id for check in checks_in(pointers, generated)}
    assert wanted <= {rule_of(path) for path in BAD}
    assert wanted <= {rule_of(path) for path in GOOD}
