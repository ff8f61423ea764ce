"""Updates that the API server refuses: what must not change, what may, and what a default leaves behind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateshift.checks.schema.constraints import refusals_of
from gateshift.engines.changes import Change, changes_between
from gateshift.model.resource import Origin, Resource
from gateshift.model.rollout import Engine
from gateshift.model.sync_pointer import SyncSettings
from gateshift.schemas import Schemas
from gateshift.transition.refused_updates import refused_fields
from gateshift.yamldoc.data import json_pointer
from tests.checks.admission_cases import updates
from tests.traffic.building import resources

CLIENT_SIDE = SyncSettings(Engine.ARGOCD)
SERVER_SIDE = SyncSettings(Engine.FLUX, server_side=True)


def refused(before: str, after: str, settings: SyncSettings = CLIENT_SIDE) -> list[str]:
    return [
        json_pointer(field.at)
        for change in changes_between(resources(before), resources(after))
        for field in refused_fields(change, settings)
    ]


DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata: {name: a, namespace: default}
spec: {selector: {matchLabels: {app: a}}}
"""
STATEFUL = DEPLOYMENT.replace("Deployment", "StatefulSet").replace("spec: {", "spec: {serviceName: a, ")
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: default}\nspec: {clusterIP: 10.0.0.1}\n"
JOB = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: a, namespace: default}\nspec: {template: {a: 1}}\n"
FROZEN = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: default}\nimmutable: true\ndata: {a: b}\n"
BINDING = """apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: a, namespace: default}
roleRef: {name: reader}
"""


@pytest.mark.parametrize(
    ("before", "old", "new", "pointers"),
    [
        (DEPLOYMENT, "app: a", "app: b", ["/spec/selector"]),
        (DEPLOYMENT, "spec: {", "spec: {replicas: 2, ", []),
        (STATEFUL, "serviceName: a", "serviceName: b", ["/spec/serviceName"]),
        (STATEFUL, "serviceName: a", "serviceName: a, replicas: 3, minReadySeconds: 1", []),
        (STATEFUL, "serviceName: a", "serviceName: a, podManagementPolicy: OrderedReady", []),
        (STATEFUL, "serviceName: a", "serviceName: a, podManagementPolicy: Parallel", ["/spec/podManagementPolicy"]),
        (SERVICE, "10.0.0.1", "10.0.0.2", ["/spec/clusterIP"]),
        (SERVICE, "clusterIP: 10.0.0.1", "type: ClusterIP", []),
        (SERVICE, "10.0.0.1", "None", ["/spec/clusterIP"]),
        (SERVICE, "clusterIP: 10.0.0.1", "type: ExternalName, externalName: a.example", []),
        (JOB, "a: 1", "a: 2", ["/spec/template"]),
        (JOB, "spec: {", "spec: {completionMode: NonIndexed, ", []),
        (FROZEN, "a: b", "a: c", ["/data"]),
        (FROZEN, "immutable: true", "immutable: false", ["/immutable"]),
        (BINDING, "reader", "writer", ["/roleRef"]),
    ],
)
def test_fields_that_nobody_may_change_are_known(before: str, old: str, new: str, pointers: list[str]) -> None:
    assert before.count(old) == 1
    assert refused(before, before.replace(old, new)) == pointers


def test_an_address_written_for_a_service_that_has_another_allocated_is_refused() -> None:
    allocated = SERVICE.replace("clusterIP: 10.0.0.1", "type: ClusterIP")
    assert refused(allocated, SERVICE) == ["/spec/clusterIP"]


RECREATED = DEPLOYMENT.replace("spec: {", "spec: {strategy: {type: Recreate}, ")
WRITTEN = DEPLOYMENT.replace("spec: {", "spec: {strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1}}, ")


def test_a_default_that_nobody_owns_stays_under_server_side_apply_alone() -> None:
    assert refused(DEPLOYMENT, RECREATED, SERVER_SIDE) == ["/spec/strategy"]
    assert refused(DEPLOYMENT, RECREATED, CLIENT_SIDE) == []
    assert refused(WRITTEN, RECREATED, SERVER_SIDE) == []


POD = """apiVersion: v1
kind: Pod
metadata: {name: a, namespace: default}
spec: {tolerations: [{key: a, operator: Exists}], containers: [{name: a, image: "a:1"}]}
"""
CLAIM = """apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: a, namespace: default}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
"""


@pytest.mark.parametrize(
    ("before", "old", "new", "pointers"),
    [
        (POD, "a:1", "a:2", []),
        (POD, "operator: Exists}", "operator: Exists}, {operator: Exists}", []),
        (POD, "{key: a, operator: Exists}", "{key: b, operator: Exists}", ["/spec/tolerations"]),
        (POD, 'image: "a:1"', 'image: "a:1", terminationMessagePolicy: File', []),
        (POD, 'image: "a:1"', 'image: "a:1", args: [b]', ["/spec"]),
        (CLAIM, "1Gi", "1024Mi", []),
        (CLAIM, "1Gi", "2Gi", []),
        (CLAIM, "1Gi", "512Mi", ["/spec/resources/requests/storage"]),
        (CLAIM, "spec: {", "spec: {volumeMode: Filesystem, ", []),
        (CLAIM, "spec: {", "spec: {volumeMode: Block, ", ["/spec"]),
        (CLAIM, "spec: {", "spec: {volumeName: a, ", []),
    ],
)
def test_what_may_change_and_what_may_not_is_told_apart(before: str, old: str, new: str, pointers: list[str]) -> None:
    assert before.count(old) == 1
    assert refused(before, before.replace(old, new)) == pointers


def of(data: Any) -> Resource:
    return Resource.of(data, Origin(Path("test.yaml")))


def told(before: Any, after: Any, settings: SyncSettings, schemas: Schemas) -> bool:
    """Whether the change, or the object that it leads to, is called refused."""
    created = any(refusals_of(schemas.constraints(), of(after)))
    return created or bool(refused_fields(Change(of(before), of(after)), settings))


@pytest.mark.parametrize("settings", [CLIENT_SIDE, SERVER_SIDE], ids=["client-side", "server-side"])
def test_what_a_real_server_refused_and_admitted_is_told_apart(settings: SyncSettings, schemas: Schemas) -> None:
    assert [after for before, after in updates(refused=True) if not told(before, after, settings, schemas)] == []
    assert [after for before, after in updates(refused=False) if told(before, after, settings, schemas)] == []
