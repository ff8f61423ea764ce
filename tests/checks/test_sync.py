"""The rules about sync objects: what fires each, and what looks like it and does not."""

from __future__ import annotations

import pytest

from gateshift.checks.sync import objects
from gateshift.model.finding import FieldRef, Finding, Level
from gateshift.model.rule import checks_in
from gateshift.yamldoc.data import look_up
from tests.checks.subjects import subject

APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop, namespace: argocd}
spec:
  source: {repoURL: https://example.org/shop.git, path: overlays/canary}
  syncPolicy:
    automated: {prune: true, selfHeal: true, allowEmpty: false}
    syncOptions: [PruneLast=true, ServerSideApply=true]
"""
SET = """\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: shops, namespace: argocd}
spec:
  syncPolicy: {preserveResourcesOnDeletion: true}
  generators: []
  template:
    metadata: {name: shop}
    spec:
      source: {repoURL: https://example.org/shop.git, path: overlays/canary}
      syncPolicy:
        automated: {prune: true}
        syncOptions: [PruneLast=true]
"""
KUSTOMIZATION = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: shop, namespace: flux-system}
spec:
  path: ./overlays/canary
  prune: true
  force: false
  deletionPolicy: Orphan
"""


def found(text: str) -> list[Finding]:
    seen = subject(text)
    return [finding for check in checks_in(objects) for finding in check(seen)]


def rules(text: str) -> list[tuple[str, Level]]:
    return [(finding.rule, finding.level) for finding in found(text)]


@pytest.mark.parametrize("text", [APPLICATION, SET, KUSTOMIZATION])
def test_objects_as_they_should_be_are_silent(text: str) -> None:
    assert rules(text) == []


IGNORED = "  ignoreDifferences: [{group: gateway.networking.k8s.io, kind: HTTPRoute, %s}]\n"
RESPECTED = ("ServerSideApply=true]", "RespectIgnoreDifferences=true]")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (APPLICATION.replace("PruneLast=true, ", ""), ("GS601", Level.WARNING)),
        (
            APPLICATION.replace("PruneLast=true, ", "").replace("prune: true", "enabled: true, prune: true"),
            ("GS601", Level.WARNING),
        ),
        (APPLICATION.replace("PruneLast=true", "PruneLast=false"), ("GS601", Level.WARNING)),
        (
            APPLICATION.replace("    syncOptions: [PruneLast=true, ServerSideApply=true]\n", ""),
            ("GS601", Level.WARNING),
        ),
        (SET.replace("[PruneLast=true]", "[]"), ("GS601", Level.WARNING)),
        (APPLICATION + IGNORED % "jqPathExpressions: ['.spec.rules[].backendRefs[].weight']", ("GS602", Level.WARNING)),
        (
            (APPLICATION + IGNORED % "jqPathExpressions: ['.spec.rules[].backendRefs[].weight']").replace(*RESPECTED),
            ("GS602", Level.ERROR),
        ),
        ((APPLICATION + IGNORED % "jsonPointers: [/spec/rules/0]").replace(*RESPECTED), ("GS602", Level.ERROR)),
        ((APPLICATION + IGNORED % "jsonPointers: [/spec]").replace(*RESPECTED), ("GS602", Level.ERROR)),
        ((APPLICATION + IGNORED % "managedFieldsManagers: [istio]").replace(*RESPECTED), ("GS602", Level.ERROR)),
        ((APPLICATION + IGNORED % "jsonPointers: [/spec/parentRefs]").replace(*RESPECTED), ("GS602", Level.WARNING)),
        (
            APPLICATION + "  ignoreDifferences: [{group: '*', kind: '*', jsonPointers: [/spec/rules]}]\n",
            ("GS602", Level.WARNING),
        ),
        (
            APPLICATION.replace("argocd}", "argocd, finalizers: [resources-finalizer.argocd.argoproj.io]}"),
            ("GS604", Level.WARNING),
        ),
        (
            SET.replace("{name: shop}", "{name: a, finalizers: [resources-finalizer.argocd.argoproj.io/background]}"),
            ("GS604", Level.WARNING),
        ),
        (SET.replace("true}\n  generators", "false}\n  generators"), ("GS604", Level.NOTE)),
        (KUSTOMIZATION.replace("  deletionPolicy: Orphan\n", ""), ("GS604", Level.NOTE)),
        (KUSTOMIZATION.replace("Orphan", "Delete").replace("prune: true", "prune: false"), ("GS604", Level.NOTE)),
        (APPLICATION.replace("ServerSideApply", "Replace"), ("GS605", Level.WARNING)),
        (APPLICATION.replace("ServerSideApply", "Force"), ("GS605", Level.WARNING)),
        (KUSTOMIZATION.replace("force: false", "force: true"), ("GS605", Level.WARNING)),
        (APPLICATION.replace("allowEmpty: false", "allowEmpty: true"), ("GS606", Level.WARNING)),
        (SET.replace("{prune: true}", "{prune: true, allowEmpty: true}"), ("GS606", Level.WARNING)),
    ],
)
def test_each_fault_fires_its_rule_alone(text: str, expected: tuple[str, Level]) -> None:
    assert rules(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        # GS601: nothing prunes on its own
        APPLICATION.replace("prune: true", "prune: false").replace("PruneLast=true, ", ""),
        APPLICATION.replace("prune: true", "enabled: false, prune: true").replace("PruneLast=true, ", ""),
        APPLICATION.replace("prune: true", "enabled: false, prune: true").replace(
            "allowEmpty: false", "allowEmpty: true"
        ),
        APPLICATION.replace("automated: {prune: true, selfHeal: true, allowEmpty: false}", "retry: {limit: 1}").replace(
            "PruneLast=true, ", ""
        ),
        APPLICATION.replace("kind: Application", "kind: AppProject").replace("PruneLast=true, ", ""),
        # GS602: not the spec, not a route, not the Gateway API
        APPLICATION + IGNORED % "jsonPointers: [/status, /metadata/annotations, /specification]",
        APPLICATION + IGNORED.replace("HTTPRoute", "Gateway") % "jsonPointers: [/spec]",
        APPLICATION + IGNORED.replace("gateway.networking.k8s.io", "traefik.io") % "jsonPointers: [/spec]",
        APPLICATION + "  ignoreDifferences: [{group: apps, kind: Deployment, jsonPointers: [/spec/replicas]}]\n",
        # fields that add to what is built are no faults
        APPLICATION.replace("canary}", "canary, kustomize: {version: v5.8.1}}"),
        APPLICATION.replace("canary}", "canary, kustomize: {}}"),
        APPLICATION.replace("canary}", "canary, kustomize: {namePrefix: '', images: []}}"),
        APPLICATION.replace("path: overlays/canary}", "chart: redis, helm: {valueFiles: [a.yaml]}}"),
        KUSTOMIZATION + "  components: []\n  dependsOn: [{name: crds}]\n",
        # GS604: finalizers that delete nothing, policies that let go
        APPLICATION.replace("argocd}", "argocd, finalizers: [post-delete-finalizer.argocd.argoproj.io]}"),
        APPLICATION.replace("argocd}", "argocd, finalizers: [resources-finalizer.example.org]}"),
        APPLICATION.replace(
            "canary}",
            "canary, kustomize: {namePrefix: a-}}\n  sources: [{repoURL: https://example.org/a, path: a}]",
        ),
        KUSTOMIZATION.replace("Orphan", "MirrorPrune").replace("prune: true", "prune: false"),
        # GS605: options of like names
        APPLICATION.replace("ServerSideApply=true", "Replace=false"),
        APPLICATION.replace("ServerSideApply=true", "ForceSomething=true"),
        KUSTOMIZATION.replace("force: false", "force: 'true'"),
        # GS606: nothing to prune with
        APPLICATION.replace("prune: true, selfHeal: true, allowEmpty: false", "allowEmpty: true"),
        APPLICATION.replace("allowEmpty: false", "allowEmpty: 'true'"),
        APPLICATION.replace("prune: true", "prune: false").replace("allowEmpty: false", "allowEmpty: true"),
        # other groups' kinds of the same names
        KUSTOMIZATION.replace("kustomize.toolkit.fluxcd.io/v1", "kustomize.config.k8s.io/v1beta1") + "  force: true\n",
        APPLICATION.replace("argoproj.io/v1alpha1", "app.k8s.io/v1beta1").replace("PruneLast=true, ", ""),
    ],
)
def test_what_looks_like_a_fault_and_is_none_is_silent(text: str) -> None:
    assert rules(text) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (APPLICATION.replace("PruneLast=true, ", ""), True),
        (SET.replace("[PruneLast=true]", "[PruneLast=true, Force=true]"), "Force=true"),
        (KUSTOMIZATION.replace("force: false", "force: true"), True),
    ],
)
def test_a_finding_points_at_the_field(text: str, value: object) -> None:
    (finding,) = found(text)
    assert isinstance(finding.at, FieldRef)
    assert look_up(finding.at.resource.data, finding.at.pointer) == value
