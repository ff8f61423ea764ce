"""What a step prunes while it is still named, and shares for workloads that are paused."""

from __future__ import annotations

import pytest

from gateshift.model.finding import Level
from gateshift.transition.judge import judge
from tests.transition.objects import CANARY, DARK, V2, Builder, Objects, without

CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: default}\ndata: {mode: fast}\n"
SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: web-tls, namespace: default}\ntype: kubernetes.io/tls\n"
GATEWAY = """apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: default}
spec:
  gatewayClassName: x
  listeners:
    - {name: https, port: 443, protocol: HTTPS, tls: {mode: Terminate, certificateRefs: [{name: web-tls}]}}
"""
JOB = """apiVersion: apps/v1
kind: Deployment
metadata: {name: worker, namespace: default}
spec:
  selector: {matchLabels: {app: worker}}
  template:
    metadata: {labels: {app: worker}}
    spec:
      containers: [{name: worker, image: "worker:1", envFrom: [{configMapRef: {name: settings%s}}]}]
"""


def levels(build: Builder, before: Objects, after: Objects, rule: str) -> set[Level]:
    verdicts = judge(build(before), build(after)).verdicts
    return {finding.level for verdict in verdicts for finding in verdict.findings if finding.rule == rule}


@pytest.mark.parametrize(
    ("holder", "target", "expected"),
    [(GATEWAY, SECRET, {Level.ERROR}), (JOB % "", CONFIG, {Level.WARNING}), (JOB % ", optional: true", CONFIG, set())],
    ids=["a listener's certificate", "a pod's ConfigMap", "an optional ConfigMap"],
)
def test_pruning_what_is_still_named(build: Builder, holder: str, target: str, expected: set[Level]) -> None:
    assert levels(build, {"holder": holder, "target": target}, {"holder": holder}, "GS532") == expected


def test_pruning_both_together_is_quiet(build: Builder) -> None:
    before = {**DARK, "holder": JOB % "", "target": CONFIG}
    assert levels(build, before, DARK, "GS532") == set()


def test_a_share_for_a_paused_workload_is_refused_once_it_had_none(build: Builder) -> None:
    paused = V2["v2"].replace("spec:\n", "spec:\n  paused: true\n", 1)
    dark, canary = {**without(DARK, "v2"), "v2": paused}, {**without(CANARY, "v2"), "v2": paused}
    assert levels(build, dark, canary, "GS531") == {Level.ERROR}
    assert levels(build, canary, canary, "GS531") == set()
    assert levels(build, DARK, CANARY, "GS531") == set()
    assert levels(build, DARK, canary, "GS531") == set()
