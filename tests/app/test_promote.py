"""Promotions on real Git repositories, judged by the real Kustomize, kubeconform and plan."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gateshift.app.generate.generate import finish_interrupted
from gateshift.app.promote.promote import PromoteOptions, promote
from gateshift.app.promote.select_pointers import PromoteRequest
from gateshift.config import open_rollout
from gateshift.errors import UserError
from gateshift.model.promotion import Obstacle, PromotionReport
from gateshift.model.rollout import Engine, Rollout
from gateshift.system.atomic_write import interrupted
from tests.app.repositories import (
    ARGOCD,
    ENVIRONMENTS,
    FLUX,
    ROLLOUT,
    commit_all,
    git,
    point_at,
    repository,
    rollout_in,
    stages_in,
)
from tests.app.step_verdicts import NOW, Content, real_judge
from tests.system.killing import killed_at

NAMES = ["initial", "subsets", "routed", "dark", "debug", "canary", "half", "final", "retired"]
COMMITTED = PromoteOptions(commit=True)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    repository(tmp_path)
    return tmp_path


def run(
    folder: Path,
    request: PromoteRequest = PromoteRequest(),  # noqa: B008 -- frozen
    options: PromoteOptions = PromoteOptions(),  # noqa: B008 -- frozen
) -> PromotionReport:
    with real_judge() as judging:
        return promote(open_rollout(folder / "gateshift.yaml").rollout, request, options, judging, NOW)


def at(folder: Path, stage: str) -> Path:
    """The repository with every pointer at the stage, committed."""
    if stage != "initial":
        point_at(folder, stage)
        commit_all(folder, f"At {stage}")
    return folder


def obstacles(report: PromotionReport) -> list[Obstacle]:
    return [refusal.obstacle for refusal in report.refusals]


def changed_lines(folder: Path, commit: str) -> dict[str, list[str]]:
    """The lines that a commit takes away or adds, by file."""
    found: dict[str, list[str]] = {}
    file = ""
    for line in git(folder, "show", "--format=", "--unified=0", commit).splitlines():
        if line.startswith("+++ "):
            file = line.removeprefix("+++ b/")
        elif line[:1] in "+-" and not line.startswith("--- "):
            found.setdefault(file, []).append(line)
    return found


def test_only_the_engine_that_moves_has_to_make_the_step(folder: Path) -> None:
    point_at(folder, "half", ARGOCD)
    commit_all(folder, "Argo CD is ahead")
    report = run(folder, PromoteRequest("half", engine=Engine.ARGOCD))
    assert report.moves[0].pointer.engine is Engine.ARGOCD
    assert len(report.moves) == 1
    report = run(folder, PromoteRequest("subsets", engine=Engine.FLUX), COMMITTED)
    assert stages_in(folder, ARGOCD, FLUX) == ["half", "subsets"]
    assert list(changed_lines(folder, report.commit)) == [FLUX]


def test_pointers_that_disagree_need_a_stage_by_name(folder: Path) -> None:
    point_at(at(folder, "canary"), "half", FLUX)
    commit_all(folder, "Flux is ahead")
    with pytest.raises(UserError, match="canary, half"):
        run(folder)
    report = run(folder, PromoteRequest("half"), COMMITTED)
    assert report.message == "customers: canary -> half (v2 10 % -> 50 %)"
    assert stages_in(folder, ARGOCD, FLUX) == ["half", "half"]


@pytest.mark.parametrize(
    ("edit", "obstacle"),
    [
        (("gateshift.yaml", "{v1: 90, v2: 10}", "{v1: 80, v2: 20}"), Obstacle.STALE),
        (("overlays/half/httproute.yaml", "weight: 50", "weight: 51"), Obstacle.STALE),
        (("base/v2/deployment.yaml", "replicas: 1", "replicaz: 1"), Obstacle.INVALID),
        (("base/service.yaml", "port: 80", "port: 81"), Obstacle.STALE),
        ((ARGOCD, "targetRevision: main", "targetRevision: other"), Obstacle.EDITED),
        ((ARGOCD, "selfHeal: true", "selfHeal: true # never off"), Obstacle.EDITED),
    ],
)
def test_what_speaks_against_it_is_named(folder: Path, edit: tuple[str, str, str], obstacle: Obstacle) -> None:
    at(folder, "canary")
    name, old, new = edit
    (folder / name).write_text((folder / name).read_text().replace(old, new))
    report = run(folder)
    assert obstacle in obstacles(report)
    assert stages_in(folder, ARGOCD, FLUX) == ["canary", "canary"]


def test_a_pointer_at_no_stage_is_refused_until_forced(folder: Path) -> None:
    point_at(folder, "nowhere")
    commit_all(folder, "Lost")
    with pytest.raises(UserError, match="no stage"):
        run(folder)
    assert obstacles(run(folder, PromoteRequest("initial"))) == [Obstacle.NO_STAGE]
    assert (
        run(folder, PromoteRequest("initial"), PromoteOptions(force=True)).message == "customers: -> initial (no route)"
    )
    assert stages_in(folder, ARGOCD, FLUX) == ["initial", "initial"]


def test_a_stage_that_was_renamed_is_promoted_to_its_new_name(folder: Path) -> None:
    at(folder, "canary")
    rollout_in(folder, ROLLOUT.replace("name: canary", "name: tenth"))
    report = run(folder, PromoteRequest("tenth"))
    assert obstacles(report) == []
    assert [plan.changes for plan in report.plans] == [()]
    assert stages_in(folder, ARGOCD, FLUX) == ["tenth", "tenth"]


def test_a_renamed_stage_that_is_left_for_another_is_judged_from_what_it_was(folder: Path) -> None:
    at(folder, "dark")
    rollout_in(folder, ROLLOUT.replace("name: dark", "name: hidden"))
    commit_all(folder, "Only the overlays")
    assert set(obstacles(run(folder, PromoteRequest("final")))) == {Obstacle.UNSAFE}
    assert obstacles(run(folder, PromoteRequest("debug"))) == []


def before_the_rollout(folder: Path, stage: str) -> None:
    """Both pointers follow a folder that is not a stage, and builds what a stage does."""
    shutil.copytree(folder / "overlays" / stage, folder / "live" / "now")
    for file in (folder / ARGOCD, folder / FLUX):
        file.write_text(file.read_text().replace("overlays/initial", "live/now"))
    commit_all(folder, "What runs today")


def test_the_first_stage_comes_after_a_folder_that_is_not_a_stage(folder: Path) -> None:
    before_the_rollout(folder, "initial")
    report = run(folder)
    assert (report.target.name, obstacles(report)) == ("initial", [])
    assert stages_in(folder, ARGOCD, FLUX) == ["initial", "initial"]


def test_a_folder_that_is_not_a_stage_is_judged_by_what_it_builds(folder: Path) -> None:
    before_the_rollout(folder, "half")
    assert set(obstacles(run(folder))) == {Obstacle.UNSAFE}
    assert stages_in(folder, ARGOCD, FLUX) == ["now", "now"]
    assert obstacles(run(folder, PromoteRequest("final"))) == []


def test_a_second_run_changes_nothing(folder: Path) -> None:
    at(folder, "canary")
    run(folder, PromoteRequest("half"))
    before = (folder / ARGOCD).stat().st_ino
    for request in (PromoteRequest("half"), PromoteRequest()):
        report = run(folder, request)
        assert report.target.name == "half"
        assert not any(move.changes for move in report.moves)
    assert (folder / ARGOCD).stat().st_ino == before
    report = run(folder, PromoteRequest("half"), COMMITTED)
    assert git(folder, "log", "-1", "--format=%s") == "customers: canary -> half (v2 10 % -> 50 %)"
    assert run(folder, PromoteRequest("half"), COMMITTED).commit == ""


def test_a_commit_takes_the_pointers_and_nothing_else(folder: Path) -> None:
    (folder / "staged.txt").write_text("mine")
    git(folder, "add", "staged.txt")
    (folder / "loose.txt").write_text("mine")
    report = run(folder, options=COMMITTED)
    assert sorted(changed_lines(folder, report.commit)) == [ARGOCD, FLUX]
    assert git(folder, "status", "--porcelain") == "A  staged.txt\n?? loose.txt"


@pytest.mark.parametrize("detached", [False, True])
def test_a_commit_that_fails_leaves_everything_as_it_was(folder: Path, detached: bool) -> None:  # noqa: FBT001 -- both
    if detached:
        git(folder, "switch", "-q", "--detach", "main")
    hook = folder / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho not today >&2\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(UserError, match="not today"):
        run(folder, options=PromoteOptions(commit=True, branch="promote"))
    assert git(folder, "status", "--porcelain") == ""
    assert git(folder, "branch", "--format=%(refname:short)").splitlines()[-1] == "main"
    assert git(folder, "rev-parse", "--abbrev-ref", "HEAD") == ("HEAD" if detached else "main")


def test_without_git_a_commit_is_refused_and_nothing_moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rollout_in(tmp_path)
    with pytest.raises(UserError, match="no Git work tree"):
        run(tmp_path, options=COMMITTED)
    assert stages_in(tmp_path, ARGOCD, FLUX) == ["initial", "initial"]
    run(tmp_path)
    run(tmp_path)
    assert stages_in(tmp_path, ARGOCD, FLUX) == ["routed", "routed"]


def test_each_environment_goes_its_own_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    repository(tmp_path, ROLLOUT + ENVIRONMENTS)
    with pytest.raises(UserError, match="there are several environments") as refused:
        run(tmp_path)
    assert "staging, prod" in refused.value.next_step
    report = run(tmp_path, PromoteRequest(environment="staging"), COMMITTED)
    assert report.message == "customers staging: initial -> subsets (Service for v1 and v2)"
    names = [f"sync/{engine}/customers-{name}.yaml" for name in ("staging", "prod") for engine in ("argocd", "flux")]
    assert stages_in(tmp_path, *names) == ["subsets", "subsets", "initial", "initial"]


def test_an_environment_does_not_get_ahead_of_the_one_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    repository(tmp_path, ROLLOUT + ENVIRONMENTS)
    ahead = run(tmp_path, PromoteRequest(environment="prod"))
    assert obstacles(ahead) == [Obstacle.AHEAD]
    assert ahead.refusals[0].found == ("staging is at initial",)
    assert run(tmp_path, PromoteRequest(environment="prod"), PromoteOptions(force=True, dry_run=True)).refusals == ()
    run(tmp_path, PromoteRequest(environment="staging"), COMMITTED)
    assert run(tmp_path, PromoteRequest(environment="prod"), COMMITTED).refusals == ()
    assert run(tmp_path, PromoteRequest("initial", environment="prod"), COMMITTED).refusals == ()


def test_environments_without_an_order_go_as_they_like(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    repository(tmp_path, ROLLOUT + ENVIRONMENTS + "    after: []\n")
    assert run(tmp_path, PromoteRequest(environment="prod")).refusals == ()


def test_what_is_not_committed_in_the_environment_before_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    repository(tmp_path, ROLLOUT + ENVIRONMENTS)
    run(tmp_path, PromoteRequest(environment="staging"))
    assert obstacles(run(tmp_path, PromoteRequest(environment="prod"))) == [Obstacle.AHEAD]


SOAKING = ROLLOUT.replace("shares: {v1: 90, v2: 10}\n", "shares: {v1: 90, v2: 10}\n    soak: 30m\n    approval: true\n")


@pytest.mark.parametrize(
    ("since", "words"),
    [
        ("2026-01-01T11:48:00+00:00", "canary for 12 of 30 minutes, the next step needs an approval"),
        ("2026-01-01T13:30:00+02:00", "canary for its 30 minutes and more, the next step needs an approval"),
    ],
)
def test_a_stage_says_how_long_it_should_last_and_has_lasted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, since: str, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    repository(tmp_path, SOAKING)
    point_at(tmp_path, "canary")
    git(tmp_path, "commit", "-q", "-a", "-m", "At canary", "--date", since)
    assert [str(wait) for wait in run(tmp_path, options=PromoteOptions(dry_run=True)).waits] == [words]
    assert run(tmp_path, PromoteRequest(back=True), PromoteOptions(dry_run=True)).waits == ()
    assert run(tmp_path).done  # told, not enforced


OWN = """\
# Ours. \t
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: 'shop', namespace: argocd }
spec:
    source: { repoURL: "https://github.com/gateshift/gateshift.git",  path: 'overlays/initial' }   # here
    syncPolicy:
        automated: { prune: true }
        syncOptions: [ PruneLast=true ]
"""


def test_a_user_s_own_pointer_moves_with_the_others_and_keeps_every_other_byte(folder: Path) -> None:
    (folder / "apps").mkdir()
    raw = b"\xef\xbb\xbf" + OWN.replace("\n", "\r\n").encode()
    (folder / "apps/shop.yaml").write_bytes(raw)
    commit_all(folder, "Ours")
    report = run(folder, PromoteRequest(files=(folder / "apps",)), COMMITTED)
    assert len(report.moves) == 3
    assert (folder / "apps/shop.yaml").read_bytes() == raw.replace(b"overlays/initial", b"overlays/subsets")
    assert stages_in(folder, ARGOCD, FLUX) == ["subsets", "subsets"]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (PromoteRequest("halff"), "no stage `halff`"),
        (PromoteRequest(back=True), "first stage"),
        (PromoteRequest(environment="prod"), "no environment"),
    ],
)
def test_a_request_that_cannot_be_met_is_explained(folder: Path, asked: PromoteRequest, message: str) -> None:
    with pytest.raises(UserError, match=message):
        run(folder, asked)


def test_without_pointers_there_is_nothing_to_move(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    repository(tmp_path, ROLLOUT.partition("pointers:")[0])
    with pytest.raises(UserError, match="no pointer") as refused:
        run(tmp_path)
    assert refused.value.exit_code == 4


def test_after_a_kill_before_any_step_all_pointers_are_old_or_the_next_run_makes_all_new(folder: Path) -> None:
    rollout: Rollout = open_rollout(folder / "gateshift.yaml").rollout
    old = {name: (folder / name).read_bytes() for name in (ARGOCD, FLUX)}
    step, outcomes = 0, set()
    while killed_at(step, lambda: promote(rollout, PromoteRequest("subsets"), PromoteOptions(), Content(), NOW)):
        assert interrupted(folder) or len(set(stages_in(folder, ARGOCD, FLUX))) == 1, f"step {step}"
        finish_interrupted(folder)
        stages = stages_in(folder, ARGOCD, FLUX)
        assert stages in (["initial"] * 2, ["subsets"] * 2), f"step {step}"
        outcomes.add(stages[0])
        promote(rollout, PromoteRequest("initial"), PromoteOptions(), Content(), NOW)
        assert {name: (folder / name).read_bytes() for name in (ARGOCD, FLUX)} == old
        assert git(folder, "status", "--porcelain") == "", f"step {step}: not cleaned up"
        step += 1
    assert outcomes == {"initial", "subsets"}
    assert stages_in(folder, ARGOCD, FLUX) == ["subsets", "subsets"]


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda raw: raw.replace(b"\n", b"\r\n"),
        lambda raw: b"\xef\xbb\xbf" + raw,
        lambda raw: raw.replace(b"path: overlays/initial", b'path:   "overlays/initial"   # the stage'),
        lambda raw: raw.partition(b"\n")[2].replace(b"spec:", b"# ours \t\nspec:  "),
        lambda raw: b"a: 1\n---\n" + raw + b"---\nb: 2\n...\n",
    ],
)
def test_a_pointer_that_its_owner_rewrote_moves_by_its_scalar_alone(  # type: ignore[no-untyped-def]
    folder: Path, rewrite
) -> None:
    file = folder / ARGOCD
    file.write_bytes(rewritten := rewrite(file.read_bytes()))
    commit_all(folder, "Rewritten")
    report = run(folder, options=COMMITTED)
    assert report.refusals == ()
    assert file.read_bytes() == rewritten.replace(b"overlays/initial", b"overlays/subsets")


APPLICATIONS = """\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: shops, namespace: argocd}
spec:
  syncPolicy: {preserveResourcesOnDeletion: true}
  goTemplate: true
  generators:
    - list:
        elements:
          - {env: staging, stage: initial}   # first
          - {env: prod, stage: initial}   # then
    - git:
        repoURL: https://github.com/gateshift/gateshift.git
        revision: main
        files: [{path: "clusters/*/shop.json"}]
  template:
    metadata: {name: "shop-{{.env}}"}
    spec:
      source:
        repoURL: https://github.com/gateshift/gateshift.git
        path: "overlays/{{.env}}/{{ .stage }}"
      syncPolicy: {automated: {prune: true}, syncOptions: [PruneLast=true]}
"""


def test_an_element_of_an_application_set_moves_with_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    repository(tmp_path, ROLLOUT.partition("pointers:")[0] + ENVIRONMENTS + "    after: []\n")
    (tmp_path / "sync").mkdir()
    (tmp_path / "sync/shops.yaml").write_text(APPLICATIONS)
    (tmp_path / "clusters/west").mkdir(parents=True)
    parameters = '{\n  "env": "prod", "stage":  "initial"\n}\n'
    (tmp_path / "clusters/west/shop.json").write_text(parameters)
    commit_all(tmp_path, "Pointers of our own")
    report = run(tmp_path, PromoteRequest("subsets", environment="prod"), COMMITTED)
    assert report.refusals == ()
    assert report.message == "customers prod: initial -> subsets (Service for v1 and v2)"
    assert (tmp_path / "sync/shops.yaml").read_text() == APPLICATIONS.replace(
        "{env: prod, stage: initial}", "{env: prod, stage: subsets}"
    )
    assert (tmp_path / "clusters/west/shop.json").read_text() == parameters.replace("initial", "subsets")
    again = run(tmp_path, PromoteRequest(environment="prod"), COMMITTED)
    assert again.message == "customers prod: subsets -> routed (route: v1 100 %)"
    assert list(changed_lines(tmp_path, again.commit)) == ["clusters/west/shop.json", "sync/shops.yaml"]
