"""A gateshift.yaml without a `service`: what is left out, levels, ignores, and what does nothing of that."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.planning import commit, document, git, plan
from tests.cli.test_validate import gateshift, report
from tests.repositories import write

GOOD = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: shop}\n"
REPOSITORY = f"""
=== apps/shop/kustomization.yaml
resources: [config.yaml]
=== apps/shop/config.yaml
{GOOD}dat: {{}}
=== vendor/chart/kustomization.yaml
resources: [nowhere.yaml]
=== vendor/plain.yaml
{GOOD}dat: {{}}
"""
IGNORE = "ignore: [{rule: GS206, reason: our own webhook reads it, until: 2999-12-31%s}]\n"


def repository(top: Path, settings: str, more: str = "") -> Path:
    write(top, REPOSITORY + more)
    (top / "gateshift.yaml").write_text(settings)
    return top


def told(top: Path, *words: str, code: int) -> set[tuple[str, str, str]]:
    found = report(top, *(words or (".",)), code=code)["findings"]
    return {(finding["rule"], finding["level"], finding["file"]) for finding in found if finding["level"] != "note"}


SHOP = ("GS206", "error", "apps/shop/config.yaml")


def test_what_is_excluded_is_left_out_and_counted(tmp_path: Path) -> None:
    top = repository(tmp_path, "exclude: [vendor]\n")
    assert told(top, code=1) == {SHOP}
    coverage = report(top, ".", code=1)["coverage"]
    assert (coverage["kustomizations"], coverage["excluded"]) == (1, 2)
    assert "2 files excluded by settings" in gateshift(top, ".").stdout


def test_nothing_is_excluded_that_is_not_named(tmp_path: Path) -> None:
    top = repository(tmp_path, "exclude: ['vendor/*.txt']\n")
    assert {rule for rule, _, _ in told(top, code=1)} == {"GS191", "GS206", "GS105"}


def test_a_base_that_only_an_excluded_root_uses_is_a_root_of_its_own(tmp_path: Path) -> None:
    more = "=== old/kustomization.yaml\nresources: [../base]\n=== base/kustomization.yaml\nresources: [a.yaml]\n"
    more += f"=== base/a.yaml\n{GOOD}dat: {{}}\n"
    top = repository(tmp_path, "exclude: [vendor, old]\n", more)
    assert told(top, code=1) == {SHOP, ("GS206", "error", "base/a.yaml")}


def test_a_path_that_is_named_is_looked_at_all_the_same(tmp_path: Path) -> None:
    top = repository(tmp_path, "exclude: [vendor]\n")
    assert {rule for rule, _, _ in told(top, "vendor/chart", code=1)} == {"GS105"}


def test_a_changed_file_that_is_excluded_is_counted_and_nothing_else(tmp_path: Path) -> None:
    top = repository(tmp_path, "exclude: [vendor]\n")
    found = report(top, "--affected-by", "vendor/plain.yaml", code=0)
    assert (found["findings"], found["coverage"]["excluded"]) == ([], 1)


@pytest.mark.parametrize(
    ("filters", "silenced"),
    [
        ("", True),
        (", kind: ConfigMap, name: settings", True),
        (", path: apps", True),
        (", path: 'apps/*/config.yaml'", True),
        (", kind: Secret", False),
        (", name: other", False),
        (", path: apps/shop/other.yaml", False),
    ],
)
def test_an_ignore_means_what_it_names(tmp_path: Path, filters: str, *, silenced: bool) -> None:
    top = repository(tmp_path, "exclude: [vendor]\n" + IGNORE % filters)
    unused = ("GS191", "warning", "gateshift.yaml")
    assert told(top, code=0 if silenced else 1) == (set() if silenced else {SHOP, unused})


def test_an_ignore_of_which_a_part_was_looked_at_is_not_called_unused(tmp_path: Path) -> None:
    top = repository(tmp_path, "exclude: [vendor]\n" + IGNORE % ", path: elsewhere")
    assert told(top, "apps", code=1) == {SHOP}


def test_a_level_is_another_one_and_the_nearest_counts(tmp_path: Path) -> None:
    top = repository(tmp_path, "exclude: [vendor]\nlevels: [{rule: GS206, level: warning, path: apps}]\n")
    assert told(top, code=0) == {("GS206", "warning", "apps/shop/config.yaml")}
    (top / "apps/gateshift.yaml").write_text("levels: [{rule: GS206, level: error}]\n")
    assert told(top, code=1) == {SHOP, ("GS191", "warning", "gateshift.yaml")}


def test_a_level_holds_until_its_day(tmp_path: Path) -> None:
    level = "exclude: [vendor]\nlevels: [{rule: GS206, level: note, reason: till spring, until: %s}]\n"
    top = repository(tmp_path, level % "2999-12-31")
    assert told(top, code=0) == set()
    (top / "gateshift.yaml").write_text(level % "2020-02-02")
    assert told(top, code=1) == {SHOP, ("GS192", "warning", "gateshift.yaml")}


def test_schemas_and_crds_are_those_that_settings_name(tmp_path: Path) -> None:
    crd = """\
    apiVersion: apiextensions.k8s.io/v1
    kind: CustomResourceDefinition
    metadata: {name: things.example.org}
    spec:
      group: example.org
      scope: Namespaced
      names: {kind: Thing}
      versions:
        - name: v1
          served: true
          storage: true
          schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object}}}}
    """
    thing = "=== things/a.yaml\napiVersion: example.org/v1\nkind: Thing\nmetadata: {name: a, namespace: b}\nspecc: {}\n"
    top = repository(tmp_path, "exclude: [vendor, crds, apps]\nschemas: {crds: [crds]}\n", thing)
    (top / "crds").mkdir()
    (top / "crds/thing.yaml").write_text("\n".join(line[4:] for line in crd.splitlines()))
    assert told(top, code=1) == {("GS206", "error", "things/a.yaml")}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("exclude: vendor\n", "gateshift.yaml:1:10: exclude: expected a list of paths"),
        ("exclude: [../up]\n", "gateshift.yaml:1:11: exclude[0]"),
        ("excludes: [a]\n", "gateshift.yaml:1:1: unknown key `excludes`"),
        ("levels: [{rule: GS502, level: note}]\n", "levels[0].rule: expected the id of a rule that `validate` has"),
        ("ignore: [{rule: GS206, until: 2026-02-30, reason: it is}]\n", "there is no such day as 2026-02-30"),
    ],
)
def test_a_mistake_is_told_at_its_place(tmp_path: Path, text: str, said: str) -> None:
    done = gateshift(repository(tmp_path, text), ".")
    assert (done.returncode, "service" in done.stderr) == (2, False)
    assert said in done.stderr


def test_a_rollout_without_its_service_is_a_rollout_with_a_mistake(tmp_path: Path) -> None:
    done = gateshift(repository(tmp_path, "exclude: [a]\nstages: []\n"))
    assert (done.returncode, "`service` is missing" in done.stderr) == (2, True)


class TestSince:
    @pytest.fixture
    def branch(self, tmp_path: Path) -> Path:
        """A repository with settings; a branch without a change so far."""
        top = repository(tmp_path, "exclude: [vendor]\n")
        (top / ".git/HEAD").unlink()
        git(top, "init", "--quiet", "--initial-branch=main")
        commit(top, "Start")
        git(top, "switch", "--quiet", "--create", "topic")
        return top

    def with_web(self, branch: Path) -> None:
        """The application, as main has it."""
        write(branch, WEB)
        git(branch, "symbolic-ref", "HEAD", "refs/heads/topic")
        commit(branch, "An application")
        git(branch, "branch", "--force", "main")

    def suppressed(self, found: dict[str, Any]) -> list[str]:
        return [each["what"] for each in found["suppressed_by_this_change"]]

    def test_what_the_change_excludes_is_looked_at_and_listed(self, branch: Path) -> None:
        (branch / "gateshift.yaml").write_text("exclude: [vendor, apps]\nlevels: [{rule: GS206, level: note}]\n")
        found = report(branch, ".", "--since", "main", code=1)
        assert {finding["rule"] for finding in found["findings"] if finding["level"] == "error"} == {"GS206"}
        assert self.suppressed(found) == ["`exclude` has apps", "GS206 gets the level note"]

    def test_what_it_excluded_before_stays_out(self, branch: Path) -> None:
        (branch / "gateshift.yaml").write_text("# The vendor's own.\nexclude: [vendor]\n")
        found = report(branch, ".", "--since", "main", code=1)
        assert {finding["file"] for finding in found["findings"]} == {"apps/shop/config.yaml"}
        assert self.suppressed(found) == []

    def test_an_unsynced_root_is_shown_and_decides_nothing(self, branch: Path) -> None:
        self.with_web(branch)
        (branch / "web/kustomization.yaml").write_text("resources: [service.yaml]\n")
        assert document(branch, "--since", "main", code=1)["plans"][0]["live"] is True
        (branch / "gateshift.yaml").write_text("exclude: [vendor]\nunsynced: [web]\n")
        assert self.suppressed(document(branch, "--since", "main", code=1)) == ["`unsynced` has web"]
        git(branch, "stash", "--quiet", "--", "web")
        commit(branch, "Settings")
        git(branch, "branch", "--force", "main")
        git(branch, "stash", "pop", "--quiet")
        assert document(branch, "--since", "main", code=0)["plans"][0]["live"] is False

    def test_an_ignored_transition_that_was_ignored_before_decides_nothing(self, branch: Path) -> None:
        entry = "exclude: [vendor]\nignore: [{rule: GS502, reason: nobody calls it, until: 2999-12-31, path: web}]\n"
        (branch / "gateshift.yaml").write_text(entry)
        self.with_web(branch)
        (branch / "web/kustomization.yaml").write_text("resources: [service.yaml]\n")
        assert document(branch, "--since", "main", code=0)["safe"] is True
        (branch / "gateshift.yaml").write_text("exclude: [vendor]\n")
        assert plan(branch, "--since", "main").returncode == 1


WEB = """
=== web/kustomization.yaml
resources: [service.yaml, deployment.yaml]
=== web/service.yaml
apiVersion: v1
kind: Service
metadata: {name: web, namespace: web}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
=== web/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "example.org/web:1", ports: [{containerPort: 8080}]}]}
"""
