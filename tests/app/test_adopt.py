"""`gateshift adopt`: what runs today becomes the first stage, and every step from there is proved."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from gateshift.app.adopt.adopt import AdoptRequest, adopt
from gateshift.app.adopt.proposal import AdoptOptions
from gateshift.app.shared.tool_choices import Choices
from gateshift.app.validate.scope import ValidationScope
from gateshift.app.validate.validate import validate
from gateshift.errors import UserError
from gateshift.model.adoption import Adoption
from gateshift.model.finding import Level
from tests.app.repositories import git
from tests.app.running_sets import APP, DEPLOYMENT, SETS

STAGES = ["live", "routed", "dark", "canary", "half", "final", "handed-over", "retired"]
TODAY = date(2026, 11, 1)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "-b", "main")
    return tmp_path


def files_of(top: Path) -> dict[str, bytes]:
    return {
        file.relative_to(top).as_posix(): file.read_bytes()
        for file in sorted(top.rglob("*"))
        if file.is_file() and ".git" not in file.relative_to(top).parts
    }


def write_set(top: Path, text: str) -> None:
    for part in text.split("=== ")[1:]:
        name, _, body = part.partition("\n")
        file = top / name.strip()
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(body)


def adopted(top: Path, *paths: str, service: str = "", dry_run: bool = False, folder: str = "") -> Adoption:
    request = AdoptRequest(
        tuple(top / path for path in paths),
        service,
        top / folder if folder else None,
        AdoptOptions(image="registry.example.com/shop:2.0"),
        dry_run,
    )
    return adopt(request, Choices(), TODAY)


@pytest.mark.parametrize("name", SETS)
def test_what_runs_is_the_first_stage_and_every_step_is_safe(repository: Path, name: str) -> None:
    text, paths = SETS[name]
    write_set(repository, text)
    before = files_of(repository)

    adoption = adopted(repository, *paths)

    assert adoption.stages[0].changes == 0
    assert [stage.name for stage in adoption.stages] == STAGES
    assert all(verdict.safe for stage in adoption.stages for verdict in stage.engines)
    after = files_of(repository)
    assert {file: after[file] for file in before} == before
    assert {file for file in after if file not in before} == {
        f"gateshift/{adoption.service}/{file}" for file in adoption.written
    }
    report = validate(ValidationScope((repository / "gateshift",)), Choices(), TODAY)
    assert [finding.message for finding in report.findings if finding.level is Level.ERROR] == []
    assert report.gaps == ()


def test_a_dry_run_writes_nothing(repository: Path) -> None:
    write_set(repository, APP)
    before = files_of(repository)

    adoption = adopted(repository, "k8s", dry_run=True)

    assert files_of(repository) == before
    assert "gateshift.yaml" in adoption.written


def test_a_service_is_adopted_once(repository: Path) -> None:
    write_set(repository, APP)
    adopted(repository, "k8s")

    with pytest.raises(UserError, match="has a rollout already"):
        adopted(repository, "k8s")


def test_a_directory_of_the_owners_is_not_written_into(repository: Path) -> None:
    write_set(repository, APP)
    (repository / "mine").mkdir()
    (repository / "mine" / "notes.txt").write_text("mine")

    with pytest.raises(UserError, match="touches no file of yours"):
        adopted(repository, "k8s", folder="mine")


def test_one_of_several_services_has_to_be_named(repository: Path) -> None:
    write_set(repository, APP + APP.replace("shop", "cart").replace("k8s/", "more/"))

    with pytest.raises(UserError, match="cart, shop") as refused:
        adopted(repository, "k8s/app.yaml", "more/app.yaml")

    assert "--service" in refused.value.next_step
    assert adopted(repository, "k8s/app.yaml", "more/app.yaml", service="cart").service == "cart"


def test_an_object_in_two_files_is_refused_where_it_stands(repository: Path) -> None:
    write_set(repository, APP + f"=== k8s/copy.yaml\n{DEPLOYMENT}")

    with pytest.raises(UserError, match=r"Deployment shop is in .*k8s/app.yaml already") as refused:
        adopted(repository, "k8s")

    assert refused.value.where.endswith("k8s/copy.yaml")
    assert adopted(repository, "k8s/app.yaml").service == "shop"


def test_services_of_one_name_are_told_apart_by_their_namespaces(repository: Path) -> None:
    for namespace in ("blue", "green"):
        text = APP.replace("k8s/app", f"k8s/{namespace}").replace(
            "name: shop\nspec", f"name: shop\n  namespace: {namespace}\nspec"
        )
        write_set(repository, text)

    with pytest.raises(UserError, match=r"Services shop .* in the namespaces blue, green") as refused:
        adopted(repository, "k8s")

    assert "Name the files" in refused.value.next_step
    assert adopted(repository, "k8s/green.yaml").service == "shop"


def test_manifests_outside_git_are_refused(tmp_path: Path) -> None:
    write_set(tmp_path, APP)

    with pytest.raises(UserError, match="no Git repository"):
        adopted(tmp_path, "k8s")
