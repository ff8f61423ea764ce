"""Whether a Service has a Ready pod throughout while its workload changes in place."""

from __future__ import annotations

import pytest

from gateshift.transition.judge import judge
from tests.transition.objects import INITIAL, SERVICE, Builder, deployment, service


def rolling(unavailable: str, surge: str) -> str:
    return f"  strategy: {{type: RollingUpdate, rollingUpdate: {{maxUnavailable: {unavailable}, maxSurge: {surge}}}}}\n"


UPDATE = "  updateStrategy: {{type: {}}}\n"


@pytest.mark.parametrize(
    ("kind", "replicas", "strategy", "safe"),
    [
        ("Deployment", "1", "", True),
        ("Deployment", "4", "", True),
        ("Deployment", "1", rolling("1", "1"), False),
        ("Deployment", "2", rolling("1", "1"), True),
        ("Deployment", "3", rolling("100%", "25%"), False),
        ("Deployment", "3", rolling("34%", "0"), True),
        ("Deployment", "1", rolling("0", "0"), False),
        ("Deployment", "1", rolling("50%", "0%"), False),
        ("Deployment", "3", "  strategy: {type: Recreate}\n", False),
        ("StatefulSet", "1", "", False),
        ("StatefulSet", "2", "", True),
        ("StatefulSet", "1", UPDATE.format("OnDelete"), True),
        ("DaemonSet", "", "", True),
        ("ReplicaSet", "1", "", True),
    ],
)
def test_a_new_image_is_safe_where_a_pod_stays_ready(
    build: Builder,
    kind: str,
    replicas: str,
    strategy: str,
    safe: bool,  # noqa: FBT001 -- a parameter of the case
) -> None:
    before = SERVICE | {"v1": deployment("v1", kind=kind, replicas=replicas, strategy=strategy)}
    after = SERVICE | {"v1": deployment("v1", kind=kind, replicas=replicas, strategy=strategy, image="next")}
    judgement = judge(build(before), build(after))
    assert [verdict.safe for verdict in judgement.verdicts] == [safe, safe]
    found = {finding.rule for verdict in judgement.verdicts for finding in verdict.findings}
    assert found == (set() if safe else {"GS502"})


def test_pods_that_were_started_keep_their_labels_where_nothing_rolls_them(build: Builder) -> None:
    """An OnDelete StatefulSet's pods never get the label that the Service starts to ask for."""
    on_delete = UPDATE.format("OnDelete")
    before = SERVICE | {"v1": deployment("v1", kind="StatefulSet", strategy=on_delete)}
    labels = "app: customers, version: v1, track: stable"
    after = {
        "service": service("customers", "app: customers, track: stable"),
        "v1": deployment("v1", kind="StatefulSet", strategy=on_delete, labels=labels),
    }
    (finding,) = judge(build(before), build(after)).verdicts[0].findings
    assert (finding.rule, "does not end" in finding.message) == ("GS502", True)


def test_more_pods_of_a_kind_that_had_none_are_not_ready_at_once(build: Builder) -> None:
    none = SERVICE | {"v1": deployment("v1", replicas="0")}
    assert judge(build(none), build(INITIAL)).safe, "nothing was answered before"
    both = INITIAL | {"v2": deployment("v2", replicas="0")}
    judgement = judge(build(both), build(INITIAL | {"v2": deployment("v2")}))
    assert {finding.rule for finding in judgement.verdicts[1].findings} == {"GS504"}


def test_an_autoscaler_says_how_many_pods_there_are(build: Builder) -> None:
    scaler = """apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: customers-v1, namespace: default}
spec:
  minReplicas: 2
  maxReplicas: 4
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: customers-v1}
"""
    scaled = SERVICE | {"scaler": scaler, "v1": deployment("v1", replicas="", strategy=rolling("1", "1"))}
    image = {"v1": deployment("v1", replicas="", strategy=rolling("1", "1"), image="next")}
    assert judge(build(scaled), build(scaled | image)).safe
    alone = {name: text for name, text in scaled.items() if name != "scaler"}
    assert not judge(build(alone), build(alone | image)).safe


def test_a_service_that_publishes_addresses_early_sends_requests_to_starting_pods(build: Builder) -> None:
    early = service("customers", extra="  publishNotReadyAddresses: true\n")
    before = {"service": early, "v1": deployment("v1")}
    after = {"service": early, "v1": deployment("v1", image="next")}
    assert {finding.rule for finding in judge(build(before), build(after)).verdicts[0].findings} == {"GS507"}
    assert judge(build(SERVICE | {"v1": deployment("v1")}), build(SERVICE | {"v1": deployment("v1", image="x")})).safe
