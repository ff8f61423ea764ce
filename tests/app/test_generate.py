"""Generated files on disk: only what changed, never what is someone else's, whole at any moment."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from gateshift.app.generate.generate import look, stranded, write
from gateshift.checks.files import generated
from gateshift.checks.files.generated import Files
from gateshift.errors import UserError
from gateshift.manifests import generate
from gateshift.model.release import FileStatus
from gateshift.model.rollout import Environment, Rollout
from gateshift.model.rule import checks_in
from tests.manifests.customers import CUSTOMERS, workload
from tests.system.killing import killed_at

ROUTE = "overlays/canary/httproute.yaml"
APPLICATION = "sync/argocd/customers.yaml"


@pytest.fixture
def rollout(tmp_path: Path) -> Rollout:
    there = replace(CUSTOMERS, file=tmp_path / "gateshift.yaml")
    write(there, force=False)
    return there


def files_in(top: Path) -> dict[str, bytes]:
    return {file.relative_to(top).as_posix(): file.read_bytes() for file in top.rglob("*") if file.is_file()}


def statuses(rollout: Rollout) -> dict[str, FileStatus]:
    return {state.path: state.status for state in look(rollout).pending}


def rules(rollout: Rollout) -> list[str]:
    seen = look(rollout)
    return [finding.rule for check in checks_in(generated) for finding in check(Files(seen.top, seen.states))]


def without(rollout: Rollout, *stages: str) -> Rollout:
    return replace(rollout, stages=tuple(stage for stage in rollout.stages if stage.name not in stages))


def with_tag(rollout: Rollout, tag: str) -> Rollout:
    first, second = rollout.versions
    return replace(rollout, versions=(first, replace(second, workload=workload(f"example.org/customers:{tag}"))))


def test_what_is_written_is_what_was_generated(rollout: Rollout, tmp_path: Path) -> None:
    assert files_in(tmp_path) == {path: text.encode() for path, text in generate(rollout).items()}


def test_a_second_run_touches_no_file(rollout: Rollout, tmp_path: Path) -> None:
    before = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*")}
    assert write(rollout, force=False).pending == ()
    assert {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*")} == before


def test_only_what_changed_is_written(rollout: Rollout, tmp_path: Path) -> None:
    before = {file: file.stat().st_ino for file in tmp_path.rglob("*.yaml")}
    changed = write(with_tag(rollout, "2.0.1"), force=False)
    assert [state.path for state in changed.pending] == ["base/v2/deployment.yaml"]
    moved = [file for file, inode in before.items() if file.stat().st_ino != inode]
    assert moved == [tmp_path / "base/v2/deployment.yaml"]


def test_a_stage_that_is_removed_takes_its_files_and_folder_along(rollout: Rollout, tmp_path: Path) -> None:
    smaller = without(rollout, "half")
    assert set(statuses(smaller).values()) == {FileStatus.LEFT_OVER}
    write(smaller, force=False)
    assert not (tmp_path / "overlays/half").exists()
    assert (tmp_path / "overlays/final").exists()
    assert statuses(smaller) == {}


def test_a_stranger_s_file_beside_ours_survives(rollout: Rollout, tmp_path: Path) -> None:
    (tmp_path / "overlays/half/NOTES.md").write_text("mine")
    (tmp_path / "overlays/own").mkdir()
    (tmp_path / "overlays/own/kustomization.yaml").write_text("resources: [../half]\n")
    write(without(rollout, "half"), force=False)
    assert sorted(files_in(tmp_path / "overlays/half")) == ["NOTES.md"]
    assert (tmp_path / "overlays/own/kustomization.yaml").exists()


@pytest.mark.parametrize(
    ("edit", "status"),
    [
        (lambda raw: raw + b"# mine\n", FileStatus.EDITED),
        (lambda raw: raw.replace(b"weight: 10", b"weight: 11"), FileStatus.EDITED),
        (lambda raw: raw.replace(b"\n", b"\r\n"), FileStatus.EDITED),
        (lambda raw: b"\xef\xbb\xbf" + raw, FileStatus.EDITED),
        (lambda raw: raw.replace(b"weight", b"w\xff"), FileStatus.EDITED),
        (lambda raw: raw.replace(b"Edit gateshift.yaml", b"Do not edit"), FileStatus.EDITED),
        (lambda raw: raw.partition(b"\n")[2], FileStatus.STRANGER),
        (lambda raw: raw.replace(b"for customers", b"for someone-else"), FileStatus.STRANGER),
        (lambda _: b"", FileStatus.STRANGER),
    ],
)
def test_an_edit_is_neither_overwritten_nor_forgotten(rollout: Rollout, tmp_path: Path, edit, status) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / ROUTE
    raw = file.read_bytes()
    file.write_bytes(edited := edit(raw))
    (tmp_path / "base/service.yaml").unlink()
    assert write(rollout, force=False).kept(force=False)
    assert file.read_bytes() == edited
    assert not (tmp_path / "base/service.yaml").exists()
    assert statuses(rollout) == {ROUTE: status, "base/service.yaml": FileStatus.MISSING}
    write(rollout, force=True)
    ours = status is FileStatus.EDITED
    assert file.read_bytes() == (raw if ours else edited)
    assert statuses(rollout) == ({} if ours else {ROUTE: status, "base/service.yaml": FileStatus.MISSING})


def test_an_edited_file_of_a_removed_stage_is_kept(rollout: Rollout, tmp_path: Path) -> None:
    file = tmp_path / "overlays/half/httproute.yaml"
    file.write_text(file.read_text() + "# mine\n")
    smaller = without(rollout, "half")
    assert write(smaller, force=False).kept(force=False)
    assert file.exists()
    write(smaller, force=True)
    assert not file.exists()


def test_another_rollout_s_files_are_a_stranger_s(rollout: Rollout, tmp_path: Path) -> None:
    other = replace(rollout, service=replace(rollout.service, name="orders"))
    assert write(other, force=False).kept(force=False)
    assert FileStatus.LEFT_OVER not in statuses(other).values()
    assert b"for customers" in (tmp_path / ROUTE).read_bytes()


@pytest.mark.parametrize("quote", ["", '"', "'"])
def test_the_path_in_a_pointer_belongs_to_promote(rollout: Rollout, tmp_path: Path, quote: str) -> None:
    for name, old in ((APPLICATION, "overlays/initial"), ("sync/flux/customers.yaml", "./overlays/initial")):
        file = tmp_path / name
        file.write_text(file.read_text().replace(old, f"{quote}{old.replace('initial', 'canary')}{quote}"))
    promoted = files_in(tmp_path / "sync")
    assert statuses(rollout) == {}
    assert rules(rollout) == []
    write(rollout, force=False)
    assert files_in(tmp_path / "sync") == promoted


def test_a_pointer_that_is_written_anew_still_names_its_stage(rollout: Rollout, tmp_path: Path) -> None:
    file = tmp_path / APPLICATION
    file.write_text(file.read_text().replace("overlays/initial", "overlays/canary"))
    assert rollout.pointers is not None
    elsewhere = replace(rollout, pointers=replace(rollout.pointers, revision="release"))
    assert statuses(elsewhere)[APPLICATION] is FileStatus.STALE
    write(elsewhere, force=False)
    assert "targetRevision: release" in file.read_text()
    assert "path: overlays/canary" in file.read_text()


@pytest.mark.parametrize("edit", [("main", "branch-x"), ("path: overlays/initial", "path: overlays/initial # now")])
def test_any_other_byte_of_a_pointer_is_an_edit(rollout: Rollout, tmp_path: Path, edit: tuple[str, str]) -> None:
    file = tmp_path / APPLICATION
    file.write_text(file.read_text().replace(*edit))
    assert statuses(rollout) == {APPLICATION: FileStatus.EDITED}


def test_a_pointer_to_a_stage_that_goes_away_is_told(rollout: Rollout) -> None:
    smaller = without(rollout, "initial")
    assert list(stranded(write(rollout, force=False))) == []
    lost = [(each.path, each.stage) for each in stranded(write(smaller, force=False))]
    assert lost == [("overlays/initial", ""), ("overlays/initial", "")]


def test_a_stage_that_is_renamed_is_known_by_its_objects(rollout: Rollout, tmp_path: Path) -> None:
    first, *others = rollout.stages
    renamed = replace(rollout, stages=(replace(first, name="start"), *others))
    assert {each.stage for each in stranded(write(renamed, force=False))} == {"start"}
    assert not (tmp_path / "overlays/initial").exists()


def test_each_fault_has_its_finding_at_its_line(rollout: Rollout, tmp_path: Path) -> None:
    route = tmp_path / ROUTE
    route.write_text(route.read_text().replace("weight: 10", "weight: 11"))
    (tmp_path / "base/service.yaml").unlink()
    (tmp_path / "base/kustomization.yaml").write_text("resources: []\n")
    changed = with_tag(without(rollout, "half"), "2.0.1")
    seen = look(changed)
    found = {
        finding.rule: finding.at for check in checks_in(generated) for finding in check(Files(seen.top, seen.states))
    }
    assert sorted(found) == ["GS701", "GS702", "GS703", "GS704", "GS705"]
    line = route.read_text().splitlines().index("          weight: 11") + 1
    assert str(found["GS702"]) == f"{route}:{line}:1"


def test_environments_have_their_own_overlays_and_pointers(tmp_path: Path) -> None:
    environments = (Environment("staging", namespace="staging"), Environment("prod", namespace="prod"))
    there = replace(CUSTOMERS, file=tmp_path / "gateshift.yaml", environments=environments)
    write(there, force=False)
    assert sorted(file.name for file in (tmp_path / "sync/argocd").iterdir()) == [
        "customers-prod.yaml",
        "customers-staging.yaml",
    ]
    assert "path: overlays/prod/initial" in (tmp_path / "sync/argocd/customers-prod.yaml").read_text()


def test_a_second_run_at_once_is_refused(rollout: Rollout, tmp_path: Path) -> None:
    descriptor = os.open(tmp_path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        with pytest.raises(UserError, match="another run of gateshift"):
            write(rollout, force=False)
    finally:
        os.close(descriptor)
    assert write(rollout, force=False).pending == ()


def test_a_folder_that_leads_out_is_not_followed(rollout: Rollout, tmp_path_factory: pytest.TempPathFactory) -> None:
    top, outside = rollout.file.parent, tmp_path_factory.mktemp("outside")
    (top / "overlays").rename(outside / "overlays")
    (top / "overlays").symlink_to(outside / "overlays")
    before = files_in(outside)
    with pytest.raises(UserError, match="leads out of"):
        write(with_tag(rollout, "9"), force=True)
    assert files_in(outside) == before


def test_a_link_in_a_file_s_place_is_a_stranger_and_its_target_is_safe(rollout: Rollout, tmp_path: Path) -> None:
    file, target = tmp_path / ROUTE, tmp_path / "precious.yaml"
    target.write_text("precious")
    file.unlink()
    file.symlink_to(target)
    assert statuses(rollout) == {ROUTE: FileStatus.STRANGER}
    write(rollout, force=True)
    assert target.read_text() == "precious"
    assert file.is_symlink()


@pytest.mark.parametrize("force", [False, True])
def test_a_pointer_in_a_merge_conflict_is_never_moved(rollout: Rollout, tmp_path: Path, force: bool) -> None:  # noqa: FBT001
    file = tmp_path / APPLICATION
    text = file.read_text()
    ours, theirs = (f"    path: overlays/{stage}\n" for stage in ("canary", "half"))
    line = "    path: overlays/initial\n"
    assert line in text
    file.write_text(conflict := text.replace(line, f"<<<<<<< HEAD\n{ours}=======\n{theirs}>>>>>>> next\n"))

    assert [state.path for state in write(rollout, force=force).kept(force=force)] == [APPLICATION]
    assert file.read_text() == conflict


def test_a_pointer_that_was_edited_elsewhere_keeps_its_stage_when_forced(rollout: Rollout, tmp_path: Path) -> None:
    file = tmp_path / APPLICATION
    file.write_text(
        file.read_text().replace("overlays/initial", "overlays/half").replace("prune: true", "prune: false")
    )

    write(rollout, force=True)

    assert "path: overlays/half\n" in file.read_text()
    assert "prune: true" in file.read_text()


def test_a_folder_in_a_file_s_place_is_refused(rollout: Rollout, tmp_path: Path) -> None:
    (tmp_path / ROUTE).unlink()
    (tmp_path / ROUTE).mkdir()
    with pytest.raises(UserError, match="this is not one"):
        write(rollout, force=True)


def test_permissions_of_a_file_stay(rollout: Rollout, tmp_path: Path) -> None:
    (tmp_path / "base/v2/deployment.yaml").chmod(0o640)
    write(with_tag(rollout, "9"), force=False)
    assert (tmp_path / "base/v2/deployment.yaml").stat().st_mode & 0o777 == 0o640


def test_a_kill_before_any_step_leaves_every_file_old_or_new(tmp_path: Path) -> None:
    small = replace(without(CUSTOMERS, *(stage.name for stage in CUSTOMERS.stages[2:])), pointers=None)
    before = replace(small, file=tmp_path / "gateshift.yaml")
    after = with_tag(replace(without(before, "initial"), route=replace(before.route, name="other")), "9")
    write(before, force=False)
    old, step, kills = files_in(tmp_path), 0, 0
    new = {path: text.encode() for path, text in generate(after).items()}
    changed = [path for path in {**old, **new} if old.get(path) != new.get(path)]
    while killed_at(step, lambda: write(after, force=False)):
        kills += 1
        for path, raw in files_in(tmp_path).items():
            whole = {old.get(path), new.get(path)}
            assert raw in whole or Path(path).name.startswith(".gateshift-"), f"step {step}: {path}"
        write(before, force=False)
        assert files_in(tmp_path) == old, f"step {step}: not cleaned up"
        step += 1
    assert kills > 2 * len(changed) > 0
    assert files_in(tmp_path) == new
