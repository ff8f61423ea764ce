"""References between objects of all kinds, probes, redirects and owners: each fault, and its innocent twin."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateshift.model.finding import Level
from gateshift.schemas import Schemas
from tests.checks.manifests import (
    API,
    BASE,
    PUBLIC,
    SPLIT,
    VERSIONS,
    deployment,
    findings,
    gateway,
    levels,
    listener,
    obj,
    route,
    rule,
    service,
    to,
)
from tests.checks.test_transformers import built

CONFIG = obj("v1", "ConfigMap", "settings", data={"mode": "fast"})


def pod(**spec: Any) -> str:
    return obj("v1", "Pod", "job", spec={"containers": [{"name": "job", "image": "job:1", **spec}]})


def from_config(name: str, **more: Any) -> str:
    return pod(envFrom=[{"configMapRef": {"name": name, **more}}])


@pytest.mark.parametrize("name", ["setings", "settings2x", "setting"])
def test_a_name_that_is_almost_in_the_build_is_a_warning(name: str) -> None:
    assert levels(findings(from_config(name), CONFIG), "GS325") == [Level.WARNING]


@pytest.mark.parametrize(
    "holder",
    [
        from_config("settings"),
        from_config("something-else"),
        from_config("settings2"),
        from_config("setings").replace('"namespace": "shop"', '"namespace": "other"'),
    ],
    ids=["the name itself", "a name unlike it", "a name that differs in a number", "another namespace"],
)  # fmt: skip
def test_a_name_that_may_be_meant_is_quiet(holder: str) -> None:
    assert levels(findings(holder, CONFIG), "GS325") == []


@pytest.mark.parametrize(
    ("holder", "target"),
    [
        (
            obj("networking.k8s.io/v1", "Ingress", "web", spec={"defaultBackend": {"service": {"name": "shopp"}}}),
            service(),
        ),
        (
            obj("rbac.authorization.k8s.io/v1", "RoleBinding", "web", roleRef={"kind": "Role", "name": "reder",
                "apiGroup": "rbac.authorization.k8s.io"}),
            obj("rbac.authorization.k8s.io/v1", "Role", "reader", rules=[]),
        ),
        (
            obj("cert-manager.io/v1", "Certificate", "web", spec={"issuerRef": {"name": "letsencript"}}),
            obj("cert-manager.io/v1", "Issuer", "letsencrypt", spec={}),
        ),
        (
            obj("v1", "Pod", "job", spec={"containers": [{"name": "job"}], "serviceAccountName": "runer"}),
            obj("v1", "ServiceAccount", "runner"),
        ),
        (
            obj("argoproj.io/v1alpha1", "Rollout", "web", spec={"template": {"spec": {"containers": [{"name": "web"}],
                "volumes": [{"name": "data", "secret": {"secretName": "tokn"}}]}}}),
            obj("v1", "Secret", "token"),
        ),
    ],
    ids=["Ingress", "RoleBinding", "Certificate", "service account", "a Rollout's volume"],
)  # fmt: skip
def test_references_of_every_kind_are_read(holder: str, target: str) -> None:
    assert levels(findings(holder, target), "GS325") == [Level.WARNING]


def test_a_generated_secret_leaves_the_listener_s_reference_behind(tmp_path: Path, schemas: Schemas) -> None:
    tls = {"mode": "Terminate", "certificateRefs": [{"name": "web-tls"}]}
    kind = "type: kubernetes.io/tls, literals: [tls.crt=a, tls.key=b]"
    generator = f"secretGenerator: [{{name: web-tls, namespace: infra, {kind}}}]\n"
    holder = gateway(listener("https", 443, "HTTPS", tls=tls))
    assert [finding.rule for finding in built(tmp_path, schemas, generator, holder)] == ["GS324"]
    fixed = generator + "generatorOptions: {disableNameSuffixHash: true}\n"
    assert "GS324" not in {finding.rule for finding in built(tmp_path, schemas, fixed, holder)}


def test_a_prefix_and_a_namespace_together_leave_the_backend_behind(tmp_path: Path, schemas: Schemas) -> None:
    found = built(tmp_path, schemas, "namePrefix: dev-\nnamespace: dev\n", *BASE, route())
    assert [(finding.rule, finding.level) for finding in found] == [("GS303", Level.ERROR)]


def probed(port: Any) -> str:
    ports = [{"name": "http", "containerPort": 8080}]
    container = {"name": "shop", "image": "shop:1", "ports": ports, "readinessProbe": {"httpGet": {"port": port}}}
    template = {"metadata": {"labels": {"app": "shop"}}, "spec": {"containers": [container]}}
    return obj(
        "apps/v1", "Deployment", "shop", spec={"selector": {"matchLabels": {"app": "shop"}}, "template": template}
    )


@pytest.mark.parametrize(
    ("port", "others", "expected"),
    [
        ("health", (service(), route()), [Level.ERROR]),
        ("health", (), [Level.WARNING]),
        ("http", (service(), route()), []),
        (9090, (service(), route()), []),
    ],
    ids=["with a share", "without a share", "a port it has", "a number that nobody declares"],
)
def test_a_probe_of_a_port_that_the_container_lacks(port: Any, others: tuple[str, ...], expected: list[Level]) -> None:
    assert levels(findings(probed(port), *others), "GS326") == expected


@pytest.mark.parametrize(("app", "expected"), [("shpo", [Level.WARNING]), ("shop", []), ("web", [])])
def test_a_network_policy_that_nearly_fits_pods_is_told(app: str, expected: list[Level]) -> None:
    peer = {"podSelector": {"matchLabels": {"app": app}}}
    policy = obj("networking.k8s.io/v1", "NetworkPolicy", "shop", spec={"podSelector": {}, "egress": [{"to": [peer]}]})
    assert levels(findings(deployment(), policy), "GS343") == expected


def redirecting(**redirect: Any) -> dict[str, Any]:
    return rule(filters=[{"type": "RequestRedirect", "requestRedirect": redirect}])


TLS = {"mode": "Terminate", "certificateRefs": [{"name": "web-tls"}]}
BOTH = gateway(listener(), listener("https", 443, "HTTPS", tls=TLS))


@pytest.mark.parametrize(
    ("redirect", "parent", "circles"),
    [
        ({"scheme": "https"}, PUBLIC, True),
        ({"scheme": "https"}, {**PUBLIC, "sectionName": "http"}, False),
        ({"statusCode": 301}, {**PUBLIC, "sectionName": "http"}, True),
        ({"hostname": "shop.example.org"}, {**PUBLIC, "sectionName": "http"}, True),
        ({"hostname": "www.example.org"}, {**PUBLIC, "sectionName": "http"}, False),
        ({"path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/"}}, PUBLIC, True),
        ({"path": {"type": "ReplaceFullPath", "replaceFullPath": "/home"}}, PUBLIC, True),
        ({"port": 8443, "scheme": "https"}, {**PUBLIC, "sectionName": "http"}, False),
    ],
)
def test_a_redirect_that_leads_back_is_told(redirect: Any, parent: Any, circles: bool) -> None:  # noqa: FBT001 -- a case
    found = findings(BOTH, route(redirecting(**redirect), parents=[parent], hostnames=["shop.example.org"]))
    assert levels(found, "GS430") == ([Level.WARNING] if circles else [])


def test_a_redirect_at_a_gateway_outside_counts_only_where_nothing_changes() -> None:
    assert levels(findings(route(redirecting(statusCode=301))), "GS430") == [Level.WARNING]
    assert levels(findings(route(redirecting(scheme="https"))), "GS430") == []


@pytest.mark.parametrize(
    ("replacement", "more", "endless"),
    [
        ({"type": "ReplacePrefixMatch", "replacePrefixMatch": "/a"}, (), True),
        ({"type": "ReplacePrefixMatch", "replacePrefixMatch": "/a"}, ("/a",), False),
        ({"type": "ReplaceFullPath", "replaceFullPath": "/"}, (), True),
        ({"type": "ReplaceFullPath", "replaceFullPath": "/home"}, ("/home",), False),
    ],
)
def test_a_redirect_whose_path_it_takes_again_has_no_end(
    replacement: Any,
    more: tuple[str, ...],
    endless: bool,  # noqa: FBT001 -- a case
) -> None:
    served = [rule(to("shop"), matches=[{"path": {"type": "PathPrefix", "value": path}}]) for path in more]
    found = findings(BOTH, route(redirecting(path=replacement), *served))
    assert levels(found, "GS430") == ([Level.WARNING] if endless else [])


def test_a_kruise_rollout_and_a_selector_of_argo_rollouts_own_a_split() -> None:
    kruise = obj("rollouts.kruise.io/v1beta1", "Rollout", "shop", spec={"strategy": {"canary": {"trafficRoutings": [
        {"service": "shop", "gateway": {"httpRouteName": "shop"}}]}}})  # fmt: skip
    plugin = {"argoproj-labs/gatewayAPI": {"httpRouteSelector": {"matchLabels": {"team": "shop"}}}}
    argo = obj("argoproj.io/v1alpha1", "Rollout", "shop", spec={"strategy": {"canary": {"trafficRouting": {
        "plugins": plugin}}}})  # fmt: skip
    split, single = route(SPLIT), route(rule(to("shop-v1")))
    assert levels(findings(*VERSIONS, split, kruise), "GS417") == [Level.WARNING]
    assert levels(findings(*VERSIONS, single, kruise), "GS417") == []
    labelled = obj(
        f"{API}/v1", "HTTPRoute", "web", metadata={"labels": {"team": "shop"}},
        spec={"parentRefs": [PUBLIC], "rules": [SPLIT]},
    )  # fmt: skip
    assert levels(findings(*VERSIONS, labelled, argo), "GS417") == [Level.WARNING]
    assert levels(findings(*VERSIONS, split, argo), "GS417") == []


def test_a_service_over_the_pods_of_both_versions_makes_a_split_meaningless() -> None:
    stable = deployment("shop-stable", {"app": "shop", "track": "stable"})
    canary = deployment("shop-canary", {"app": "shop", "track": "canary"}, image="shop:2.0.0")
    wide, narrow = service("shop-v1", {"app": "shop"}), service("shop-v2", {"app": "shop", "track": "canary"})
    assert levels(findings(stable, canary, wide, narrow, route(SPLIT)), "GS348") == [Level.WARNING]
    told_apart = service("shop-v1", {"app": "shop", "track": "stable"})
    assert levels(findings(stable, canary, told_apart, narrow, route(SPLIT)), "GS348") == []
