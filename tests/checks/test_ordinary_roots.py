"""Roots as they are found in practice: no error and no warning."""

from __future__ import annotations

import pytest

from gateshift.model.finding import Level
from gateshift.schemas import Schemas
from tests.checks.manifests import (
    API,
    BASE,
    MESH,
    PUBLIC,
    SPLIT,
    V2,
    VERSIONS,
    deployment,
    findings,
    gateway,
    grant,
    header,
    listener,
    obj,
    path,
    route,
    rule,
    service,
    to,
)

STOCK = (service("stock", {"app": "stock"}, namespace="data"), deployment("stock", {"app": "stock"}, "data"))

ROOTS: dict[str, tuple[str, ...]] = {
    "a Gateway outside the build": (*BASE, route()),
    "a Gateway of another namespace outside the build": (
        *BASE,
        route(parents=[{"name": "edge", "namespace": "istio"}]),
    ),
    "a backend that a chart provides": (gateway(), route(rule(to("grafana")))),
    "a Service whose pods an operator provides": (
        service("db", {"cnpg.io/cluster": "db"}),
        gateway(),
        route(rule(to("db"))),
        deployment(),
    ),
    "weights 8 and 2": (*VERSIONS, route(rule(to("shop-v1", weight=8), to("shop-v2", weight=2)))),
    "weights 0 and 1": (*VERSIONS, route(rule(to("shop-v1", weight=0), to("shop-v2", weight=1)))),
    "no weights": (*VERSIONS, route(rule(to("shop-v1"), to("shop-v2")))),
    "a backend of another namespace beside a Service of its name that names none": (
        service(namespace=""),
        deployment(namespace=""),
        route(rule(to(namespace="data"))),
    ),
    "a listener of an implementation's own protocol": (
        *BASE,
        gateway(listener(protocol="example.com/proxy", port=8080)),
        route(),
    ),
    "a TCPRoute at a listener that ends TLS": (
        *BASE,
        gateway(listener(protocol="TLS", port=443, tls={"certificateRefs": [{"name": "shop"}]})),
        obj(f"{API}/v1", "TCPRoute", "shop", spec={"parentRefs": [PUBLIC], "rules": [{"backendRefs": [to()]}]}),
    ),
    "an Argo Rollout": (
        service("stable"),
        service("next"),
        deployment(kind="Rollout"),
        route(rule(to("stable", weight=1))),
    ),
    "the stable and the canary Service of an Argo Rollout": (
        service("shop-v1"),
        service("shop-v2"),
        deployment(kind="Rollout"),
        route(SPLIT),
    ),
    "a parked Deployment": (
        *VERSIONS[:3],
        deployment("shop-v2", V2, replicas=0),
        route(rule(to("shop-v1", weight=100), to("shop-v2", weight=0))),
    ),
    "a consumer route": (*BASE, route(parents=[{**MESH, "namespace": "data"}], namespace="shop")),
    "a grant by name": (*STOCK, grant(target={"name": "stock"}), route(rule(to("stock", namespace="data")))),
    "a grant in another root": (*BASE, route(rule(to("stock", namespace="data")))),
    "no namespaces": (
        service(namespace=""),
        deployment(namespace=""),
        gateway(namespace=""),
        route(parents=[{"name": "public"}], namespace=""),
    ),
    "a namespace on some objects": (service(), deployment(namespace=""), route(namespace="", parents=[{"name": "x"}])),
    "an autoscaler": (
        *BASE,
        route(),
        obj(
            "autoscaling/v2",
            "HorizontalPodAutoscaler",
            "shop",
            spec={"maxReplicas": 3, "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "shop"}},
        ),
    ),
    "a redirect to HTTPS beside the real route": (
        *BASE,
        gateway(listener(), listener("https", 443, "HTTPS", tls={"certificateRefs": [{"name": "tls"}]})),
        route(
            rule(filters=[{"type": "RequestRedirect", "requestRedirect": {"scheme": "https"}}]),
            name="redirect",
            parents=[{**PUBLIC, "sectionName": "http"}],
        ),
        route(parents=[{**PUBLIC, "sectionName": "https"}]),
    ),
    "one route for each team on a shared Gateway": (
        gateway(),
        *BASE,
        *STOCK,
        route(rule(to(), matches=[path("/shop")])),
        route(rule(to("stock"), matches=[path("/stock")]), namespace="data", name="stock"),
    ),
    "a mesh route with a debug rule behind the split": (
        service(),
        *VERSIONS,
        route(
            SPLIT, rule(to("shop-v2", weight=1), matches=[{"headers": [header("user-agent", "debug")]}]), parents=[MESH]
        ),
    ),
    "a policy of an implementation": (
        *BASE,
        route(),
        obj(
            "gateway.envoyproxy.io/v1alpha1",
            "BackendTrafficPolicy",
            "x",
            spec={"targetRefs": [{"group": API, "kind": "HTTPRoute", "name": "shop"}]},
        ),
    ),
    "CRDs, RBAC and a CronJob": (
        obj("rbac.authorization.k8s.io/v1", "ClusterRole", "shop:reader", "", rules=[]),
        obj(
            "batch/v1",
            "CronJob",
            "report",
            spec={
                "schedule": "@daily",
                "jobTemplate": {
                    "spec": {
                        "template": {
                            "spec": {"restartPolicy": "Never", "containers": [{"name": "report", "image": "report:1"}]}
                        }
                    }
                },
            },
        ),
        obj(
            "v1",
            "PersistentVolumeClaim",
            "data",
            spec={"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
        ),
    ),
    "sidecars with environment and several ports": (
        service(ports=[{"name": "http", "port": 80, "targetPort": "http"}, {"name": "metrics", "port": 9090}]),
        deployment(ports=[{"name": "http", "containerPort": 8080}, {"containerPort": 9090}]),
        route(),
    ),
    "a DaemonSet beside a Deployment": (*BASE, deployment("agent", {"app": "agent"}, kind="DaemonSet"), route()),
}


@pytest.mark.parametrize("objects", ROOTS.values(), ids=ROOTS.keys())
def test_an_ordinary_root_has_no_fault(objects: tuple[str, ...], schemas: Schemas) -> None:
    found = [finding for finding in findings(*objects, catalog=schemas) if finding.level is not Level.NOTE]
    assert [(finding.rule, finding.message) for finding in found] == []
