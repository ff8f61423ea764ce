"""What ran before the rollout, as gateshift.yaml names it."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateshift.config import open_rollout
from gateshift.model.rollout import ExistingPointer, LiveFile, LiveManifests, LiveObject, LiveWorkload
from tests.config.reading import edited, only_mistake, parsed, pointed_at
from tests.repositories import write

V1 = "  v1: {image: 'a:1'}\n"
LIVE = (V1, "  v1: {live: Deployment/customers}\n")
ROOT = ("route:\n", "live: {path: ../k8s}\nroute:\n")


def test_a_live_version_keeps_the_names_of_what_runs() -> None:
    rollout = parsed(edited(LIVE, ROOT)).rollout

    version = rollout.version("v1")
    assert version.workload == LiveWorkload((LiveObject("Deployment", "customers"),))
    assert (version.deployment, version.service, version.replicas) == ("customers", "customers", None)
    assert rollout.live == LiveManifests("../k8s")


def test_a_live_version_names_what_goes_with_it() -> None:
    objects = "[StatefulSet/db, PodDisruptionBudget/db]"
    rollout = parsed(edited((V1, f"  v1: {{live: {objects}, service: db}}\n"), ROOT)).rollout

    assert rollout.version("v1").workload_kind == "StatefulSet"
    assert rollout.version("v1").service == "db"


def test_a_rollout_of_what_runs_has_no_namespace_unless_given() -> None:
    assert parsed(edited(LIVE, ROOT)).rollout.service.namespace == ""
    assert parsed(edited()).rollout.service.namespace == "default"


def test_one_version_alone_is_a_rollout() -> None:
    text = edited(LIVE, ROOT, ("  v2: {image: 'a:2'}\n", ""), ("{v1: 1, v2: 1}", "{v1: 1}"))

    assert [version.name for version in parsed(text).rollout.versions] == ["v1"]


def test_a_live_version_of_which_nothing_is_known_is_told() -> None:
    mistake = only_mistake(edited(LIVE))

    assert mistake.message == "versions.v1.live: nothing says where this runs from"
    assert pointed_at(mistake) == "live"


def test_a_live_version_has_no_image_of_its_own() -> None:
    mistake = only_mistake(edited((V1, "  v1: {live: Deployment/customers, image: 'a:1'}\n"), ROOT))

    assert "cannot stand next to" in mistake.message


def test_a_root_above_the_file_is_told() -> None:
    mistake = only_mistake(edited(LIVE, ("route:\n", "live: {path: ../..}\nroute:\n")))

    assert "not above this file" in mistake.message


@pytest.mark.parametrize("path", ["/k8s", "k8s/../../x", "..\\\\k8s"])
def test_a_path_that_leads_astray_is_told(path: str) -> None:
    assert "live.path" in only_mistake(edited(LIVE, ("route:\n", f'live: {{path: "{path}"}}\nroute:\n'))).message


EXISTING = "pointers: {existing: [{file: ../sync.yaml, object: Application/shop}]}\n"


def test_a_pointer_that_exists_is_named_by_its_file_and_object() -> None:
    pointers = parsed(edited(("route:\n", f"{EXISTING}route:\n"))).rollout.pointers

    assert pointers is not None
    assert pointers.existing == (ExistingPointer("../sync.yaml", "Application", "shop"),)


def test_a_pointer_of_one_of_several_environments_says_which() -> None:
    environments = "environments: [{name: staging}, {name: prod, namespace: prod}]\n"
    mistake = only_mistake(edited(("route:\n", f"{EXISTING}{environments}route:\n")))

    assert "nothing says which environment it is of" in mistake.message


def test_a_generated_pointer_needs_the_repository() -> None:
    assert "`repository` is missing" in only_mistake(edited(("route:\n", "pointers: {argocd: {}}\nroute:\n"))).message


def test_plain_manifests_are_read_from_the_repository(tmp_path: Path) -> None:
    text = edited(LIVE, ("route:\n", "live: {files: [../k8s/app.yaml]}\nroute:\n"))
    write(tmp_path, f"=== shop/gateshift.yaml\n{text}\n=== k8s/app.yaml\nkind: Deployment\r\n")

    live = open_rollout(tmp_path / "shop").rollout.live

    assert live is not None
    assert live.files == (LiveFile("../k8s/app.yaml", "kind: Deployment\r\n"),)


def test_plain_manifests_outside_the_repository_do_not_exist(tmp_path: Path) -> None:
    (tmp_path / "repository").mkdir()
    (tmp_path / "app.yaml").write_text("kind: Deployment\n")
    text = edited(LIVE, ("route:\n", "live: {files: [../../app.yaml]}\nroute:\n"))
    write(tmp_path / "repository", f"=== shop/gateshift.yaml\n{text}\n")

    with pytest.raises(Exception, match="does not exist"):
        open_rollout(tmp_path / "repository" / "shop")
