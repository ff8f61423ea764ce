"""The CRDs of other projects: installed from their Go modules by a pinned sum, and used like any other schema."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from msgspec.structs import replace

from gateshift.errors import NoVerdict
from gateshift.model.rollout import SchemaChoice
from gateshift.schemas import Schemas, open_schemas
from gateshift.schemas.install import install_crds
from gateshift.schemas.kubeconform import check
from gateshift.schemas.layout import installed_versions
from gateshift.tools.go_modules import h1
from gateshift.tools.install_options import InstallOptions
from gateshift.tools.lock import Lock, PinnedCrds, pinned
from gateshift.tools.program import Program
from gateshift.yamldoc import load_all
from gateshift.yamldoc.data import FieldPath, JsonObject
from tests.schemas.test_own import CRD
from tests.tools.publishing import zip_of

MODULE = "example.org/things"
THINGS = PinnedCrds(
    "things", "Things", "2.1.0", MODULE, "v9.1.2", "deploy/crds/", frozenset({"example.org/Thing"}), False
)

KUSTOMIZATION = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec:
  interval: 10m
  path: ./apps
  prune: true
  sourceRef: {kind: GitRepository, name: flux-system}
"""
APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: apps, namespace: argocd}
spec:
  project: default
  source: {repoURL: https://example.org/r.git, path: apps, targetRevision: main}
  destination: {server: https://kubernetes.default.svc, namespace: apps}
  syncPolicy: {automated: {prune: true}}
"""
RELEASE = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: web, namespace: apps}
spec:
  interval: 10m
  chart: {spec: {chart: web, sourceRef: {kind: HelmRepository, name: charts}}}
"""


def published(folder: Path, monkeypatch: pytest.MonkeyPatch, *crds: str) -> Lock:
    """The pins of a module with these CRDs, which a proxy serves to a machine without Go."""
    files = {f"{MODULE}@v9.1.2/deploy/crds/{number}.yaml": text.encode() for number, text in enumerate(crds)}
    content = zip_of({**files, f"{MODULE}@v9.1.2/go.mod": b"module example.org/things\n"})
    file = folder / "proxy" / MODULE / "@v" / "v9.1.2.zip"
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    monkeypatch.setenv("GOPROXY", (folder / "proxy").as_uri())
    monkeypatch.setenv("GATESHIFT_GO", "none")
    monkeypatch.setenv("GATESHIFT_CACHE", str(folder / "cache"))
    with zipfile.ZipFile(file) as archive:
        return replace(pinned(), crds=(THINGS,), modules=((f"{MODULE}@v9.1.2", h1(archive)),))


def test_the_crds_among_a_project_s_files_are_installed_as_its_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = published(tmp_path, monkeypatch, CRD % ("example.org", "Thing"), "kind: Deployment\n")
    said: list[str] = []
    assert install_crds("things", InstallOptions(lock=lock, say=said.append)) == "2.1.0"
    assert (installed_versions("things"), said) == (["2.1.0"], ["fetching the CRDs of Things 2.1.0"])
    monkeypatch.setenv("GOPROXY", "off")
    assert install_crds("things", InstallOptions(offline=True, lock=lock)) == "2.1.0"


def test_a_module_without_crds_installs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = published(tmp_path, monkeypatch, "kind: Deployment\n")
    with pytest.raises(NoVerdict, match="no CRDs in deploy/crds/"):
        install_crds("things", InstallOptions(lock=lock))
    assert installed_versions("things") == []


def test_a_module_with_another_sum_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = published(tmp_path, monkeypatch, CRD % ("example.org", "Thing"))
    with pytest.raises(NoVerdict, match="not the pinned"):
        install_crds("things", InstallOptions(lock=replace(lock, modules=((f"{MODULE}@v9.1.2", "h1:other"),))))
    assert installed_versions("things") == []


def test_what_is_missing_offline_is_said_with_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATESHIFT_CACHE", str(tmp_path))
    with pytest.raises(NoVerdict, match="CRDs of cert-manager") as caught:
        install_crds("cert-manager", InstallOptions(offline=True))
    assert "gateshift tools install --crds-of cert-manager" in caught.value.next_step


def test_each_pinned_kind_is_known_by_its_release_and_each_other_by_the_way_to_get_it(schemas: Schemas) -> None:
    for pins in pinned().crds:
        for group, _, kind in (name.rpartition("/") for name in pins.kinds):
            known = schemas.release_of(group, kind), schemas.installable(group, kind)
            assert known in ((pins.release, ""), ("", pins.name))
            assert known[0] or not pins.default
    assert (schemas.release_of("apps", "Deployment"), schemas.installable("apps", "Deployment")) == ("", "")
    assert schemas.installable("example.org", "Thing") == ""


def test_one_s_own_crd_goes_before_a_project_s(tmp_path: Path) -> None:
    (tmp_path / "crd.yaml").write_text(CRD % ("argoproj.io", "Application"))
    opened = open_schemas(SchemaChoice(), [tmp_path / "crd.yaml"])
    assert opened.release_of("argoproj.io", "Application") == ""
    assert opened.served("argoproj.io", "Application") == ("v1",)


@pytest.mark.parametrize(
    ("text", "old", "new", "faults"),
    [
        (KUSTOMIZATION, "", "", []),
        (KUSTOMIZATION, "  prune:", "  wait: 'yes'\n  prune:", [("spec", "wait")]),
        (KUSTOMIZATION, "  path:", "  pach: ./apps\n  path:", [("spec", "pach")]),
        (KUSTOMIZATION, "kind: GitRepository", "kind: HelmRepository", [("spec", "sourceRef", "kind")]),
        (RELEASE, "", "", []),
        (RELEASE, "interval: 10m", "interval: 10", [("spec", "interval")]),
        (RELEASE, "  chart:", "  valuesFrm: []\n  chart:", [("spec", "valuesFrm")]),
        (APPLICATION, "", "", []),
        (APPLICATION, "path: apps", "path: apps, pach: apps", [("spec", "source", "pach")]),
        (APPLICATION, "prune: true", "prune: 'yes'", [("spec", "syncPolicy", "automated", "prune")]),
        (APPLICATION, "  project: default\n", "", [("spec",)]),
    ],
)
def test_an_engine_s_own_object_is_checked_by_the_engine_s_schema(
    text: str, old: str, new: str, faults: list[FieldPath], schemas: Schemas, kubeconform: Program
) -> None:
    objects: list[JsonObject] = [one for one in load_all(text.replace(old, new, 1)) if isinstance(one, dict)]
    (verdict,) = check(objects, schemas, kubeconform, timeout=60)
    assert [fault.pointer for fault in verdict.faults] == faults
