"""How bad a finding is: the build proves an error, a warning doubts the intent, a note depends on what is outside."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateshift.checks.subject import Declared
from gateshift.config import read_rollout
from gateshift.model.finding import FieldRef, Level
from gateshift.schemas import Schemas
from tests.checks.manifests import (
    BASE,
    MESH,
    SPLIT,
    V1,
    VERSIONS,
    deployment,
    findings,
    gateway,
    grant,
    levels,
    listener,
    obj,
    route,
    rule,
    service,
    to,
)

ROLLOUT = """
service: {name: shop, namespace: shop, port: 80, targetPort: 8080}
route: {parents: [{service: shop}]}
workload: {container: shop, serviceAccount: shop}
versions: {v1: {image: "shop:1.0.0"}, v2: {image: "shop:2.0.0"}}
stages: [{name: split, shares: {v1: 90, v2: 10}}]
"""
STOCK = (service("stock", {"app": "stock"}, namespace="data"), deployment("stock", {"app": "stock"}, "data"))
ACROSS = rule(to("stock", namespace="data"))
GONE = deployment("shop-v2", {"app": "shop", "version": "v3"})
KIND = {"group": "apps", "kind": "Deployment"}
MIRROR = {"type": "RequestMirror", "requestMirror": {"backendRef": to(port=8080)}}
SAME = (service("shop-v1"), service("shop-v2"), deployment())


def split() -> Declared:
    rollout = read_rollout(ROLLOUT, Path("gateshift.yaml"), lambda _: None)
    return Declared(rollout, rollout.environments[0], rollout.stages[0])


LEVELS: dict[str, tuple[str, Level, tuple[str, ...]]] = {
    "a Service that nothing here suggests": ("GS301", Level.NOTE, (route(rule(to("grafana"))),)),
    "a Service of almost that name": ("GS301", Level.WARNING, (*BASE, route(rule(to("shpo"))))),
    "a Service of almost that name elsewhere": (
        "GS301",
        Level.NOTE,
        (service("shop", namespace="x"), route(rule(to("shpo")))),
    ),
    "a port of a backend with a share": ("GS302", Level.ERROR, (*BASE, route(rule(to(port=81))))),
    "a port of a backend without a share": (
        "GS302",
        Level.WARNING,
        (*BASE, route(rule(to(weight=1), to(port=81, weight=0)))),
    ),
    "a port of a mirror": ("GS302", Level.WARNING, (*BASE, route(rule(to(), filters=[MIRROR])))),
    "a port of a backend's own mirror": ("GS302", Level.WARNING, (*BASE, route(rule(to(filters=[MIRROR]))))),
    "a kind of Kubernetes": ("GS304", Level.ERROR, (*BASE, route(rule(to(port=None, **KIND))))),
    "a kind that somebody may define": ("GS304", Level.NOTE, (route(rule(to("x", None, group="x.io", kind="Y"))),)),
    "a grant for a backend in the build": ("GS305", Level.ERROR, (*STOCK, route(ACROSS))),
    "a grant for a backend outside": ("GS305", Level.NOTE, (route(ACROSS),)),
    "a grant that nearly fits": ("GS305", Level.WARNING, (grant({"kind": "GRPCRoute"}), route(ACROSS))),
    "a Gateway outside": ("GS310", Level.NOTE, (route(),)),
    "a Gateway of almost that name": ("GS310", Level.WARNING, (gateway(name="publik"), route())),
    "a Gateway of almost that name elsewhere": ("GS310", Level.NOTE, (gateway(name="publik", namespace="x"), route())),
    "a parent of Kubernetes": ("GS318", Level.ERROR, (route(parents=[{"group": "", "kind": "Pod", "name": "x"}]),)),
    "a parent of somebody's": ("GS318", Level.NOTE, (route(parents=[{"group": "x.io", "kind": "Y", "name": "x"}]),)),
    "no kind left for a listener": (
        "GS332",
        Level.ERROR,
        (gateway(listener(allowed={"kinds": [{"kind": "TCPRoute"}]})),),
    ),
    "one kind of two": (
        "GS332",
        Level.WARNING,
        (gateway(listener(allowed={"kinds": [{"kind": "TCPRoute"}, {"kind": "HTTPRoute"}]})),),
    ),
    "a Secret that is not in Git": (
        "GS333",
        Level.NOTE,
        (gateway(listener("a", 443, "HTTPS", tls={"certificateRefs": [{"name": "tls"}]})),),
    ),
    "a ConfigMap as certificate": (
        "GS333",
        Level.ERROR,
        (gateway(listener("a", 443, "HTTPS", tls={"certificateRefs": [{"kind": "ConfigMap", "name": "tls"}]})),),
    ),
    "a selector with a share that nearly fits": ("GS340", Level.ERROR, (*VERSIONS[:3], GONE, route(SPLIT))),
    "a selector with a share and pods from elsewhere": ("GS340", Level.NOTE, (service(), route())),
    "a selector with a share and a slip in its value": (
        "GS340",
        Level.WARNING,
        (service(selector={"app": "shpo"}), deployment(), route()),
    ),
    "a selector without a share": (
        "GS340",
        Level.NOTE,
        (*VERSIONS[:3], GONE, route(rule(to("shop-v1", weight=1), to("shop-v2", weight=0)))),
    ),
    "a named port without a share": (
        "GS344",
        Level.WARNING,
        (service(ports=[{"port": 80, "targetPort": "web"}]), deployment()),
    ),
    "a named port with a share": (
        "GS344",
        Level.ERROR,
        (service(ports=[{"port": 80, "targetPort": "web"}]), deployment(), route()),
    ),
    "one selector for two versions": ("GS348", Level.WARNING, (*SAME, route(SPLIT))),
    "a weight left out beside a large one": (
        "GS402",
        Level.WARNING,
        (*VERSIONS, route(rule(to("shop-v1", weight=90), to("shop-v2")))),
    ),
    "all weights left out": ("GS402", Level.NOTE, (*VERSIONS, route(rule(to("shop-v1"), to("shop-v2"))))),
    "an environment variable twice": (
        "GS203",
        Level.WARNING,
        (
            obj(
                "apps/v1",
                "Deployment",
                "x",
                spec={
                    "template": {
                        "spec": {
                            "containers": [
                                {
                                    "name": "x",
                                    "image": "x",
                                    "env": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}],
                                }
                            ]
                        }
                    }
                },
            ),
        ),
    ),
}


@pytest.mark.parametrize(("rule_id", "level", "objects"), LEVELS.values(), ids=LEVELS.keys())
def test_the_level_is_what_the_build_can_prove(
    rule_id: str, level: Level, objects: tuple[str, ...], schemas: Schemas
) -> None:
    assert levels(findings(*objects, catalog=schemas), rule_id) == [level]


def steered(*rules: object) -> str:
    return route(*rules, parents=[MESH])


def test_what_the_rollout_declares_is_an_error_when_it_is_missing() -> None:
    objects = (service(), *VERSIONS[:1], *VERSIONS[2:], steered(SPLIT))
    assert levels(findings(*objects, declared=split()), "GS301") == [Level.ERROR]
    assert levels(findings(*VERSIONS, steered(SPLIT), declared=split()), "GS310") == [Level.ERROR]


def test_the_versions_of_a_rollout_must_be_told_apart() -> None:
    assert Level.ERROR in levels(findings(service(), *SAME, steered(SPLIT), declared=split()), "GS348")
    mixed = (service(), VERSIONS[0], service("shop-v2", {"app": "shop"}), *VERSIONS[2:], steered(SPLIT))
    assert levels(findings(*mixed, declared=split()), "GS341") == [Level.ERROR]


def test_a_share_of_the_rollout_needs_pods_wherever_they_come_from() -> None:
    objects = (service(), service("shop-v1", V1), service("shop-v2", {"x": "y"}), *VERSIONS[2:], steered(SPLIT))
    assert levels(findings(*objects, declared=split()), "GS340") == [Level.ERROR]


def test_an_argo_rollout_may_not_own_the_route_of_a_rollout() -> None:
    routing = {"plugins": {"argoproj-labs/gatewayAPI": {"httpRoute": "shop"}}}
    other = obj("argoproj.io/v1alpha1", "Rollout", "shop", spec={"strategy": {"canary": {"trafficRouting": routing}}})
    assert levels(findings(service(), *VERSIONS, other, steered(SPLIT), declared=split()), "GS417") == [Level.WARNING]


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        ((90, None), "the weight of shop-v2 is left out and counts as 1"),
        ((None, None), "the weights of shop-v1, shop-v2 are left out and count as 1"),
    ],
)
def test_weights_that_are_left_out_are_counted_in_the_verb(weights: tuple[int | None, ...], words: str) -> None:
    backends = [to(f"shop-v{number}", weight=weight) for number, weight in enumerate(weights, start=1)]
    (message,) = [finding.message for finding in findings(*VERSIONS, route(rule(*backends))) if finding.rule == "GS402"]
    assert words in message


def test_an_address_is_found_behind_a_hostname_that_is_not_a_string() -> None:
    (finding,) = [each for each in findings(*BASE, route(hostnames=[80, "10.0.0.1"])) if each.rule == "GS412"]
    assert isinstance(finding.at, FieldRef)
    assert finding.at.pointer == ("spec", "hostnames", 1)


def test_an_address_is_shown_as_the_file_spells_it() -> None:
    (finding,) = [each for each in findings(*BASE, route(hostnames=["FE80::1"])) if each.rule == "GS412"]
    assert "FE80::1 is an IP address, which is not a hostname" in finding.message


def test_a_refused_hostname_is_shown_only_the_listeners_that_carry_the_route() -> None:
    own, other = listener(hostname="*.example.com"), listener("tls", 8443, "TLS", tls={"mode": "Passthrough"})
    found = findings(*BASE, gateway(own, other), route(hostnames=["shop.org"]))
    (message,) = [finding.message for finding in found if finding.rule == "GS313"]
    assert message.endswith("(*.example.com)")
