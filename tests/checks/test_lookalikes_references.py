"""For each rule about references, inputs that look like its fault and are none."""

from __future__ import annotations

import pytest

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
    pods,
    route,
    rule,
    service,
    to,
)

EXTERNAL = obj("v1", "Service", "shop", spec={"type": "ExternalName", "externalName": "a.b", "ports": [{"port": 80}]})
STOCK = (service("stock", {"app": "stock"}, namespace="data"), deployment("stock", {"app": "stock"}, "data"))
ACROSS = rule(to("stock", namespace="data"))
SECRET = obj("v1", "Secret", "tls", "infra", stringData={"tls.crt": "-----BEGIN C", "tls.key": "-----BEGIN K"})
TLS = {"certificateRefs": [{"name": "tls"}]}
UDP = [{"name": "dns", "port": 80, "protocol": "UDP"}, {"name": "http", "port": 80, "targetPort": 8080}]
MIRROR = {"type": "RequestMirror", "requestMirror": {"backendRef": to("shop-v2")}}


def listener_set(parent: str = "public", **more: object) -> str:
    body = {"parentRef": {"name": parent, "namespace": "infra"}, "listeners": [listener("own", 81)], **more}
    return obj(f"{API}/v1", "ListenerSet", "extra", "shop", spec=body)


def scaler(name: str = "shop", kind: str = "Deployment", api: str = "apps/v1") -> str:
    target = {"apiVersion": api, "kind": kind, "name": name}
    return obj("autoscaling/v2", "HorizontalPodAutoscaler", "shop", spec={"scaleTargetRef": target, "maxReplicas": 3})


def policy(name: str = "shop", service: str = "shop", **more: object) -> str:
    authority = {"group": "", "kind": "ConfigMap", "name": "ca", **more}
    target = {"group": "", "kind": "Service", "name": service}
    spec = {"targetRefs": [target], "validation": {"hostname": "a.b", "caCertificateRefs": [authority]}}
    return obj(f"{API}/v1", "BackendTLSPolicy", name, spec=spec)


AUTHORITY = obj("v1", "ConfigMap", "ca", data={"ca.crt": "-----BEGIN C"})
ENVOY = "gateway.envoyproxy.io"


def filtered(name: str) -> str:
    reference = {"group": ENVOY, "kind": "HTTPRouteFilter", "name": name}
    return route(rule(to(), filters=[{"type": "ExtensionRef", "extensionRef": reference}]))


def ingress(port: dict[str, object]) -> str:
    backend = {"service": {"name": "shop", "port": port}}
    paths = [{"path": "/", "pathType": "Prefix", "backend": backend}]
    return obj("networking.k8s.io/v1", "Ingress", "shop", spec={"rules": [{"http": {"paths": paths}}]})


def budget(labels: dict[str, str]) -> str:
    selector = {"matchLabels": labels}
    return obj("policy/v1", "PodDisruptionBudget", "shop", spec={"maxUnavailable": 1, "selector": selector})


def allowing(peer: dict[str, object]) -> str:
    spec = {"podSelector": {}, "ingress": [{"from": [peer]}]}
    return obj("networking.k8s.io/v1", "NetworkPolicy", "shop", spec=spec)


FILTER = obj(f"{ENVOY}/v1alpha1", "HTTPRouteFilter", "login", spec={})

CASES: dict[str, dict[str, tuple[str, ...]]] = {
    "GS301": {
        "a Service of another namespace, which is in the build": (*STOCK, grant(), route(ACROSS)),
        "a backend that is no Service": (route(rule(to("x", None, group=ENVOY, kind="Backend"))),),
        "a Service whose namespace the sync engine decides": (service(namespace=""), deployment(), route()),
    },
    "GS302": {
        "the second of several ports": (
            service(ports=[{"name": "a", "port": 80}, {"name": "b", "port": 81}]),
            deployment(),
            route(rule(to(port=81))),
        ),
        "a port that is also a targetPort": (
            service(ports=[{"port": 8080, "targetPort": 8080}]),
            deployment(),
            route(rule(to(port=8080))),
        ),
        "a Service that is not in the build": (route(rule(to("elsewhere", 9999))),),
    },
    "GS304": {
        "a Service spelt out": (*BASE, route(rule(to(group="", kind="Service")))),
        "a ServiceImport of the multi-cluster API": (
            route(rule(to("x", group="multicluster.x-k8s.io", kind="ServiceImport"))),
        ),
        "a kind of a known implementation": (route(rule(to("x", None, group=ENVOY, kind="Backend"))),),
    },
    "GS305": {
        "a grant for all Services": (*STOCK, grant(), route(ACROSS)),
        "a grant for this Service by name": (*STOCK, grant(target={"name": "stock"}), route(ACROSS)),
        "a mesh route, which needs none": (*BASE, *STOCK, route(ACROSS, parents=[MESH])),
        "the route's own namespace written out": (*BASE, route(rule(to(namespace="shop")))),
    },
    "GS306": {
        "a grant for Secrets": (grant({"kind": "Gateway"}, {"kind": "Secret"}),),
        "a grant for a kind of an implementation": (grant({"group": ENVOY, "kind": "SecurityPolicy"}),),
        "a grant for another kind of target": (grant(target={"group": ENVOY, "kind": "Backend"}),),
    },
    "GS307": {
        "a port that speaks both": (service(ports=UDP), deployment(), route()),
        "a UDPRoute on a UDP port": (
            service(ports=[{"port": 53, "protocol": "UDP"}]),
            deployment(),
            route(rule(to(port=53)), kind="UDPRoute"),
        ),
        "a TCPRoute on a TCP port": (*BASE, route(kind="TCPRoute")),
    },
    "GS308": {
        "a headless Service": (service(clusterIP="None"), deployment(), route()),
        "a Service without a selector": (obj("v1", "Service", "shop", spec={"ports": [{"port": 80}]}), route()),
        "an ExternalName Service that no route names": (EXTERNAL, route(rule(to("other")))),
    },
    "GS309": {
        "the filter in the build": (FILTER, *BASE, filtered("login")),
        "a filter whose namespace is left open": (
            obj(f"{ENVOY}/v1alpha1", "HTTPRouteFilter", "login", "", spec={}),
            *BASE,
            filtered("login"),
        ),
        "a filter of the API itself": (
            *BASE,
            route(rule(to(), filters=[{"type": "RequestHeaderModifier", "requestHeaderModifier": {"remove": ["a"]}}])),
        ),
    },
    "GS310": {
        "a Gateway in the build": (gateway(), route()),
        "a Gateway whose namespace is left open": (gateway(namespace=""), route()),
        "a parent of an implementation's own": (
            route(parents=[{"group": "networking.istio.io", "kind": "ServiceEntry", "name": "x"}]),
        ),
    },
    "GS311": {
        "a listener by name and port": (
            gateway(listener("http")),
            route(parents=[{**PUBLIC, "sectionName": "http", "port": 80}]),
        ),
        "a listener of another Gateway in another namespace": (
            gateway(name="other"),
            route(parents=[{**PUBLIC, "sectionName": "https"}]),
        ),
        "a port of the Service by its name": (*BASE, route(parents=[{**MESH, "sectionName": "http"}])),
    },
    "GS312": {
        "a namespace chosen by the label that every namespace has": (
            gateway(
                listener(
                    allowed={
                        "namespaces": {
                            "from": "Selector",
                            "selector": {"matchLabels": {"kubernetes.io/metadata.name": "shop"}},
                        }
                    }
                )
            ),
            route(),
        ),
        "labels of a Namespace outside the build": (
            gateway(listener(allowed={"namespaces": {"from": "Selector", "selector": {"matchLabels": {"a": "b"}}}})),
            route(),
        ),
        "one of two listeners": (gateway(listener("a", source="Same"), listener("b", 81)), route()),
        "a route without a namespace": (gateway(listener(source="Same")), route(namespace="")),
    },
    "GS313": {
        "a wildcard over several labels": (gateway(listener(hostname="*.b.c")), route(hostnames=["x.y.b.c"])),
        "a wildcard of the route": (gateway(listener(hostname="a.b.c")), route(hostnames=["*.b.c"])),
        "one of two hostnames": (gateway(listener(hostname="a.b")), route(hostnames=["x.y", "a.b"])),
    },
    "GS314": {
        "a Service with its group": (*BASE, route(parents=[MESH])),
        "a Gateway without its group": (gateway(), route()),
        "a Gateway of a kind and group of its own": (
            route(parents=[{"group": "example.com", "kind": "Gateway", "name": "x"}]),
        ),
    },
    "GS316": {
        "one parent": (route(),),
        "a route for the default Gateways": (route(parents=[], useDefaultGateways="All"),),
        "a parent of an implementation's own": (route(parents=[{"group": "x.io", "kind": "Y", "name": "z"}]),),
    },
    "GS317": {
        "two listeners of one Gateway": (
            route(parents=[{**PUBLIC, "sectionName": "a"}, {"name": "public", "sectionName": "b"}]),
        ),
        "one name in two namespaces": (route(parents=[PUBLIC, {"name": "public"}]),),
        "a Gateway and a Service of one name": (*BASE, route(parents=[{"name": "shop"}, MESH])),
    },
    "GS318": {
        "a Gateway spelt out": (route(parents=[{**PUBLIC, "group": API, "kind": "Gateway"}]),),
        "a ListenerSet": (route(parents=[{"kind": "ListenerSet", "name": "extra"}]),),
        "a Service": (*BASE, route(parents=[MESH])),
    },
    "GS319": {
        "a producer route": (*BASE, route(parents=[{**MESH, "namespace": "shop"}])),
        "a Gateway of another namespace": (gateway(), route()),
        "a route whose namespace is left open": (*BASE, route(parents=[{**MESH, "namespace": "shop"}], namespace="")),
    },
    "GS320": {
        "hostnames for a Gateway": (gateway(), route(hostnames=["a.b"])),
        "a Gateway beside the Service": (*BASE, route(parents=[MESH, PUBLIC], hostnames=["a.b"])),
        "no hostnames": (*BASE, route(parents=[MESH])),
    },
    "GS321": {
        "a headless Service as backend": (service(clusterIP="None"), deployment(), route()),
        "a Service of type LoadBalancer": (service(type="LoadBalancer"), deployment(), route(parents=[MESH])),
        "a parent outside the build": (route(parents=[MESH]),),
    },
    "GS322": {
        "two kinds with hostnames of their own": (
            gateway(),
            route(hostnames=["a.b"]),
            route(kind="GRPCRoute", name="g", hostnames=["c.b"]),
        ),
        "two kinds on listeners of their own": (
            gateway(listener("a"), listener("b", 81)),
            route(parents=[{**PUBLIC, "sectionName": "a"}]),
            route(kind="GRPCRoute", name="g", parents=[{**PUBLIC, "sectionName": "b"}]),
        ),
        "two routes of one kind": (gateway(), route(), route(rule(to(), matches=[path("/a")]), name="other")),
    },
    "GS323": {
        "a last rule for the rest": (
            *BASE,
            route(rule(to(), matches=[{"headers": [header()]}]), rule(to()), parents=[MESH]),
        ),
        "another route for the rest": (
            *BASE,
            route(rule(to(), matches=[{"headers": [header()]}]), parents=[MESH]),
            route(name="rest", parents=[MESH]),
        ),
        "a Gateway, which answers nothing else anyway": (
            *BASE,
            gateway(),
            route(rule(to(), matches=[{"headers": [header()]}])),
        ),
    },
    "GS330": {
        "one port, two hostnames": (gateway(listener("a", hostname="a.b"), listener("b", hostname="c.b")),),
        "HTTP and UDP on one number": (gateway(listener("a"), listener("b", protocol="UDP")),),
        "HTTPS and TLS by hostname": (
            gateway(
                listener("a", 443, "HTTPS", tls=TLS, hostname="a.b"), listener("b", 443, "TLS", tls=TLS, hostname="c.b")
            ),
            SECRET,
        ),
    },
    "GS331": {
        "a protocol of an implementation": (gateway(listener(protocol="example.com/quic")),),
        "TLS": (gateway(listener(protocol="TLS", tls={"mode": "Passthrough"})),),
        "UDP": (gateway(listener(protocol="UDP")),),
    },
    "GS332": {
        "GRPCRoute on HTTP": (gateway(listener(allowed={"kinds": [{"kind": "GRPCRoute"}]})),),
        "TLSRoute on TLS": (
            gateway(listener(protocol="TLS", tls={"mode": "Passthrough"}, allowed={"kinds": [{"kind": "TLSRoute"}]})),
        ),
        "no kinds": (gateway(),),
    },
    "GS333": {
        "a Secret in the build": (gateway(listener("a", 443, "HTTPS", tls=TLS)), SECRET),
        "TLS that is passed through": (gateway(listener("a", 443, "TLS", tls={"mode": "Passthrough"})),),
        "an encrypted Secret": (
            gateway(listener("a", 443, "HTTPS", tls=TLS)),
            obj(
                "v1", "Secret", "tls", "infra", stringData={"tls.crt": "ENC[AES256]", "tls.key": "ENC[AES256]"}, sops={}
            ),
        ),
    },
    "GS334": {
        "a Gateway that allows all": (gateway(allowedListeners={"namespaces": {"from": "All"}}), listener_set()),
        "a Gateway outside the build": (listener_set(),),
        "a Gateway without ListenerSets": (gateway(),),
    },
    "GS335": {
        "the Gateway in the build": (gateway(allowedListeners={"namespaces": {"from": "All"}}), listener_set()),
        "a Gateway that refuses it": (gateway(), listener_set()),
        "a Gateway whose namespace is left open": (
            gateway(namespace="", allowedListeners={"namespaces": {"from": "All"}}),
            listener_set(),
        ),
    },
    "GS336": {
        "a bundle in a ConfigMap": (AUTHORITY, policy()),
        "two policies for two Services": (AUTHORITY, policy(), policy("other", "stock")),
        "a bundle in a Secret": (
            obj("v1", "Secret", "ca", stringData={"ca.crt": "-----BEGIN C"}),
            policy(kind="Secret"),
        ),
    },
    "GS340": {
        "pods of a StatefulSet": (service(), deployment(kind="StatefulSet"), route()),
        "pods of an Argo Rollout": (service(), deployment(kind="Rollout"), route()),
        "endpoints written by hand": (obj("v1", "Service", "shop", spec={"ports": [{"port": 80}]}), route()),
        "a Service of an operator that no route names": (service("db", {"cluster": "db"}), *BASE, route()),
    },
    "GS315": {
        "the port by number": (service(), ingress({"number": 80})),
        "the port by name": (service(ports=[{"name": "http", "port": 80}]), ingress({"name": "http"})),
        "a Service of another root": (service("other"), ingress({"number": 8080})),
        "an ExternalName Service": (EXTERNAL, ingress({"number": 8080})),
    },
    "GS343": {
        "pods of another root": (deployment(), budget({"app": "stock"})),
        "another version": (*VERSIONS, budget({"app": "shop", "version": "v3"})),
        "every pod": (deployment(), budget({})),
        "a peer in another namespace": (
            deployment(),
            allowing({"podSelector": {"matchLabels": {"app": "shap"}}, "namespaceSelector": {}}),
        ),
    },
    "GS341": {
        "the base Service in a rule of its own": (service(), *VERSIONS, route(parents=[MESH])),
        "two Services of one version each": (*VERSIONS, route(SPLIT)),
        "two workloads of one version behind one Service": (
            *VERSIONS,
            deployment("shop-v2-spot", V2, selector={**V2, "pool": "field_ref"}),
            route(SPLIT),
        ),
    },
    "GS342": {
        "labels that differ in the version": VERSIONS,
        "one selector in two namespaces": (deployment(), deployment(namespace="other")),
        "a Rollout and the Deployment whose template it borrows": (
            deployment(),
            obj(
                "argoproj.io/v1alpha1",
                "Rollout",
                "shop",
                spec={
                    "workloadRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "shop"},
                    "selector": {"matchLabels": {"app": "shop"}},
                },
            ),
        ),
        "a Service that selects both": (service(), *VERSIONS),
    },
    "GS213": {
        "a template with more labels": (deployment(labels={"app": "shop", "a": "b"}, selector={"app": "shop"}),),
        "a selector by expressions": (
            obj(
                "apps/v1",
                "Deployment",
                "shop",
                spec={
                    "template": pods(),
                    "selector": {"matchExpressions": [{"key": "app", "operator": "In", "values": ["shop", "x"]}]},
                },
            ),
        ),
        "a Job, whose selector is made for it": (
            obj("batch/v1", "Job", "x", spec={"template": {"spec": {**pods()["spec"], "restartPolicy": "Never"}}}),
        ),
    },
    "GS344": {
        "the port's name": (service(ports=[{"port": 80, "targetPort": "http"}]), deployment(), route()),
        "a number that no container declares": (
            service(ports=[{"port": 80, "targetPort": 9999}]),
            deployment(),
            route(),
        ),
        "a named port of pods outside the build": (
            service(selector={"app": "x"}, ports=[{"port": 80, "targetPort": "web"}]),
            route(),
        ),
    },
    "GS345": {
        "a parked Deployment without a share": (
            *VERSIONS[:3],
            deployment("shop-v2", V2, replicas=0),
            route(rule(to("shop-v1", weight=1), to("shop-v2", weight=0))),
        ),
        "a parked Deployment that is only mirrored to": (
            *VERSIONS[:3],
            deployment("shop-v2", V2, replicas=0),
            route(rule(to("shop-v1"), filters=[MIRROR])),
        ),
        "one of two Deployments behind the Service": (service(), deployment(replicas=0), deployment("b"), route()),
        "no replicas, since an autoscaler decides": (service(), deployment(), scaler(), route()),
    },
    "GS346": {
        "no replicas": (deployment(), scaler()),
        "replicas 0, which switches the autoscaler off": (deployment(replicas=0), scaler()),
        "replicas of another workload": (deployment(replicas=3), deployment("other"), scaler("other")),
    },
    "GS347": {
        "a Deployment in the build": (deployment(), scaler()),
        "a Rollout": (deployment(kind="Rollout"), scaler(kind="Rollout", api="argoproj.io/v1alpha1")),
        "a Deployment whose namespace is left open": (deployment(namespace=""), scaler()),
    },
    "GS348": {
        "selectors that differ": (*VERSIONS, route(SPLIT)),
        "one Service twice, at two ports": (*BASE, route(rule(to(port=80), to(port=80)))),
        "two Services without selectors": (
            obj("v1", "Service", "shop-v1", spec={"ports": [{"port": 80}]}),
            obj("v1", "Service", "shop-v2", spec={"ports": [{"port": 80}]}),
            route(SPLIT),
        ),
        "two names for the same pods in different rules": (
            service("shop-v1"),
            service("shop-v2"),
            deployment(),
            route(rule(to("shop-v1"), matches=[path("/a")]), rule(to("shop-v2"))),
        ),
    },
}

TABLE = [
    pytest.param(rule_id, objects, id=f"{rule_id}-{name.replace(' ', '-')}")
    for rule_id, cases in CASES.items()
    for name, objects in cases.items()
]


@pytest.mark.parametrize(("rule_id", "objects"), TABLE)
def test_a_lookalike_is_no_fault(rule_id: str, objects: tuple[str, ...], schemas: Schemas) -> None:
    assert [finding.message for finding in findings(*objects, catalog=schemas) if finding.rule == rule_id] == []


def test_every_rule_has_three_lookalikes() -> None:
    assert {rule_id: len(cases) for rule_id, cases in CASES.items() if len(cases) < 3} == {}
