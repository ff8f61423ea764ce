"""`gateshift plan --since` on repositories that no rollout describes, and on those that come under one: every pointer
and every root is judged for itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest

from gateshift.report.plan.json import json_schema
from tests.cli.planning import commit, customers, document, git, plan, replace

VALID = jsonschema.Draft202012Validator(json_schema())

DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: web, image: "example.org/web:1"}]
"""
SERVICE = """apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  selector: {app: web}
  ports: [{name: http, port: 80}]
"""
JOB = """apiVersion: batch/v1
kind: Job
metadata: {name: migrate, namespace: shop, annotations: {argocd.argoproj.io/hook: PreSync}}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: m, image: "example.org/web:1"}]}}}
"""
APPLICATION = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: {name}, namespace: argocd}}
spec:
  project: default
  source: {{repoURL: "{url}", path: {path}, targetRevision: main}}
  destination: {{server: https://kubernetes.default.svc, namespace: shop}}
"""
KUSTOMIZATION = """apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: {name}, namespace: flux-system}}
spec:
  interval: 10m
  prune: true
  path: ./{path}
  sourceRef: {{kind: GitRepository, name: flux-system}}
"""
URL = "https://git.example.org/team/apps.git"


def write(top: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text(text)


def root(*resources: str) -> str:
    return "resources: [" + ", ".join(resources) + "]\n"


def app(folder: str) -> dict[str, str]:
    return {
        f"{folder}/kustomization.yaml": root("all.yaml", "job.yaml"),
        f"{folder}/all.yaml": f"{DEPLOYMENT}---\n{SERVICE}",
        f"{folder}/job.yaml": JOB,
    }


@pytest.fixture
def apps(tmp_path: Path) -> Path:
    """Two applications and a root that Kustomize refuses, committed on main, and a branch."""
    write(tmp_path, app("apps/one") | app("apps/two") | {"apps/broken/kustomization.yaml": root("nothing.yaml")})
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    commit(tmp_path, "Start")
    git(tmp_path, "switch", "--quiet", "--create", "topic")
    return tmp_path


def since(folder: Path, code: int) -> dict[str, Any]:
    found = document(folder, "--since", "main", code=code)
    assert not list(VALID.iter_errors(found))
    return found


def ends(found: dict[str, Any]) -> list[tuple[str | None, str]]:
    """(from, to) of each plan, without the merge base's id."""
    return [(each["from"] and each["from"].rpartition(":")[2], each["to"]) for each in found["plans"]]


def rules(found: dict[str, Any]) -> set[tuple[str, str]]:
    return {
        (finding["rule"], finding["level"])
        for each in found["plans"]
        for engine in each["engines"].values()
        for finding in engine["findings"]
    }


class TestEveryRootForItself:
    def test_a_broken_root_that_nobody_touches_costs_nothing(self, apps: Path) -> None:
        replace(apps / "apps/one/all.yaml", "replicas: 2", "replicas: 3")
        found = since(apps, 0)
        assert (ends(found), found["gaps"]) == ([("apps/one", "apps/one")], [])

    def test_a_broken_root_that_is_touched_is_a_gap_beside_the_others(self, apps: Path) -> None:
        replace(apps / "apps/one/all.yaml", "replicas: 2", "replicas: 3")
        write(apps, {"apps/broken/kustomization.yaml": root("nowhere.yaml")})
        found = since(apps, 3)
        assert ends(found) == [("apps/one", "apps/one")]
        assert [gap["root"] for gap in found["gaps"]] == ["apps/broken"]
        assert "nowhere.yaml" in found["gaps"][0]["reason"]

    def test_a_commit_that_repairs_a_root_passes(self, apps: Path) -> None:
        write(apps, {"apps/broken/nothing.yaml": DEPLOYMENT})
        found = since(apps, 0)
        assert (ends(found), found["gaps"]) == ([(None, "apps/broken")], [])
        assert "could not be built before" in found["plans"][0]["unknown"]

    def test_a_root_that_goes_is_told(self, apps: Path) -> None:
        git(apps, "rm", "-q", "-r", "apps/two")
        found = since(apps, 0)
        assert (ends(found), rules(found)) == ([("apps/two", "apps/two")], {("GS523", "warning")})

    def test_a_kustomization_at_the_top_hides_no_root(self, apps: Path) -> None:
        write(apps, {"kustomization.yaml": root("apps/one")})
        commit(apps, "A kustomization at the top")
        git(apps, "branch", "--quiet", "--force", "main")
        replace(apps / "apps/two/all.yaml", "replicas: 2", "replicas: 3")
        assert ends(since(apps, 0)) == [("apps/two", "apps/two")]

    @pytest.mark.parametrize("form", ["text", "json", "markdown", "github", "sarif"])
    def test_no_temporary_folder_is_shown(self, apps: Path, form: str) -> None:
        write(apps, {"apps/broken/kustomization.yaml": root("nowhere.yaml")})
        git(apps, "rm", "-q", "-r", "apps/two")
        done = plan(apps, "--since", "main", "-f", form)
        assert done.stdout
        assert "gateshift-" not in (done.stdout + done.stderr).replace("gateshift-plan", "")

    def test_nor_in_an_error_about_a_side(self, apps: Path) -> None:
        done = plan(apps, "HEAD:apps/broken", "apps/one")
        assert done.returncode == 1
        assert "nothing.yaml" in done.stderr
        assert "gateshift-" not in done.stderr
        assert "HEAD:apps/broken" in done.stderr

    def test_a_rollout_that_cannot_be_read_is_a_gap(self, apps: Path) -> None:
        write(apps, {"services/gateshift.yaml": "service: {"})
        replace(apps / "apps/one/all.yaml", "replicas: 2", "replicas: 3")
        found = since(apps, 3)
        assert ends(found) == [("apps/one", "apps/one")]
        assert [gap["root"] for gap in found["gaps"]] == ["services/gateshift.yaml"]


class TestPlainYaml:
    """Folders of rendered manifests, which no kustomization reads and no pointer follows."""

    @pytest.fixture
    def rendered(self, apps: Path) -> Path:
        write(apps, {"env/web/deployment.yaml": DEPLOYMENT, "env/web/service.yaml": SERVICE})
        write(apps, {"env/web/values.yaml": "replicas: 1\n", ".github/workflows/ci.yaml": f"on: push\n---\n{SERVICE}"})
        commit(apps, "Rendered")
        git(apps, "branch", "--quiet", "--force", "main")
        return apps

    def test_a_change_is_judged_by_all_that_the_folder_holds(self, rendered: Path) -> None:
        (rendered / "env/web/deployment.yaml").unlink()
        found = since(rendered, 1)
        assert ends(found) == [("env/web", "env/web")]
        assert ("GS502", "error") in rules(found)

    def test_a_harmless_change_is_told(self, rendered: Path) -> None:
        replace(rendered / "env/web/deployment.yaml", "web:1", "web:2")
        (plan_,) = since(rendered, 0)["plans"]
        assert [change["kind"] for change in plan_["changes"]] == ["Deployment"]

    def test_a_folder_that_is_gone_is_told(self, rendered: Path) -> None:
        git(rendered, "rm", "--quiet", "-r", "env")
        assert rules(since(rendered, 0)) == {("GS523", "warning")}

    @pytest.mark.parametrize("file", ["env/web/values.yaml", ".github/workflows/ci.yaml", "env/web/README.md"])
    def test_what_is_no_manifest_changes_nothing(self, rendered: Path, file: str) -> None:
        with (rendered / file).open("a") as stream:
            stream.write("# Another line.\n")
        assert since(rendered, 0)["plans"] == []


class TestPointers:
    def pointed(self, apps: Path, text: str, path: str = "apps/one", url: str = URL) -> None:
        write(apps, {"clusters/one.yaml": text.format(name="one", path=path, url=url)})
        commit(apps, "A pointer")
        git(apps, "branch", "--quiet", "--force", "main")

    def test_one_that_moves_is_judged_by_what_both_folders_build(self, apps: Path) -> None:
        self.pointed(apps, APPLICATION)
        write(apps, {"apps/two/all.yaml": DEPLOYMENT})
        replace(apps / "clusters/one.yaml", "apps/one", "apps/two")
        found = since(apps, 1)
        assert ("apps/one", "apps/two") in ends(found)
        assert ("GS501", "error") in rules(found)

    def test_one_that_moves_to_another_application_takes_the_first_away(self, apps: Path) -> None:
        self.pointed(apps, APPLICATION)
        other = f"{DEPLOYMENT}---\n{SERVICE}".replace("name: web", "name: cart").replace("app: web", "app: cart")
        write(apps, {"apps/two/all.yaml": other})
        replace(apps / "clusters/one.yaml", "apps/one", "apps/two")
        assert ("GS530", "error") in rules(since(apps, 1))

    def test_an_application_that_is_taken_out_of_its_folder_is_told(self, apps: Path) -> None:
        self.pointed(apps, APPLICATION)
        write(apps, {"apps/one/all.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: left, namespace: shop}\n"})
        assert ("GS530", "warning") in rules(since(apps, 0))

    def test_one_that_is_new_says_that_what_ran_is_not_known(self, apps: Path) -> None:
        write(apps, {"clusters/one.yaml": APPLICATION.format(name="one", path="apps/one", url=URL)})
        found = since(apps, 0)
        assert ends(found) == [(None, "apps/one")]
        told = "creates a pointer to apps/one; what ran before is not known"
        assert found["plans"][0]["unknown"] == told
        assert told in plan(apps, "--since", "main").stdout
        comment = plan(apps, "--since", "main", "-f", "markdown").stdout
        assert (told in comment, "✅" in comment) == (True, False)

    def test_one_that_names_nothing_any_more_is_an_outage_of_syncs(self, apps: Path) -> None:
        self.pointed(apps, APPLICATION)
        replace(apps / "clusters/one.yaml", "apps/one", "apps/three")
        assert rules(since(apps, 1)) == {("GS523", "error")}

    def two_clusters(self, apps: Path) -> None:
        """Two clusters follow this repository by pointers of one name."""
        write(apps, {f"clusters/{name}/apps.yaml": self.of(path) for name, path in (("a", "one"), ("b", "two"))})
        write(apps, {"apps/two/all.yaml": f"{DEPLOYMENT}---\n{SERVICE}"})
        commit(apps, "Two clusters")
        git(apps, "branch", "--quiet", "--force", "main")

    def of(self, path: str) -> str:
        return KUSTOMIZATION.format(name="apps", path=f"apps/{path}")

    @pytest.mark.parametrize("name", ["a", "b"])
    def test_each_of_one_name_is_judged_by_its_own_file(self, apps: Path, name: str) -> None:
        self.two_clusters(apps)
        write(apps, {f"clusters/{name}/apps.yaml": self.of("nowhere")})
        found = since(apps, 1)
        assert rules(found) == {("GS523", "error")}
        assert f"clusters/{name}/apps.yaml" in plan(apps, "--since", "main").stdout

    def test_files_that_are_moved_change_no_pointer(self, apps: Path) -> None:
        self.two_clusters(apps)
        git(apps, "mv", "clusters/a", "clusters/c")
        assert since(apps, 0)["plans"] == []

    def test_one_that_is_deleted_is_told(self, apps: Path) -> None:
        self.pointed(apps, APPLICATION)
        (apps / "clusters/one.yaml").unlink()
        assert rules(since(apps, 0)) == {("GS523", "warning")}

    @pytest.mark.parametrize(
        ("pointer", "deciding", "code"), [(APPLICATION, ["argocd"], 0), (KUSTOMIZATION, ["flux"], 1), ("", None, 1)]
    )
    def test_the_engine_that_follows_the_folder_decides(
        self, apps: Path, pointer: str, deciding: list[str] | None, code: int
    ) -> None:
        """A release with a migration Job that is a hook of Argo CD."""
        self.pointed(apps, pointer)
        replace(apps / "apps/one/job.yaml", "web:1", "web:2")
        (step,) = since(apps, code)["plans"]
        decides = [name for name, engine in step["engines"].items() if engine["decides"]]
        assert decides == (deciding or ["argocd", "flux"])
        assert {name: engine["safe"] for name, engine in step["engines"].items()} == {"argocd": True, "flux": False}
        direct = document(apps, "HEAD:apps/one", "apps/one", code=code)
        assert [name for name, engine in direct["engines"].items() if engine["decides"]] == decides

    def test_one_of_another_repository_follows_nothing_here(self, apps: Path) -> None:
        git(apps, "remote", "add", "origin", "git@git.example.org:team/apps.git")
        self.pointed(apps, APPLICATION, url="https://git.example.org/team/charts")
        replace(apps / "apps/one/job.yaml", "web:1", "web:2")
        (step,) = since(apps, 1)["plans"]
        assert all(engine["decides"] for engine in step["engines"].values())


class TestAdoption:
    def test_the_commit_that_moves_a_pointer_to_the_first_stage_is_judged(self, tmp_path: Path) -> None:
        """Before, the pointer names a plain folder and there is no gateshift.yaml."""
        top = customers(tmp_path / "customers")
        live = {
            "live/kustomization.yaml": root("../base/v1", "../base"),
            "apps/customers.yaml": APPLICATION.format(
                name="shop", path="live", url="https://github.com/gateshift/gateshift"
            ),
        }
        write(top, live)
        git(top, "rm", "-q", "-r", "gateshift.yaml", "sync", "overlays")
        commit(top, "As it was")
        git(top, "switch", "--quiet", "--create", "topic")
        git(top, "checkout", "--quiet", "HEAD~1", "--", "gateshift.yaml", "overlays")
        replace(top / "apps/customers.yaml", "path: live", "path: overlays/retired")
        found = since(top, 1)
        assert ("live", "retired") in ends(found)
        assert found["plans"][0]["live"] is True
        assert found["plans"][0]["safe"] is False


LEFT_OUT = {
    "apps/chart/kustomization.yaml": """resources: [web.yaml, "github.com/org/base?ref=v1"]
helmCharts:
- {name: podinfo, repo: "https://charts.example.org", version: 1.0.0, valuesFile: values.yaml}
""",
    "apps/chart/web.yaml": SERVICE,
    "apps/chart/values.yaml": "replicas: 1\n",
    "apps/chart/charts/podinfo/Chart.yaml": "name: podinfo\n",
    "apps/release/kustomization.yaml": root("release.yaml"),
    "apps/release/release.yaml": """apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: web, namespace: shop}
spec:
  interval: 10m
  chart: {spec: {chart: web, version: 1.0.0, sourceRef: {kind: HelmRepository, name: org}}}
""",
}


class TestLeftOut:
    """Charts and remote entries are not built, so a change of theirs is a change that no verdict speaks of."""

    @pytest.fixture
    def charted(self, apps: Path) -> Path:
        write(apps, LEFT_OUT)
        commit(apps, "Charts")
        git(apps, "branch", "--quiet", "--force", "main")
        return apps

    @pytest.mark.parametrize(
        ("file", "before", "after", "told"),
        [
            (
                "chart/kustomization.yaml",
                "ref=v1",
                "ref=v2",
                "github.com/org/base?ref=v1 becomes github.com/org/base?ref=v2",
            ),
            ("chart/kustomization.yaml", "1.0.0", "1.1.0", "the chart podinfo 1.0.0 becomes the chart podinfo 1.1.0"),
            (
                "chart/kustomization.yaml",
                "valuesFile: values.yaml",
                "valuesInline: {a: b}",
                "the chart podinfo 1.0.0 changes",
            ),
            ("chart/kustomization.yaml", ', "github.com/org/base?ref=v1"', "", "github.com/org/base?ref=v1 goes"),
            ("chart/values.yaml", "1", "2", "the chart podinfo 1.0.0 changes"),
            ("chart/charts/podinfo/Chart.yaml", "podinfo", "other", "the chart podinfo 1.0.0 changes"),
            ("release/release.yaml", "1.0.0", "1.1.0", "HelmRelease shop/web changes"),
        ],
    )
    def test_what_changes_is_told(self, charted: Path, file: str, before: str, after: str, told: str) -> None:
        replace(charted / "apps" / file, before, after)
        (note,) = since(charted, 0)["notes"]
        assert note.startswith(f"apps/{file.partition('/')[0]}: {told}, and what ")
        assert told in " ".join(plan(charted, "--since", "main").stdout.split())

    def test_the_comment_does_not_call_it_unchanged(self, charted: Path) -> None:
        replace(charted / "apps/chart/values.yaml", "1", "2")
        comment = plan(charted, "--since", "main", "-f", "markdown").stdout
        assert "## What changes was not looked at" in comment
        assert "podinfo" in comment

    @pytest.mark.parametrize(
        ("file", "before", "after"),
        [
            ("chart/kustomization.yaml", "resources:", "# Nothing.\nresources:"),
            ("chart/values.yaml.md", "", "notes"),
            ("chart/web.yaml", "kind: Service", "kind: Service # Still."),
            ("release/release.yaml", "interval: 10m", "interval: 10m # Still."),
        ],
    )
    def test_what_stays_is_not_told(self, charted: Path, file: str, before: str, after: str) -> None:
        if before:
            replace(charted / "apps" / file, before, after)
        else:
            write(charted, {f"apps/{file}": after})
        assert since(charted, 0)["notes"] == []
        assert "## Traffic stays as it is" in plan(charted, "--since", "main", "-f", "markdown").stdout
