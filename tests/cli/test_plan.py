"""`gateshift plan` on the shipped rollout: one step, the matrix, paths and Git revisions."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import jsonschema
import pytest

from gateshift.report.plan.json import json_schema
from tests.cli.planning import commit, customers, document, generate, git, plan, point, replace
from tests.transition.objects import CANARY, HALF, INITIAL, RETIRED, Objects

VALID = jsonschema.Draft202012Validator(json_schema())
STAGES = ("initial", "subsets", "routed", "dark", "debug", "canary", "half", "final", "retired")


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped rollout; tests must leave it as it is."""
    return customers(tmp_path_factory.mktemp("shipped") / "customers")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return customers(tmp_path / "customers")


def written(folder: Path, objects: Objects) -> Path:
    folder.mkdir()
    (folder / "all.yaml").write_text("---\n".join(objects.values()))
    return folder


class TestOneStep:
    def test_it_shows_traffic_objects_and_verdicts(self, shipped: Path) -> None:
        done = plan(shipped, "canary", "half", "--color", "never")
        assert done.returncode == 0
        text = done.stdout
        assert "customers: canary" in text.splitlines()[0]
        assert "90 %" in text
        assert "+40" in text
        assert "change HTTPRoute default/customers" in text
        assert "How long a data plane takes to hear of a change cannot be" in text

    def test_its_json_is_the_contract(self, shipped: Path) -> None:
        found = document(shipped, "debug", "canary", code=0)
        assert not list(VALID.iter_errors(found))
        assert (found["schema"], found["from"], found["to"], found["safe"]) == (1, "debug", "canary", True)
        assert found["traffic"] == [
            {
                "class": "default",
                "match": "every other request",
                "before": {"v1": 1.0},
                "after": {"v1": 0.9, "v2": 0.1},
            },
            {
                "class": "debug",
                "match": "header user-agent: debug",
                "before": {"v2": 1.0},
                "after": {"v1": 0.9, "v2": 0.1},
            },
        ]
        (change,) = found["changes"]
        assert (change["action"], change["kind"], change["name"]) == ("change", "HTTPRoute", "customers")
        assert found["engines"]["argocd"]["safe"] is found["engines"]["flux"]["safe"] is True

    def test_an_unsafe_step_is_exit_1_with_the_reason_and_the_safe_way(self, shipped: Path) -> None:
        found = document(shipped, "half", "retired", code=1)
        assert found["safe"] is False
        flux = found["engines"]["flux"]
        assert flux["safe"] is False
        assert flux["safeWay"] == ["final", "retired"]
        first = flux["findings"][0]
        assert (first["rule"], first["level"]) == ("GS501", "error")
        assert (first["file"], first["line"]) == ("overlays/half/httproute.yaml", 22)
        assert first["help"].endswith("The safe way here: half -> final -> retired.")

    @pytest.mark.parametrize(
        ("origin", "target", "way"),
        [
            ("initial", "routed", ["subsets", "routed"]),
            ("routed", "debug", ["dark", "debug"]),
            ("routed", "canary", ["dark", "canary"]),
            ("dark", "final", ["half", "final"]),
            ("half", "retired", ["final", "retired"]),
            ("final", "initial", ["half", "dark", "routed", "subsets", "initial"]),
            ("initial", "retired", ["subsets", "routed", "dark", "half", "final", "retired"]),
        ],
    )
    def test_a_jump_is_unsafe_and_the_way_round_it_is_safe(
        self, shipped: Path, origin: str, target: str, way: list[str]
    ) -> None:
        found = document(shipped, origin, target, code=1)
        assert found["engines"]["flux"]["safe"] is False
        assert len(found["engines"]["flux"]["safeWay"]) == len(way)
        steps = [origin, *found["engines"]["flux"]["safeWay"]]
        for one, other in pairwise(steps):
            assert document(shipped, one, other, code=0)["safe"] is True

    def test_without_names_it_goes_from_the_stage_in_force_to_the_next(self, repository: Path) -> None:
        assert _ends(document(repository, code=0)) == ("initial", "subsets")
        point(repository, "canary")
        assert _ends(document(repository, code=0)) == ("canary", "half")

    def test_with_one_name_it_goes_on_from_there(self, shipped: Path) -> None:
        assert _ends(document(shipped, "half", code=0)) == ("half", "final")
        assert _ends(document(shipped, "overlays/half", code=0)) == ("overlays/half", "final")

    def test_after_the_last_stage_comes_none(self, shipped: Path) -> None:
        done = plan(shipped, "retired")
        assert done.returncode == 2
        assert "no stage comes after retired" in done.stderr

    def test_pointers_that_disagree_must_be_settled(self, repository: Path) -> None:
        replace(repository / "sync/flux/customers.yaml", "./overlays/initial", "./overlays/dark")
        done = plan(repository)
        assert done.returncode == 2
        assert "do not name the same stage" in done.stderr
        assert "overlays/initial" in done.stderr
        assert "overlays/dark" in done.stderr

    def test_without_pointers_nothing_is_in_force(self, repository: Path) -> None:
        for file in (repository / "sync").glob("*/*.yaml"):
            file.unlink()
        assert plan(repository).returncode == 2
        assert document(repository, "half", "retired", code=1)["engines"]["argocd"]["safe"] is False

    def test_the_pointer_in_force_says_how_argo_cd_prunes(self, repository: Path) -> None:
        assert document(repository, "half", "retired", code=1)["engines"]["argocd"]["safe"] is True
        replace(repository / "sync/argocd/customers.yaml", "PruneLast=true", "PruneLast=false")
        assert document(repository, "half", "retired", code=1)["engines"]["argocd"]["safe"] is False

    def test_a_policy_limits_the_step(self, repository: Path) -> None:
        replace(repository / "gateshift.yaml", "\npointers:", "\npolicy: {maxStep: 40}\n\npointers:")
        found = document(repository, "debug", "half", code=1)
        rules = [finding["rule"] for finding in found["engines"]["flux"]["findings"]]
        assert rules == ["GS516", "GS516", "GS517"]
        assert found["engines"]["flux"]["safeWay"] == ["canary", "half"]
        assert found["engines"]["flux"]["findings"][0]["file"] == "gateshift.yaml"

    def test_a_finding_can_be_accepted_in_rollout_yaml(self, repository: Path) -> None:
        entry = '\nignore:\n  - {rule: GS511, reason: tried at night, until: "2999-01-01"}\n\npointers:'
        replace(repository / "gateshift.yaml", "\npointers:", entry)
        assert document(repository, "dark", "final", code=0)["safe"] is True

    def test_an_unknown_stage_is_answered_with_the_known_ones(self, shipped: Path) -> None:
        done = plan(shipped, "canary", "haf")
        assert done.returncode == 4
        assert "there is no stage, file or directory haf" in done.stderr
        assert "half, final" in done.stderr

    def test_a_stage_that_kustomize_refuses_is_exit_1(self, repository: Path) -> None:
        replace(repository / "overlays/half/kustomization.yaml", "  - httproute.yaml\n", "  - nothing.yaml\n")
        done = plan(repository, "canary", "half")
        assert done.returncode == 1
        assert "nothing.yaml" in done.stderr

    def test_without_kustomize_there_is_no_verdict(self, shipped: Path) -> None:
        done = plan(shipped, "canary", "half", "--kustomize", "/nowhere/kustomize")
        assert done.returncode == 3
        assert "/nowhere/kustomize" in done.stderr

    def test_three_questions_at_once_are_refused(self, shipped: Path) -> None:
        assert plan(shipped, "canary", "half", "--all").returncode == 2
        assert plan(shipped, "--all", "--since", "main").returncode == 2


class TestEnvironments:
    SPEC = "\nenvironments:\n  - {name: staging}\n  - {name: prod, replicas: {v1: 3, v2: 3}}\n\npointers:"

    @pytest.fixture
    def two(self, repository: Path) -> Path:
        replace(repository / "gateshift.yaml", "\npointers:", self.SPEC)
        generate(repository)
        return repository

    def test_each_has_stages_and_a_pointer_of_its_own(self, two: Path) -> None:
        found = document(two, "--env", "prod", code=0)
        assert (found["environment"], *_ends(found)) == ("prod", "initial", "subsets")
        assert document(two, "canary", "half", "--env", "staging", code=0)["environment"] == "staging"

    def test_one_must_be_chosen(self, two: Path) -> None:
        done = plan(two)
        assert done.returncode == 2
        assert "--env: staging, prod" in done.stderr
        assert plan(two, "--env", "test").returncode == 2


class TestPaths:
    def test_any_two_folders_of_yaml_can_be_compared(self, tmp_path: Path) -> None:
        written(tmp_path / "one", CANARY)
        written(tmp_path / "two", HALF)
        found = document(tmp_path, "one", "two", code=0)
        assert _ends(found) == ("one", "two")
        assert found["traffic"][0]["after"] == {"v1": 0.5, "v2": 0.5}
        assert found["rollout"] == ""

    def test_without_a_pointer_argo_cd_has_one_wave_and_prunes_first(self, tmp_path: Path) -> None:
        written(tmp_path / "one", HALF)
        written(tmp_path / "two", RETIRED)
        found = document(tmp_path, "one", "two", code=1)
        assert found["engines"]["argocd"]["safe"] is found["engines"]["flux"]["safe"] is False
        assert found["engines"]["argocd"]["steps"][0].startswith("prune ")

    def test_a_folder_needs_a_second_one(self, tmp_path: Path) -> None:
        written(tmp_path / "one", INITIAL)
        done = plan(tmp_path, "one")
        assert done.returncode == 2
        assert "one is not a stage, so none comes after it" in done.stderr


class TestRevisions:
    def test_what_the_pointer_named_and_names(self, repository: Path) -> None:
        point(repository, "canary")
        commit(repository, "canary")
        point(repository, "half")
        found = document(repository, "HEAD:", "half", code=0)
        assert _ends(found) == ("HEAD:", "half")
        assert found["traffic"][0]["before"] == {"v1": 0.9, "v2": 0.1}
        assert _ends(document(repository, "HEAD~1:", code=0)) == ("HEAD~1:", "subsets")

    def test_a_folder_as_it_was(self, repository: Path) -> None:
        replace(repository / "overlays/canary/httproute.yaml", "weight: 90", "weight: 40")
        found = document(repository, "main:overlays/canary", "overlays/canary", code=0)
        assert found["traffic"][0]["before"] == {"v1": 0.9, "v2": 0.1}
        assert found["traffic"][0]["after"] == {"v1": 0.8, "v2": 0.2}
        assert git(repository, "status", "--porcelain") == "M overlays/canary/httproute.yaml"

    def test_a_stage_by_name_as_it_was(self, repository: Path) -> None:
        replace(repository / "overlays/canary/httproute.yaml", "weight: 90", "weight: 40")
        assert document(repository, "HEAD:canary", "canary", code=0)["traffic"][0]["before"] == {"v1": 0.9, "v2": 0.1}

    def test_a_finding_in_a_revision_names_it(self, repository: Path) -> None:
        found = document(repository, "HEAD:overlays/half", "overlays/retired", code=1)
        files = {finding["file"] for finding in found["engines"]["flux"]["findings"]}
        assert "HEAD:overlays/half/httproute.yaml" in files

    def test_from_a_folder_below_the_top(self, repository: Path) -> None:
        found = document(repository / "overlays", "HEAD:canary", "half", code=0)
        assert _ends(found) == ("HEAD:canary", "half")

    def test_an_unknown_revision_is_refused(self, shipped: Path) -> None:
        done = plan(shipped, "nothing:canary", "canary")
        assert done.returncode == 2
        assert "Git knows no commit 'nothing' here" in done.stderr

    def test_a_revision_that_looks_like_an_option_is_refused(self, shipped: Path) -> None:
        done = plan(shipped, "--", "--output=x:canary", "canary")
        assert done.returncode == 2
        assert not (shipped / "x").exists()

    def test_outside_git_there_are_no_revisions(self, tmp_path: Path) -> None:
        written(tmp_path / "one", INITIAL)
        done = plan(tmp_path, "main:one", "one", GIT_CEILING_DIRECTORIES=str(tmp_path.parent))
        assert done.returncode == 2
        assert "no Git work tree" in done.stderr

    def test_a_path_outside_the_revision_is_refused(self, shipped: Path) -> None:
        done = plan(shipped, "HEAD:../../etc", "canary")
        assert done.returncode == 4


class TestMatrix:
    def test_every_ordered_pair_has_a_verdict_a_reason_and_a_safe_way(self, shipped: Path) -> None:
        found = document(shipped, "--all", code=0)
        assert not list(VALID.iter_errors(found))
        assert found["stages"] == list(STAGES)
        pairs = {(pair["from"], pair["to"]): pair for pair in found["pairs"]}
        assert len(pairs) == 72
        for one, other in pairwise(STAGES):
            assert pairs[one, other]["safe"] is True
            assert pairs[other, one]["safe"] is True
        for jump in [("initial", "routed"), ("dark", "final"), ("half", "retired"), ("final", "initial")]:
            assert pairs[jump]["safe"] is False
            assert pairs[jump]["reason"] != ""
            assert pairs[jump]["safeWay"][-1] == jump[1]
        assert pairs["half", "retired"]["engines"] == {"argocd": {"safe": True}, "flux": {"safe": False}}

    def test_a_step_forward_that_is_unsafe_is_exit_1(self, repository: Path) -> None:
        replace(repository / "overlays/half/kustomization.yaml", "  - ../../base/v1\n", "")
        assert plan(repository, "--all").returncode == 1

    def test_it_can_be_read_as_text_and_markdown(self, shipped: Path) -> None:
        text = plan(shipped, "--all", "--color", "never").stdout
        assert "half -> retired" in text
        assert "| " in plan(shipped, "--all", "-f", "markdown").stdout


def test_several_formats_are_written_at_once(shipped: Path, tmp_path: Path) -> None:
    out = tmp_path / "plan.json"
    done = plan(shipped, "canary", "half", "-f", "markdown", "-f", "json", "-o", str(out))
    assert done.returncode == 0
    assert done.stdout.startswith("<!-- gateshift-plan")
    assert json.loads(out.read_text())["to"] == "half"


def _ends(found: dict[str, str]) -> tuple[str, str]:
    return found["from"], found["to"]
