"""References that Kustomize leaves behind, and selectors that it makes equal: with the real Kustomize."""

from __future__ import annotations

from pathlib import Path

from gateshift.model.finding import Finding, Level
from gateshift.schemas import Schemas
from tests.checks.example_roots import findings_of
from tests.checks.manifests import (
    API,
    BASE,
    SPLIT,
    VERSIONS,
    deployment,
    gateway,
    grant,
    listener,
    obj,
    route,
    rule,
    to,
)

TOP = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [shop.yaml]\n"


def built(folder: Path, schemas: Schemas, kustomization: str, *objects: str) -> list[Finding]:
    (folder / "kustomization.yaml").write_text(TOP + kustomization)
    (folder / "shop.yaml").write_text("\n---\n".join(objects))
    return [finding for finding in findings_of(folder, schemas) if finding.level is not Level.NOTE]


def test_a_prefix_leaves_backends_mirrors_and_parents_behind(tmp_path: Path, schemas: Schemas) -> None:
    mirror = {"type": "RequestMirror", "requestMirror": {"backendRef": to()}}
    parents = [{"group": "", "kind": "Service", "name": "shop"}, {"name": "public", "namespace": "infra"}]
    found = built(
        tmp_path, schemas, "namePrefix: blue-\n", *BASE, gateway(), route(rule(to(), filters=[mirror]), parents=parents)
    )
    assert {finding.rule for finding in found} == {"GS303"}
    assert sorted(finding.message.partition(" names ")[2] for finding in found) == [
        "Gateway public, which namePrefix or nameSuffix changed to Gateway infra/blue-public",
        "Service shop, which namePrefix or nameSuffix changed to Service shop/blue-shop",
        "Service shop, which namePrefix or nameSuffix changed to Service shop/blue-shop",
        "Service shop, which namePrefix or nameSuffix changed to Service shop/blue-shop",
    ]
    assert sorted(finding.level.value for finding in found) == ["error", "error", "error", "warning"]


def test_a_suffix_of_a_base_counts_as_well(tmp_path: Path, schemas: Schemas) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "kustomization.yaml").write_text(TOP + "nameSuffix: -blue\n")
    (tmp_path / "base" / "shop.yaml").write_text("\n---\n".join(BASE))
    (tmp_path / "shop.yaml").write_text(route())
    (tmp_path / "kustomization.yaml").write_text(TOP.replace("[shop.yaml]", "[base, shop.yaml]"))
    found = [finding for finding in findings_of(tmp_path, schemas) if finding.level is Level.ERROR]
    assert [finding.rule for finding in found] == ["GS303"]


def test_a_namespace_moves_the_gateway_and_not_the_reference(tmp_path: Path, schemas: Schemas) -> None:
    found = built(tmp_path, schemas, "namespace: blue\n", *BASE, gateway(listener(source="Same")), route())
    assert [(finding.rule, finding.level) for finding in found] == [("GS303", Level.ERROR)]
    assert "which namespace changed to Gateway blue/public" in found[0].message


def test_a_namespace_moves_the_routes_and_not_the_grant_for_them(tmp_path: Path, schemas: Schemas) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "kustomization.yaml").write_text(TOP)
    (tmp_path / "data" / "shop.yaml").write_text(grant(namespace="data"))
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "kustomization.yaml").write_text(TOP + "namespace: blue\n")
    (tmp_path / "own" / "shop.yaml").write_text(route(rule(to("stock", namespace="data"))))
    (tmp_path / "kustomization.yaml").write_text(TOP.replace("shop.yaml", "data, own"))
    found = [finding for finding in findings_of(tmp_path, schemas) if finding.rule == "GS306"]
    assert [finding.help for finding in found] == ["Write namespace: blue."]


def test_a_scaler_finds_its_renamed_target_as_kustomize_knows_that_reference(tmp_path: Path, schemas: Schemas) -> None:
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "shop"}
    scaler = obj("autoscaling/v2", "HorizontalPodAutoscaler", "shop", spec={"scaleTargetRef": target, "maxReplicas": 3})
    assert built(tmp_path, schemas, "namePrefix: blue-\n", deployment(), scaler) == []


def test_common_labels_with_selectors_make_the_versions_one(tmp_path: Path, schemas: Schemas) -> None:
    labels = "labels:\n  - pairs: {version: blue}\n    includeSelectors: true\n    includeTemplates: true\n"
    found = built(tmp_path, schemas, labels, *VERSIONS, gateway(), route(SPLIT))
    (equal,) = [finding for finding in found if finding.rule == "GS348"]
    assert "a labels transformer changed its selector" in equal.message
    assert "version=blue" in equal.message


def test_a_name_reference_configuration_mends_it(tmp_path: Path, schemas: Schemas) -> None:
    (tmp_path / "references.yaml").write_text(
        "nameReference:\n  - kind: Service\n    version: v1\n    fieldSpecs:\n      - kind: HTTPRoute\n"
        f"        group: {API}\n        path: spec/rules/backendRefs/name\n"
    )
    kustomization = "namePrefix: blue-\nconfigurations: [references.yaml]\n"
    found = built(tmp_path, schemas, kustomization, *BASE, gateway(name="x"), route(parents=[{"name": "edge"}]))
    assert [finding.rule for finding in found] == []
