import pytest

from gateshift.app.report.picture import PictureSubject, picture
from gateshift.model.picture import Edge, Lane, NodeRole, Picture
from gateshift.traffic.routes import RouteParent
from tests.app.stages import shipped, stage_cluster
from tests.traffic.building import cluster, service

PARENT = RouteParent("", "Service", "default", "customers", "", None, ())


def drawn(stage_name: str) -> Picture:
    rollout = shipped()
    stage = rollout.stage(stage_name)
    extras = tuple(rule.name for rule in stage.rules)
    subject = PictureSubject((PARENT,), ("HTTPRoute", "customers"), extras)
    return picture(stage_cluster(rollout, stage, rollout.environments[0]), subject)


def ways(found: Picture) -> dict[tuple[str, str], tuple[Lane, float | None]]:
    """Each way by the names of its ends."""
    names = {node.key: f"{node.role.value} {node.name}" for node in found.nodes}
    return {(names[edge.origin], names[edge.target]): (edge.lane, edge.share) for edge in found.edges}


def idle(found: Picture) -> set[str]:
    return {f"{node.role.value} {node.name}" for node in found.nodes if node.idle}


def test_without_a_route_the_service_sends_to_its_pods() -> None:
    assert ways(drawn("initial")) == {("parent customers", "workload customers-v1"): (Lane.PRODUCTION, 1.0)}


def test_services_to_which_nothing_refers_are_idle() -> None:
    assert idle(drawn("subsets")) == {"service customers-v1", "service customers-v2"}


def test_a_deployment_without_a_share_is_idle() -> None:
    assert idle(drawn("dark")) == {"service customers-v2", "workload customers-v2"}


def test_the_debug_path_is_a_lane_of_its_own() -> None:
    found = drawn("debug")
    assert idle(found) == set()
    assert ways(found)["rule debug", "service customers-v2"] == (Lane.EXTRA, 1.0)
    assert ways(found)["parent customers", "rule debug"] == (Lane.EXTRA, None)
    assert ways(found)["rule default", "service customers-v1"] == (Lane.PRODUCTION, 1.0)
    (rule,) = (node for node in found.nodes if node.name == "debug")
    assert rule.notes == ("header user-agent = debug",)


def test_shares_go_on_to_what_runs() -> None:
    found = ways(drawn("canary"))
    assert found["rule default", "service customers-v2"] == (Lane.PRODUCTION, 0.1)
    assert found["service customers-v2", "workload customers-v2"] == (Lane.PRODUCTION, 0.1)


def test_each_workload_has_its_version() -> None:
    found = {node.name: node.version for node in drawn("half").nodes if node.role is NodeRole.WORKLOAD}
    assert found == {"customers-v1": "v1", "customers-v2": "v2"}


ROUTE = """
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: shop, namespace: default}
spec:
  parentRefs: [{name: edge, namespace: infra, sectionName: https}]
  rules:
    - backendRefs: [{name: shop, port: 80, weight: 3}, {name: gone, port: 80, weight: 1}]
      filters: [{type: RequestMirror, requestMirror: {backendRef: {name: shadow, port: 80}, percent: 20}}]
    - matches: [{path: {type: Exact, value: /old}}]
      filters: [{type: RequestRedirect, requestRedirect: {hostname: new.example.org}}]
"""


def edges(found: Picture) -> dict[str, Edge]:
    return {edge.target: edge for edge in found.edges}


@pytest.fixture
def shop() -> Picture:
    deployment = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, namespace: default}
spec:
  replicas: 2
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec: {containers: [{name: shop, image: shop}]}
"""
    return picture(
        cluster(ROUTE, service("shop", app="shop"), service("shadow", app="shadow"), deployment), PictureSubject()
    )


def test_a_backend_outside_the_build_is_drawn_failing(shop: Picture) -> None:
    assert edges(shop)["service default/gone"].status == 500
    assert edges(shop)["service default/gone"].share == 0.25


def test_a_mirror_is_a_lane_of_its_own(shop: Picture) -> None:
    assert edges(shop)["service default/shadow"].lane is Lane.MIRROR
    assert edges(shop)["service default/shadow"].share == pytest.approx(0.2)
    assert "service shadow" not in idle(shop)


def test_a_gateway_is_a_parent_with_its_listener(shop: Picture) -> None:
    (gateway,) = (node for node in shop.nodes if node.role is NodeRole.PARENT)
    assert (gateway.kind, gateway.name, gateway.notes) == ("Gateway", "edge", ("infra", "listener https"))


def test_a_redirect_leads_to_no_backend(shop: Picture) -> None:
    (rule,) = (node for node in shop.nodes if node.name == "rule 1")
    assert rule.notes == ("path = /old", "redirects")
    assert not [edge for edge in shop.edges if edge.origin == rule.key]
