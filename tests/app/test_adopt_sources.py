"""What `gateshift adopt` takes for manifests, and what it says where there are none to read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.adopting import adoption, gateshift, work_tree
from tests.app.running_shapes import deployment, service
from tests.app.test_adopt import write_set

SHOP = deployment("shop", "app=shop") + service("shop", "app=shop")
TEMPLATE = "apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Values.name }}\n{{- if .Values.port }}\nspec: {}\n"
CHART = f"""\
=== charts/shop/Chart.yaml
apiVersion: v2
name: shop
version: 0.1.0
=== charts/shop/values.yaml
port: 80
=== charts/shop/templates/service.yaml
{TEMPLATE}"""
RELEASE = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: shop, namespace: store}
spec: {interval: 5m, chart: {spec: {chart: shop, sourceRef: {kind: HelmRepository, name: shop}}}}
"""
APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop, namespace: argocd}
spec:
  source: {repoURL: https://example.com/team/store, targetRevision: main, path: app}
  destination: {server: https://kubernetes.default.svc, namespace: store}
"""
KUSTOMIZATION = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: shop, namespace: flux-system}
spec: {path: ./app, prune: true, interval: 1m, sourceRef: {kind: GitRepository, name: store}}
"""
CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: more}\n"
BELOW = f"=== app/more/kustomization.yaml\nresources: [more.yaml]\n=== app/more/more.yaml\n{CONFIG}"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return work_tree(tmp_path)


def refusal(top: Path, path: str) -> str:
    done = gateshift(top, "adopt", path)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert not (top / "gateshift").exists()
    return done.stderr


def live_files(top: Path, path: str) -> set[str]:
    """The names of the plain files that are copied."""
    adoption(top, path)
    live = top / "gateshift" / "shop" / "base" / "live"
    return {file.name for file in live.iterdir()} - {"kustomization.yaml"}


def test_a_chart_beside_the_manifests_is_none_of_them(repository: Path) -> None:
    write_set(repository, f"=== k8s/app.yaml\n{SHOP}=== .github/workflows/ci.yaml\non: push\n{CHART}")

    assert live_files(repository, ".") == {"app.yaml"}


def test_a_chart_alone_has_to_be_rendered(repository: Path) -> None:
    write_set(repository, CHART)

    assert "helm template NAME CHART > rendered.yaml" in refusal(repository, "charts/shop")


@pytest.mark.parametrize("listed", ["=== b/kustomization.yaml\nresources: [release.yaml]\n", ""])
def test_a_release_only_names_what_runs(repository: Path, listed: str) -> None:
    write_set(repository, f"{listed}=== b/release.yaml\n{RELEASE}")

    said = refusal(repository, "b")

    assert "HelmRelease store/shop only names what Flux applies" in said
    assert "helm template" in said


def test_a_release_beside_what_runs_is_carried_along(repository: Path) -> None:
    write_set(repository, f"=== b/release.yaml\n{RELEASE}=== b/app.yaml\n{SHOP}")

    assert live_files(repository, "b") == {"app.yaml", "release.yaml"}


@pytest.mark.parametrize(
    ("entry", "command"),
    [
        ("resources: ['https://github.com/team/shop//deploy?ref=1.0']", "kustomize build c > rendered.yaml"),
        ("helmCharts: [{name: shop, repo: https://example.com, version: 1.0.0}]", "kustomize build --enable-helm c"),
    ],
)
def test_what_is_fetched_or_rendered_has_to_be_written_down(repository: Path, entry: str, command: str) -> None:
    write_set(repository, f"=== c/kustomization.yaml\n{entry}\n")

    said = refusal(repository, "c")

    assert "c/kustomization.yaml:1: what runs comes from" in said
    assert command in said


def test_argo_cd_does_not_go_into_a_directory_below(repository: Path) -> None:
    write_set(repository, f"=== app/app.yaml\n{SHOP}{BELOW}=== argocd.yaml\n{APPLICATION}")

    assert live_files(repository, "app") == {"app.yaml"}


def test_what_flux_generates_has_to_be_written_down_where_it_builds_on_another(repository: Path) -> None:
    write_set(repository, f"=== app/app.yaml\n{SHOP}{BELOW}=== flux.yaml\n{KUSTOMIZATION}")

    assert "kustomize create --autodetect --recursive" in refusal(repository, "app")


def test_flux_applies_the_files_that_are_not_named_too(repository: Path) -> None:
    write_set(repository, f"=== app/app.yaml\n{SHOP}=== app/more.yaml\n{CONFIG}=== flux.yaml\n{KUSTOMIZATION}")

    assert live_files(repository, "app/app.yaml") == {"app.yaml", "more.yaml"}


def test_one_file_that_nothing_follows_is_adopted_alone(repository: Path) -> None:
    write_set(repository, f"=== app/app.yaml\n{SHOP}=== app/more.yaml\n{CONFIG}")

    assert live_files(repository, "app/app.yaml") == {"app.yaml"}


def test_a_file_that_cannot_be_read_is_told_once(repository: Path) -> None:
    write_set(repository, f"=== app/app.yaml\n{SHOP}=== app/bad.yaml\napiVersion: v1\nkind: [Service\nmetadata: 1\n")

    assert refusal(repository, "app").count("bad.yaml:") == 1
