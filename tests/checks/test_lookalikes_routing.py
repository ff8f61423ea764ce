"""For each rule about schemas and routing, inputs that look like its fault and are none."""

from __future__ import annotations

import pytest

from gateshift.schemas import Schemas
from tests.checks.manifests import (
    API,
    BASE,
    MESH,
    PUBLIC,
    SPLIT,
    VERSIONS,
    deployment,
    findings,
    gateway,
    header,
    listener,
    obj,
    path,
    route,
    rule,
    service,
    to,
)


def replacing(name: str, kind: str = "ReplacePrefixMatch") -> dict[str, object]:
    key = kind[0].lower() + kind[1:]
    return {"type": "URLRewrite", "urlRewrite": {"path": {"type": kind, key: "/x"}}, "name": name}


def rewritten(name: str, kind: str = "ReplacePrefixMatch") -> dict[str, object]:
    filters = [{key: value for key, value in replacing(name, kind).items() if key != "name"}]
    return to(name, weight=1, filters=filters)


REDIRECT = {"type": "RequestRedirect", "requestRedirect": {"hostname": "a.b"}}
DEBUG = {"headers": [header()]}
FULL = {
    "matches": [{"path": {"type": "PathPrefix", "value": "/"}}],
    "backendRefs": [{"group": "", "kind": "Service", "name": "shop", "port": 80, "weight": 1}],
}
FULL_PARENT = {"group": API, "kind": "Gateway", **PUBLIC}
CRD = obj("apiextensions.k8s.io/v1", "CustomResourceDefinition", "paintings.example.com", "", spec={
    "group": "example.com", "names": {"kind": "Painting", "plural": "paintings"}, "scope": "Namespaced",
    "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {
        "type": "object", "properties": {"spec": {"type": "object"}}}}}],
})  # fmt: skip
PAINTING = obj("example.com/v1", "Painting", "x", spec={})


def rollout(plugin: dict[str, object]) -> str:
    routing = {"plugins": {"argoproj-labs/gatewayAPI": plugin}}
    return obj("argoproj.io/v1alpha1", "Rollout", "shop", spec={"strategy": {"canary": {"trafficRouting": routing}}})


def canary(**more: object) -> str:
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "shop"}
    return obj("flagger.app/v1beta1", "Canary", "shop", spec={"targetRef": target, "service": {"port": 80}, **more})


CASES: dict[str, dict[str, tuple[str, ...]]] = {
    "GS202": {
        "two parents that differ in their section": (
            route(parents=[{**PUBLIC, "sectionName": "a"}, {**PUBLIC, "sectionName": "b"}]),
        ),
        "a prefix that is replaced": (
            route(rule(to(), matches=[path("/a")], filters=[{k: v for k, v in replacing("x").items() if k != "name"}])),
        ),
        "a redirect without backends": (route(rule(filters=[REDIRECT])),),
        "a backend of another kind without a port": (route(rule(to("x", None, group="x.io", kind="Y"))),),
        "a path of percent escapes": (route(rule(to(), matches=[path("/a%20b")])),),
    },
    "GS203": {
        "one header in two matches": (route(rule(to(), matches=[{"headers": [header()]}, {"headers": [header()]}])),),
        "one Service twice among the backends": (route(rule(to(), to())),),
        "a query parameter and a header of one name": (
            route(rule(to(), matches=[{"headers": [header("a")], "queryParams": [{"name": "a", "value": "b"}]}])),
        ),
        "one container port for TCP and UDP": (
            deployment(ports=[{"containerPort": 53}, {"containerPort": 53, "protocol": "UDP"}]),
        ),
    },
    "GS204": {
        "a kind of Kubernetes": (deployment(),),
        "a kind of the Gateway API": (route(),),
        "a kind whose CRD is in the build": (CRD, PAINTING),
    },
    "GS205": {
        "an older version that is served": (route(version="v1beta1"),),
        "the newest version": (route(version="v1"),),
        "a kind that no schema knows": (PAINTING,),
    },
    "GS208": {
        "one name for two kinds": (service(), deployment()),
        "one name in two namespaces": (service(), service(namespace="other")),
        "one name and kind in two groups": (
            obj("v1", "Service", "x"),
            obj("serving.knative.dev/v1", "Service", "x"),
        ),
    },
    "GS209": {
        "two routes in two versions": (route(name="a"), route(name="b", version="v1beta1")),
        "one name in two namespaces": (route(), route(namespace="other", version="v1beta1")),
        "one name and kind in two groups": (
            obj("v1", "Service", "x"),
            obj("serving.knative.dev/v1", "Service", "x"),
        ),
    },
    "GS210": {
        "a ClusterRole with a colon": (obj("rbac.authorization.k8s.io/v1", "ClusterRole", "system:Shop", ""),),
        "dots in a name": (obj("v1", "ConfigMap", "kube-root-ca.crt"),),
        "a name that the API server makes": (obj("batch/v1", "Job", "", metadata={"generateName": "x-", "name": ""}),),
        "a variable of Flux": (obj("v1", "ConfigMap", "${cluster}-Settings", "${namespace:=shop}"),),
        "a Service that starts with a digit": (service("3scale"),),
    },
    "GS211": {
        "a variable of Flux": (obj("v1", "ConfigMap", "x", metadata={"labels": {"${key}": "${value}"}}),),
        "an empty value": (obj("v1", "ConfigMap", "x", metadata={"labels": {"a": ""}}),),
        "a prefix": (obj("v1", "ConfigMap", "x", metadata={"labels": {"app.kubernetes.io/name": "A_b.c-1"}}),),
        "a digest in an annotation": (
            obj("v1", "ConfigMap", "x", metadata={"annotations": {"a": "sha256:" + "0" * 64}}),
        ),
    },
    "GS212": {
        "one number for TCP and UDP": (
            service(ports=[{"name": "a", "port": 53}, {"name": "b", "port": 53, "protocol": "UDP"}]),
        ),
        "a single port without a name": (service(ports=[{"port": 80}]),),
        "one targetPort twice": (
            service(ports=[{"name": "a", "port": 80, "targetPort": 1}, {"name": "b", "port": 81, "targetPort": 1}]),
        ),
    },
    "GS401": {
        "weights 0 and 1": (*VERSIONS, route(rule(to("shop-v1", weight=0), to("shop-v2", weight=1)))),
        "no weight at all": (*BASE, route(rule(to()))),
        "a redirect": (route(rule(filters=[REDIRECT])),),
    },
    "GS402": {
        "every weight written": (*VERSIONS, route(SPLIT)),
        "one backend without a weight": (*BASE, route(rule(to()))),
        "one Service twice": (*BASE, route(rule(to(), to()))),
    },
    "GS403": {
        "weights 8 and 2": (*VERSIONS, route(rule(to("shop-v1", weight=8), to("shop-v2", weight=2)))),
        "weights 90 and 10": (*VERSIONS, route(SPLIT)),
        "weights 900 and 100": (*VERSIONS, route(rule(to("shop-v1", weight=900), to("shop-v2", weight=100)))),
        "one backend of weight 95": (*BASE, route(rule(to(weight=95)))),
    },
    "GS405": {
        "a redirect": (route(rule(filters=[REDIRECT])),),
        "a filter that answers by itself": (
            route(rule(filters=[{"type": "ExtensionRef", "extensionRef": {"group": "a.b", "kind": "C", "name": "d"}}])),
        ),
        "a route without rules, whose default rule has none": (*BASE, route(rule(to()))),
    },
    "GS406": {
        "a longer path": (route(rule(to(), matches=[path("/a")]), rule(to(), matches=[path("/a/b")])),),
        "one path with and without a header": (
            route(rule(to(), matches=[path("/a")]), rule(to(), matches=[path("/a", headers=[header()])])),
        ),
        "one path, exact and as a prefix": (
            route(rule(to(), matches=[path("/a")]), rule(to(), matches=[path("/a", "Exact")])),
        ),
        "one match twice inside a rule": (route(rule(to(), matches=[path("/a"), path("/a")])),),
    },
    "GS407": {
        "a longer path to a Service of its own": (
            *VERSIONS,
            route(
                rule(to("shop-v2"), matches=[DEBUG]),
                rule(to("shop-v1")),
                rule(to("static"), matches=[path("/static")]),
            ),
        ),
        "a longer path that the header rule also has": (
            *VERSIONS,
            route(
                rule(to("shop-v2"), matches=[DEBUG, path("/a", headers=[header()])]),
                rule(to("shop-v1")),
                rule(to("shop-v1"), matches=[path("/a")]),
            ),
        ),
        "a header rule on the longest path": (
            *VERSIONS,
            route(rule(to("shop-v2"), matches=[path("/a/b", headers=[header()])]), rule(to("shop-v1"))),
        ),
        "a longer path to the same version": (
            *VERSIONS,
            route(rule(to("shop-v2"), matches=[DEBUG]), rule(to("shop-v1")), rule(to("shop-v2"), matches=[path("/a")])),
        ),
    },
    "GS408": {
        "two names": (route(rule(to(), matches=[{"headers": [header("a"), header("b")]}])),),
        "one name in two matches": (
            route(rule(to(), matches=[{"headers": [header("A")]}, {"headers": [header("a")]}])),
        ),
        "two query parameters, whose case counts": (
            route(rule(to(), matches=[{"queryParams": [{"name": "A", "value": "1"}, {"name": "a", "value": "1"}]}])),
        ),
    },
    "GS409": {
        "one match for two hosts": (
            *VERSIONS,
            gateway(),
            route(rule(to("shop-v1")), hostnames=["a.b"]),
            route(rule(to("shop-v2")), name="b", hostnames=["c.b"]),
        ),
        "a wildcard and a host under it": (
            *VERSIONS,
            gateway(),
            route(rule(to("shop-v1")), hostnames=["*.b"]),
            route(rule(to("shop-v2")), name="b", hostnames=["a.b"]),
        ),
        "the same backends": (*BASE, gateway(), route(rule(to())), route(rule(to()), name="b")),
        "one match on two listeners": (
            *VERSIONS,
            gateway(listener("a"), listener("b", 81)),
            route(rule(to("shop-v1")), parents=[{**PUBLIC, "sectionName": "a"}]),
            route(rule(to("shop-v2")), name="b", parents=[{**PUBLIC, "sectionName": "b"}]),
        ),
        "a producer and a consumer route": (
            service(),
            *VERSIONS,
            route(rule(to("shop-v1")), parents=[MESH]),
            route(
                rule(to("shop-v2", namespace="shop")),
                name="b",
                namespace="other",
                parents=[{**MESH, "namespace": "shop"}],
            ),
        ),
    },
    "GS410": {
        "a class of characters": (route(rule(to(), matches=[path("/a/[0-9]+", "RegularExpression")])),),
        "an exact value with a bracket": (route(rule(to(), matches=[{"headers": [header("a", "(")]}])),),
        "case ignored": (route(rule(to(), matches=[{"headers": [header("a", "(?i)b", type="RegularExpression")]}])),),
    },
    "GS411": {
        "one backend, which the API server refuses itself": (
            route(rule(rewritten("shop"), matches=[path("/a", "Exact")])),
        ),
        "two backends and one prefix": (route(rule(rewritten("a"), rewritten("b"), matches=[path("/a")])),),
        "the full path replaced": (
            route(
                rule(
                    rewritten("a", "ReplaceFullPath"), rewritten("b", "ReplaceFullPath"), matches=[path("/a", "Exact")]
                )
            ),
        ),
    },
    "GS412": {
        "a host": (route(hostnames=["shop.example.com"]),),
        "a wildcard": (route(hostnames=["*.example.com"]),),
        "a host of digits": (route(hostnames=["10.example.com"]),),
    },
    "GS413": {
        "a regular expression": (route(rule(to(), matches=[path("/a/.*", "RegularExpression")])),),
        "an encoded space": (route(rule(to(), matches=[path("/a%20b")])),),
        "dots inside a name": (route(rule(to(), matches=[path("/a..b/v1.2")])),),
        "brackets of OData": (route(rule(to(), matches=[path("/Products(1)")])),),
    },
    "GS414": {
        "the root": (route(rule(to(), matches=[path("/")])),),
        "an exact path": (route(rule(to(), matches=[path("/a/", "Exact")])),),
        "no slash": (route(rule(to(), matches=[path("/a")])),),
    },
    "GS416": {
        "every default written": (route(FULL, parents=[FULL_PARENT]),),
        "a gRPC route without matches, for which there is no default": (
            route({"backendRefs": FULL["backendRefs"]}, kind="GRPCRoute", parents=[FULL_PARENT]),
        ),
        "a Gateway": (gateway(),),
    },
    "GS418": {
        "an expression that the exact value does not satisfy": (
            route(
                rule(to("a"), matches=[{"headers": [header("x", "b.*", type="RegularExpression")]}]),
                rule(to("b"), matches=[{"headers": [header("x", "c")]}]),
            ),
        ),
        "a header more, which decides": (
            route(
                rule(to("a"), matches=[{"headers": [header("x", ".*", type="RegularExpression")]}]),
                rule(to("b"), matches=[{"headers": [header("x", "c"), header("y", "d")]}]),
            ),
        ),
        "the same backends": (
            route(
                rule(to("a"), matches=[path("/a.*", "RegularExpression")]), rule(to("a"), matches=[path("/a", "Exact")])
            ),
        ),
        "one expression alone": (route(rule(to("a"), matches=[path("/a.*", "RegularExpression")]), rule(to("b"))),),
    },
    "GS419": {
        "no names": (route(rule(to()), rule(to(), matches=[path("/a")])),),
        "two names": (route(rule(to(), name="a"), rule(to(), name="b", matches=[path("/a")])),),
        "one name in two routes": (route(rule(to(), name="a")), route(rule(to(), name="a"), name="other")),
    },
    "GS417": {
        "a Canary of another mesh": (canary(provider="istio"), route()),
        "a Canary of another name": (canary(provider="gatewayapi:v1"), route(name="other")),
        "an Argo Rollout, which needs the route to exist": (rollout({"httpRoute": "shop"}), route()),
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
