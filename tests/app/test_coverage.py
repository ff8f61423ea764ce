"""What a validation looks at, and what it says of what it does not look at."""

from __future__ import annotations

import subprocess
from datetime import date
from pathlib import Path

import pytest

from gateshift.app.shared.tool_choices import Choices
from gateshift.app.validate.scope import ValidationScope
from gateshift.app.validate.validate import validate
from gateshift.errors import Exit, UserError
from gateshift.model.finding import Level
from gateshift.model.report import ValidationReport
from gateshift.report.findings.text import coverage_line
from tests.repositories import write

MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\ndata: {port: %s}\n"
SOUND, BROKEN = '"8080"', "8080"


def config_map(name: str, *, port: str = SOUND) -> str:
    return MAP % (name, port)


def report(*paths: Path, affected: bool = False) -> ValidationReport:
    return validate(ValidationScope(paths, affected=affected), Choices(), date(2026, 1, 1))


def errors(outcome: ValidationReport) -> list[str]:
    """The files with an error."""
    return sorted(Path(each.place.file).name for each in outcome.findings if each.level is Level.ERROR)


def paths(outcome: ValidationReport) -> list[str]:
    return sorted(Path(root.path).name for root in outcome.roots)


def test_a_kustomization_at_the_top_hides_no_root_below_it(tmp_path: Path) -> None:
    top = write(
        tmp_path,
        f"""
=== kustomization.yaml
resources: [top.yaml]
=== top.yaml
{config_map("top")}
=== overlays/prod/kustomization.yaml
resources: [broken.yaml]
=== overlays/prod/broken.yaml
{config_map("a", port=BROKEN)}
""",
    )
    assert errors(report(top)) == ["broken.yaml"]
    assert errors(report(top / "overlays/prod/broken.yaml", affected=True)) == ["broken.yaml"]


AGGREGATOR = f"""
=== kustomization.yaml
resources: [one, two, missing.yaml]
=== one/kustomization.yaml
resources: [broken.yaml]
=== one/broken.yaml
{config_map("a", port=BROKEN)}
=== two/kustomization.yaml
resources: [sound.yaml]
=== two/sound.yaml
{config_map("b")}
"""


def test_the_bases_of_a_refused_root_are_checked_by_themselves(tmp_path: Path) -> None:
    outcome = report(write(tmp_path, AGGREGATOR))
    assert errors(outcome) == ["broken.yaml", "kustomization.yaml"]
    assert paths(outcome) == sorted([tmp_path.name, "one", "two"])
    assert coverage_line(outcome.coverage) == "3 kustomizations: 2 checked, 1 refused (fault 1)"


def test_the_bases_of_a_root_that_is_built_are_no_roots(tmp_path: Path) -> None:
    top = write(tmp_path, AGGREGATOR)
    (top / "missing.yaml").write_text(config_map("c"))
    outcome = report(top)
    assert paths(outcome) == [tmp_path.name]
    assert coverage_line(outcome.coverage) == "3 kustomizations: 3 checked"


def test_yaml_that_no_kustomization_reads_is_checked_a_folder_at_a_time(tmp_path: Path) -> None:
    top = write(
        tmp_path,
        f"""
=== app/kustomization.yaml
resources: [read.yaml]
=== app/read.yaml
{config_map("read")}
=== jobs/broken.yaml
{config_map("a", port=BROKEN)}
=== jobs/sound.yaml
{config_map("b")}
=== jobs/deeper/c.yaml
{config_map("c")}
""",
    )
    outcome = report(top)
    assert paths(outcome) == ["app", "deeper", "jobs"]
    assert errors(outcome) == ["broken.yaml"]
    assert (outcome.coverage.files, outcome.coverage.folders) == (3, 2)
    assert errors(report(top / "jobs/broken.yaml", affected=True)) == ["broken.yaml"]
    assert paths(report(top / "jobs/deeper/c.yaml", affected=True)) == ["deeper"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("values.yaml", "kind: Deployment\nmetadata: {}\n"),
        ("templates/deployment.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\n"),
        ("templates/plain.yaml", config_map("a", port=BROKEN)),
        ("charts/sub/x.yaml", config_map("a", port=BROKEN)),
    ],
)
def test_what_a_chart_holds_is_no_manifest(tmp_path: Path, name: str, text: str) -> None:
    top = write(tmp_path, f"=== app/a.yaml\n{config_map('a')}\n=== chart/Chart.yaml\nname: x\n=== chart/{name}\n{text}")
    outcome = report(top)
    assert outcome.findings == ()
    assert outcome.coverage.not_manifests == 2


def test_the_crds_of_a_chart_are_manifests(tmp_path: Path) -> None:
    top = write(tmp_path, f"=== chart/Chart.yaml\nname: x\n=== chart/crds/a.yaml\n{config_map('a', port=BROKEN)}")
    assert errors(report(top)) == ["a.yaml"]


@pytest.mark.parametrize(
    "text",
    [
        "on: push\njobs: {}\n",
        "apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\nnodes: []\n",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ name }}\n",
        "services: {web: {image: a}}\n",
        "- a\n",
        "",
    ],
)
def test_a_file_without_an_object_is_counted_and_not_judged(tmp_path: Path, text: str) -> None:
    top = write(tmp_path, f"=== app/a.yaml\n{config_map('a')}\n=== .github/workflows/ci.yaml\n{text}\n")
    outcome = report(top)
    assert outcome.findings == ()
    assert coverage_line(outcome.coverage) == "1 folder of plain YAML; 1 file without a manifest"


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n data: {}\n",
        "apiVerson: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
        "apiVersion: v1\nmetadata: {name: a}\n",
    ],
)
def test_a_broken_manifest_is_still_meant_as_one(tmp_path: Path, text: str) -> None:
    assert errors(report(write(tmp_path, f"=== jobs/broken.yaml\n{text}"))) == ["broken.yaml"]


def test_each_yaml_file_named_is_a_root_of_its_own(tmp_path: Path) -> None:
    top = write(tmp_path, f"=== a.yaml\n{config_map('a')}\n=== b.yaml\n{config_map('b')}\n")
    assert paths(report(top / "a.yaml", top / "b.yaml")) == ["a.yaml", "b.yaml"]


def test_a_repository_without_a_manifest_is_exit_code_4(tmp_path: Path) -> None:
    top = write(tmp_path, "=== values.yaml\nreplicas: 2\n=== ci/build.yaml\non: push\n")
    with pytest.raises(UserError, match="2 YAML files of another kind") as caught:
        report(top)
    assert caught.value.exit_code is Exit.NOTHING_FOUND


def test_changed_files_that_are_no_manifests_are_counted_and_no_error(tmp_path: Path) -> None:
    top = write(tmp_path, f"=== values.yaml\nreplicas: 2\n=== README.md\nx\n=== app/a.yaml\n{config_map('a')}")
    outcome = report(top / "values.yaml", top / "README.md", affected=True)
    assert (outcome.roots, outcome.findings) == ((), ())
    assert coverage_line(outcome.coverage) == "2 files without a manifest"


def committed(top: Path) -> Path:
    (top / ".git/HEAD").unlink()
    (top / ".git").rmdir()
    for words in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "-m", "first"]):
        identity = ["-c", "user.name=Test", "-c", "user.email=test@example.org"]
        subprocess.run(["git", "-C", str(top), *identity, *words], check=True)
    return top


@pytest.mark.parametrize("again", [False, True])
def test_a_deleted_file_reaches_the_roots_that_read_it_before(tmp_path: Path, *, again: bool) -> None:
    top = write(
        tmp_path,
        f"""
=== app/kustomization.yaml
resources: [base/a.yaml, base/b.yaml]
=== app/base/a.yaml
{config_map("a")}
=== app/base/b.yaml
{config_map("b")}
=== other/kustomization.yaml
resources: [c.yaml]
=== other/c.yaml
{config_map("c")}
=== plain/d.yaml
{config_map("d")}
=== plain/e.yaml
{config_map("e")}
""",
    )
    committed(top)
    (top / "app/kustomization.yaml").write_text("resources: [base/b.yaml]\n")
    for name in ("app/base/a.yaml", "plain/d.yaml"):
        (top / name).unlink()
    if again:
        subprocess.run(["git", "-C", str(top), "add", "--all"], check=True)
        commit = ["-c", "user.name=T", "-c", "user.email=t@example.org", "commit", "--quiet", "-m", "second"]
        subprocess.run(["git", "-C", str(top), *commit], check=True)
    assert paths(report(top / "app/base/a.yaml", affected=True)) == ["app"]
    assert paths(report(top / "plain/d.yaml", affected=True)) == ["plain"]


def test_a_flux_kustomization_saved_as_a_kustomization_is_to_be_renamed(tmp_path: Path) -> None:
    flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a, namespace: b}\n"
    top = write(tmp_path, f"=== apps/kustomization.yaml\n{flux}")
    (finding,) = [finding for finding in report(top).findings if finding.level is Level.ERROR]
    assert finding.help.startswith("Rename it")


def test_a_flux_kustomization_that_another_lists_as_a_file_may_be_called_so(tmp_path: Path) -> None:
    flux = (
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a, namespace: b}\n"
        "spec: {interval: 1m, path: ./x, prune: true, sourceRef: {kind: GitRepository, name: c}}\n"
    )
    listing = "=== kustomization.yaml\nresources: [apps/kustomization.yaml]\n"
    top = write(tmp_path, f"{listing}=== apps/kustomization.yaml\n{flux}")
    assert errors(report(top)) == []
