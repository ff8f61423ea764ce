"""The next release on real repositories: what runs stays, and a rollout under way is left alone."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from gateshift.app.generate.generate import finish_interrupted, look, write
from gateshift.app.next.next_release import Release, start_next
from gateshift.app.shared.tool_choices import Choices
from gateshift.config import open_rollout
from gateshift.config.succession import NewVersion
from gateshift.errors import Exit, NoVerdict, UserError
from gateshift.model.release import ReleaseKind, ReleaseReport
from tests.app.repositories import (
    ARGOCD,
    ENVIRONMENTS,
    FLUX,
    ROLLOUT,
    commit_all,
    git,
    point_at,
    repository,
    stages_in,
)
from tests.manifests.building import by_name, kustomize_build
from tests.system.killing import killed_at

V3 = NewVersion("v3", "gcr.io/tetratelabs/customers:3.0.0")
TODAY = date(2026, 1, 1)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The rollout at its end."""
    monkeypatch.chdir(tmp_path)
    repository(tmp_path)
    point_at(tmp_path, "retired")
    commit_all(tmp_path, "At retired")
    return tmp_path


def start(folder: Path, version: NewVersion = V3, **release: object) -> ReleaseReport:
    return start_next(folder / "gateshift.yaml", Release(version, **release), Choices(), TODAY)  # type: ignore[arg-type]


def test_what_runs_stays_as_it_is_and_the_pointers_follow(folder: Path) -> None:
    before = by_name(kustomize_build(folder / "overlays/retired"))
    report = start(folder)
    assert stages_in(folder, ARGOCD, FLUX) == ["routed", "routed"]
    assert by_name(kustomize_build(folder / "overlays/routed")) == before
    assert [plan.changes for plan in report.changes] == [()]
    assert [stage.name for stage in report.rollout.stages] == [
        "routed",
        "dark",
        "debug",
        "canary",
        "half",
        "final",
        "retired",
    ]


def test_the_result_is_generated_and_nothing_of_the_old_release_is_left(folder: Path) -> None:
    start(folder)
    assert look(open_rollout(folder / "gateshift.yaml").rollout).pending == ()
    assert sorted(path.name for path in (folder / "base").iterdir() if path.is_dir()) == ["v2", "v3"]
    assert not (folder / "overlays/initial").exists()
    assert "mesh route: it steers the calls" in (folder / "gateshift.yaml").read_text()


def test_a_second_release_follows_the_first(folder: Path) -> None:
    start(folder)
    commit_all(folder, "Next")
    point_at(folder, "retired")
    commit_all(folder, "At retired again")
    report = start(folder, NewVersion("v4", "gcr.io/tetratelabs/customers:4.0.0"))
    assert [version.name for version in report.rollout.versions] == ["v3", "v4"]
    assert [plan.changes for plan in report.changes] == [()]


@pytest.mark.parametrize("stage", ["initial", "canary", "final"])
def test_a_rollout_under_way_is_left_alone(folder: Path, stage: str) -> None:
    point_at(folder, stage)
    commit_all(folder, "Under way")
    with pytest.raises(UserError, match=f"not finished: .* is at {stage}") as refused:
        start(folder)
    assert refused.value.exit_code is Exit.FINDINGS
    assert git(folder, "status", "--porcelain") == ""


def test_an_uncommitted_move_back_counts_as_under_way(folder: Path) -> None:
    point_at(folder, "half", FLUX)
    with pytest.raises(UserError, match="is at half"):
        start(folder)
    git(folder, "commit", "-q", "-a", "-m", "Half")
    point_at(folder, "retired", FLUX)
    with pytest.raises(UserError, match="is at half"):
        start(folder)


POINTERS = [f"sync/{engine}/customers-{name}.yaml" for name in ("staging", "prod") for engine in ("argocd", "flux")]


def test_environments_that_have_finished_start_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    repository(tmp_path, ROLLOUT + ENVIRONMENTS)
    names = POINTERS
    point_at(tmp_path, "retired", *names)
    commit_all(tmp_path, "All there")
    report = start(tmp_path)
    assert stages_in(tmp_path, *names) == ["routed"] * 4
    assert [plan.changes for plan in report.changes] == [(), ()]


@pytest.fixture
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Staging has finished, prod is at canary and does not pass through debug."""
    monkeypatch.chdir(tmp_path)
    repository(tmp_path, ROLLOUT + ENVIRONMENTS + "    skipStages: [initial, debug]\n")
    point_at(tmp_path, "retired", *POINTERS[:2])
    point_at(tmp_path, "canary", *POINTERS[2:])
    commit_all(tmp_path, "Prod is behind")
    return tmp_path


def test_a_release_starts_behind_one_that_is_not_finished_everywhere(apart: Path) -> None:
    report = start(apart)
    assert stages_in(apart, *POINTERS) == ["retired", "retired", "canary", "canary"]
    assert report.kind is ReleaseKind.BEHIND
    assert report.pointers == ()
    assert [plan.changes for plan in report.changes] == [(), ()]
    assert [version.name for version in report.rollout.versions] == ["v1", "v2", "v3"]
    stages = {stage.name: stage for stage in report.rollout.stages}
    old, new = ["canary", "half", "final", "retired"], ["dark-v3", "debug-v3", "canary-v3", "half-v3"]
    assert list(stages) == [*old, *new, "final-v3", "retired-v3"]
    assert stages["half"].deployed == ("v1", "v2")
    assert stages["half-v3"].deployed == ("v2", "v3")
    assert stages["retired-v3"].deployed == ("v3",)
    assert report.rollout.environments[1].skipped == ("debug-v3",)


def test_what_every_environment_has_passed_leaves_with_the_next_release(apart: Path) -> None:
    start(apart)
    commit_all(apart, "v3 behind v2")
    point_at(apart, "retired-v3", *POINTERS[:2])
    point_at(apart, "retired", *POINTERS[2:])
    commit_all(apart, "On and on")
    report = start(apart, NewVersion("v4", "gcr.io/tetratelabs/customers:4.0.0"))
    assert [version.name for version in report.rollout.versions] == ["v2", "v3", "v4"]
    assert [stage.name for stage in report.rollout.stages][:2] == ["retired", "dark-v3"]
    assert [stage.name for stage in report.rollout.stages][6:] == [
        *("retired-v3", "dark-v4", "debug-v4", "canary-v4", "half-v4", "final-v4", "retired-v4")
    ]
    commit_all(apart, "v4 behind v3")
    point_at(apart, "retired-v4", *POINTERS)
    commit_all(apart, "All there")
    report = start(apart, NewVersion("v5", "gcr.io/tetratelabs/customers:5.0.0"))
    assert [version.name for version in report.rollout.versions] == ["v4", "v5"]
    assert [stage.name for stage in report.rollout.stages][-1] == "retired-v5"
    assert [plan.changes for plan in report.changes] == [(), ()]


def test_a_candidate_that_was_abandoned_gives_way(folder: Path) -> None:
    point_at(folder, "routed")
    commit_all(folder, "Back to v1")
    report = start(folder, instead_of="v2")
    assert [version.name for version in report.rollout.versions] == ["v1", "v3"]
    assert stages_in(folder, ARGOCD, FLUX) == ["routed", "routed"]
    assert {change.resource.name for plan in report.changes for change in plan.changes} == {
        "customers-v2",
        "customers-v3",
    }
    assert not (folder / "base/v2").exists()
    assert look(open_rollout(folder / "gateshift.yaml").rollout).pending == ()


@pytest.mark.parametrize(("stage", "gets"), [("canary", "10 % of the requests"), ("debug", "the requests of debug")])
def test_a_candidate_with_requests_is_not_replaced(folder: Path, stage: str, gets: str) -> None:
    point_at(folder, stage)
    commit_all(folder, "Under way")
    with pytest.raises(UserError, match=f"is at {stage}, where v2 has {gets}") as refused:
        start(folder, instead_of="v2")
    assert "gateshift promote dark" in refused.value.next_step
    assert git(folder, "status", "--porcelain") == ""


@pytest.mark.parametrize(("version", "message"), [("v1", "baseline"), ("v9", "no version")])
def test_only_a_candidate_can_be_replaced(folder: Path, version: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        start(folder, instead_of=version)


def test_one_version_alone_gets_the_usual_stages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rollout, _, rest = ROLLOUT.partition("  v2:\n")
    pointers = rest.partition("pointers:")[2]
    stages = "stages:\n  - {name: running, deploy: [v1]}\n\npointers:"
    repository(tmp_path, f"{rollout}\n{stages}{pointers}")
    report = start(tmp_path, NewVersion("v2", "gcr.io/tetratelabs/customers:2.0.0"))
    assert stages_in(tmp_path, ARGOCD, FLUX) == ["running", "running"]
    assert [stage.name for stage in report.rollout.stages][:4] == ["running", "subsets", "routed", "dark"]
    assert [plan.changes for plan in report.changes] == [()]


def test_a_commit_holds_everything_and_nothing_else(folder: Path) -> None:
    (folder / "mine.txt").write_text("mine")
    report = start(folder, commit=True, branch="release/v3")
    assert git(folder, "status", "--porcelain") == "?? mine.txt"
    assert git(folder, "log", "-1", "--format=%s") == "customers: start v3 after v2"
    assert git(folder, "log", "-1", "--format=%b").splitlines() == [
        "Stages: routed -> dark -> debug -> canary -> half -> final -> retired",
        "",
        "sync/argocd/customers.yaml: overlays/retired -> overlays/routed",
        "sync/flux/customers.yaml: ./overlays/retired -> ./overlays/routed",
    ]
    assert git(folder, "rev-parse", "HEAD") == report.commit
    assert git(folder, "rev-parse", "--abbrev-ref", "HEAD") == "release/v3"
    assert "base/v1/deployment.yaml" not in git(folder, "ls-files").splitlines()


def test_edits_of_the_owner_s_are_not_committed_with_it(folder: Path) -> None:
    (folder / "gateshift.yaml").write_text(ROLLOUT + "# a thought\n")
    with pytest.raises(UserError, match="uncommitted edits would be committed"):
        start(folder, commit=True)
    assert git(folder, "status", "--porcelain") == "M gateshift.yaml"


OWN = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: settings-%s}
"""


def test_everything_that_is_said_by_version_moves_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = ROLLOUT.replace("2.0.0\n", "2.0.0\n    objects: [own/v2.yaml]\n").replace(
        "stages:\n", "objects: [shared]\n\nstages:\n"
    )
    prod = "    image: {v1: mirror/customers:1.0.0, v2: mirror/customers:2.0.0}\n    autoscaling: {v2: {max: 4}}\n"
    for name, body in {
        "own/v2.yaml": OWN % "v2",
        "own/v3.yaml": OWN % "v3",
        "shared/kustomization.yaml": "resources: [../common]\n",
        "common/kustomization.yaml": "resources: [shared.yaml]\n",
        "common/shared.yaml": OWN % "all",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(body)
    repository(tmp_path, text + ENVIRONMENTS + prod)
    point_at(tmp_path, "retired", *POINTERS)
    commit_all(tmp_path, "All there")
    report = start(tmp_path)
    prod_now = report.rollout.environments[1]
    assert prod_now.images == (("v2", "mirror/customers:2.0.0"), ("v3", "mirror/customers:3.0.0"))
    assert [name for name, _ in prod_now.autoscaling] == ["v2", "v3"]
    assert [file.path for file in report.rollout.version("v3").objects] == ["own/v3.yaml"]
    assert [plan.changes for plan in report.changes] == [(), ()]
    built = by_name(kustomize_build(tmp_path / "overlays/prod/half"))
    assert {"ConfigMap settings-v2", "ConfigMap settings-v3", "ConfigMap settings-all"} <= set(built)


def test_a_dry_run_changes_nothing(folder: Path) -> None:
    report = start(folder, dry_run=True)
    assert "v3:" in report.after
    assert git(folder, "status", "--porcelain") == ""


def test_stale_files_are_refused(folder: Path) -> None:
    (folder / "gateshift.yaml").write_text(ROLLOUT.replace("{v1: 90, v2: 10}", "{v1: 80, v2: 20}"))
    with pytest.raises(UserError, match="not up to date"):
        start(folder)


def test_a_stranger_s_file_in_the_new_version_s_place_is_refused(folder: Path) -> None:
    (folder / "base/v3").mkdir()
    (folder / "base/v3/deployment.yaml").write_text("mine")
    with pytest.raises(UserError, match="gateshift did not write: base/v3"):
        start(folder)
    assert (folder / "base/v3/deployment.yaml").read_text() == "mine"


@pytest.mark.parametrize(
    ("name", "image"), [("V3", "a:3"), ("v3", "not an image"), ("v3", ""), ("v1", "a:3"), ("", "a:3")]
)
def test_a_version_that_cannot_be_is_refused_and_nothing_changes(folder: Path, name: str, image: str) -> None:
    with pytest.raises(UserError):
        start(folder, NewVersion(name, image))
    assert git(folder, "status", "--porcelain") == ""


def test_a_result_that_would_not_validate_is_refused(folder: Path) -> None:
    manifest = (folder / "base/v2/deployment.yaml").read_text().replace("v2", "v3").replace("replicas:", "replicaz:")
    (folder / "own").mkdir()
    (folder / "own/v3.yaml").write_text(manifest)
    commit_all(folder, "A manifest with a slip")
    with pytest.raises(UserError, match="would not validate"):
        start(folder, NewVersion("v3", manifest="own/v3.yaml"))
    assert git(folder, "status", "--porcelain") == ""


def test_without_kustomize_there_is_no_verdict_and_no_change(folder: Path) -> None:
    with pytest.raises(NoVerdict):
        start_next(folder / "gateshift.yaml", Release(V3), Choices(kustomize=Path("/nowhere")), TODAY)
    assert git(folder, "status", "--porcelain") == ""


def test_without_pointers_the_stage_in_force_has_to_be_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    repository(tmp_path, ROLLOUT.partition("pointers:")[0])
    with pytest.raises(UserError, match="no pointer"):
        start(tmp_path)
    with pytest.raises(UserError, match="not finished"):
        start(tmp_path, stage="half")
    assert [version.name for version in start(tmp_path, stage="retired").rollout.versions] == ["v2", "v3"]


def test_a_user_s_own_pointer_follows(folder: Path) -> None:
    own = "apps/shop.yaml"
    (folder / "apps").mkdir()
    (folder / own).write_text((folder / ARGOCD).read_text().replace("name: customers\n", "name: shop # ours\n"))
    commit_all(folder, "Ours")
    before = (folder / own).read_text()
    start(folder, files=(folder / "apps",))
    assert (folder / own).read_text() == before.replace("overlays/retired", "overlays/routed")


def test_a_kill_while_it_writes_is_finished_by_the_next_run(folder: Path) -> None:
    old = {path: path.read_bytes() for path in folder.rglob("*.yaml")}
    start(folder)
    new = {path: path.read_bytes() for path in folder.rglob("*.yaml")}
    steps = range(400, 2400, 250)
    for step in steps:
        git(folder, "reset", "-q", "--hard")
        git(folder, "clean", "-q", "-d", "-f")
        if not killed_at(step, lambda: start(folder)):
            break
        finish_interrupted(folder)
        write(open_rollout(folder / "gateshift.yaml").rollout, force=False)
        after = {path: path.read_bytes() for path in folder.rglob("*.yaml")}
        assert after in (old, new), f"step {step}"
