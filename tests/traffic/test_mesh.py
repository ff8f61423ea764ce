"""Calls to a Service: GEP-1294's producer and consumer routes, and the Service's own endpoints.

Facts of the mesh conformance tests (module sigs.k8s.io/gateway-api/conformance v1.6.3) and of geps/gep-1294.
"""

from __future__ import annotations

import pytest

from gateshift.model.resource import ResourceId
from gateshift.traffic.cluster import Cluster
from tests.traffic.building import ask, asked, cluster, route, sent, service, shares, told, versions

CUSTOMERS = f"""
apiVersion: v1
kind: Service
metadata: {{name: customers, namespace: default}}
spec:
  selector: {{app: customers}}
  ports: [{{name: http, port: 80, targetPort: 3000}}, {{name: alt, port: 8080, targetPort: 3000}}]
---
{service("customers-v1", app="customers", version="v1")}
---
{service("customers-v2", app="customers", version="v2")}
"""
TO = "Service/default/customers"
PARENT = '[{group: "", kind: Service, name: customers}]'
CANARY = """
- matches: [{headers: [{name: User-Agent, value: debug}]}]
  backendRefs: [{name: customers-v2, port: 80}]
- backendRefs:
  - {name: customers-v1, port: 80, weight: 90}
  - {name: customers-v2, port: 80, weight: 10}
"""


def held(*routes: str) -> Cluster:
    return cluster("\n---\n".join([CUSTOMERS, *routes]))


def only(name: str, path: str = "/", namespace: str = "default") -> str:
    where = f"{{name: {name}, namespace: {namespace}, port: 80}}"
    return f"- matches: [{{path: {{value: {path}}}}}]\n  backendRefs: [{where}]"


class TestProducerRoutes:
    def test_without_a_route_the_service_splits_by_pods(self) -> None:
        decision = ask(held(), TO)
        assert decision.route is None
        assert decision.status == 200
        assert versions(decision) == {"v1": 0.5, "v2": 0.5}
        assert any("its endpoints answer" in note for note in decision.notes)

    def test_a_route_splits_by_weight(self) -> None:
        decision = ask(held(route(CANARY, parents=PARENT)), TO)
        assert versions(decision) == {"v1": 0.9, "v2": 0.1}
        assert decision.rule == 1

    def test_the_debug_header_reaches_the_second_version(self) -> None:
        decision = ask(held(route(CANARY, parents=PARENT)), TO, headers={"user-agent": "debug"})
        assert shares(decision) == {"customers-v2": 1.0}
        assert (decision.rule, decision.match) == (0, 0)

    def test_where_a_route_is_attached_and_none_of_its_rules_matches_the_answer_is_404(self) -> None:
        """MeshHTTPRouteQueryParamMatching has six such requests."""
        narrow = held(route(only("customers-v2", "/new"), parents=PARENT))
        assert sent(narrow, TO, "/new") == "customers-v2"
        assert sent(narrow, TO, "/old") == "404"

    def test_it_applies_to_clients_of_every_namespace(self) -> None:
        assert sent(held(route(CANARY, parents=PARENT)), TO, "user-agent:debug from=elsewhere") == "customers-v2"

    def test_the_service_dialled_decides_and_not_the_host(self) -> None:
        """MeshFrontendHostname."""
        assert sent(held(route(only("customers-v1"), parents=PARENT)), TO, "host=customers-v2") == "customers-v1"

    def test_hostnames_of_the_route_are_ignored_and_that_is_said(self) -> None:
        """GEP-1294: implementations should not infer any functionality from the hostnames field."""
        decision = asked(
            held(route(only("customers-v1"), parents=PARENT, hostnames="[other.org]")), TO, "host=customers"
        )
        assert told(decision) == "customers-v1"
        assert any("hostnames" in note for note in decision.notes)

    def test_a_backend_that_is_the_parent_itself_does_not_loop(self) -> None:
        decision = ask(held(route(only("customers"), parents=PARENT)), TO)
        assert versions(decision) == {"v1": 0.5, "v2": 0.5}

    def test_routes_do_not_chain(self) -> None:
        first = route(only("customers-v1"), parents=PARENT, name="first")
        second = route(only("customers-v2"), parents='[{group: "", kind: Service, name: customers-v1}]', name="second")
        assert sent(held(first, second), TO, "/") == "customers-v1"
        assert sent(held(first, second), "Service/default/customers-v1", "/") == "customers-v2"

    def test_a_parent_without_its_group_attaches_to_nothing(self) -> None:
        """ParentReference.Group: for a Service it must be set to the empty string."""
        lost = held(route(only("customers-v2"), parents="[{kind: Service, name: customers}]"))
        assert ask(lost, TO).route is None

    def test_a_route_with_a_gateway_as_its_parent_has_no_say(self) -> None:
        assert ask(held(route(only("customers-v2"), parents="[{name: gw}]")), TO).route is None


class TestPorts:
    """MeshPorts."""

    def test_a_port_of_the_parent_reference_limits_the_route(self) -> None:
        eighty = held(route(only("customers-v2"), parents='[{group: "", kind: Service, name: customers, port: 80}]'))
        assert sent(eighty, TO, "port=80") == "customers-v2"
        assert ask(eighty, TO, port=8080).route is None

    def test_without_a_port_it_is_all_of_them(self) -> None:
        assert sent(held(route(only("customers-v2"), parents=PARENT)), TO, "port=8080") == "customers-v2"

    def test_a_section_is_a_port_by_its_name(self) -> None:
        alt = held(
            route(only("customers-v2"), parents='[{group: "", kind: Service, name: customers, sectionName: alt}]')
        )
        assert sent(alt, TO, "port=8080") == "customers-v2"
        assert ask(alt, TO, port=80).route is None

    def test_a_port_that_the_service_lacks_takes_no_call(self) -> None:
        assert ask(held(), TO, port=81).status == 503

    def test_a_port_that_is_chosen_is_said(self) -> None:
        assert any("taken to dial 80" in note for note in ask(held(), TO).notes)


class TestConsumerRoutes:
    """MeshConsumerRoute: a route in another namespace applies to the clients of its own namespace, instead of the
    producer's routes."""

    CONSUMER = route(
        only("customers-v2"),
        name="consumer",
        namespace="shop",
        parents='[{group: "", kind: Service, name: customers, namespace: default}]',
    )
    PRODUCER = route(only("customers-v1"), name="producer", parents=PARENT)

    @pytest.mark.parametrize(
        ("client", "answer"), [("shop", "customers-v2"), ("default", "customers-v1"), ("other", "customers-v1")]
    )
    def test_the_clients_namespace_decides(self, client: str, answer: str) -> None:
        assert sent(held(self.CONSUMER, self.PRODUCER), TO, f"from={client}") == answer

    def test_without_a_producer_route_other_clients_reach_the_endpoints(self) -> None:
        assert ask(held(self.CONSUMER), TO, client="other").route is None
        assert ask(held(self.CONSUMER), TO, client="shop").route is not None

    def test_producer_and_consumer_routes_are_never_merged(self) -> None:
        narrow = self.CONSUMER.replace("value: /", "value: /new")
        assert sent(held(narrow, self.PRODUCER), TO, "/other from=shop") == "404"

    def test_the_routes_that_are_set_aside_are_named(self) -> None:
        both = held(self.CONSUMER, self.PRODUCER)
        for client, aside in (("shop", "HTTPRoute default/producer"), ("default", "HTTPRoute shop/consumer")):
            assert any(note.startswith(f"{aside} does not apply") for note in asked(both, TO, f"from={client}").notes)

    def test_a_backend_in_another_namespace_needs_no_grant(self) -> None:
        assert sent(held(self.CONSUMER), TO, "from=shop") == "customers-v2"


class TestKindsOnOnePort:
    """GEP-1294: GRPCRoute before HTTPRoute; the loser is not accepted."""

    def test_the_grpc_route_wins(self) -> None:
        both = held(
            route(only("customers-v1"), name="http", parents=PARENT),
            route("- backendRefs: [{name: customers-v2, port: 80}]", name="grpc", parents=PARENT, kind="GRPCRoute"),
        )
        assert sent(both, TO, "grpc /a.B/C") == "customers-v2"
        assert sent(both, TO, "/") == "404"

    def test_on_another_port_the_http_route_stays(self) -> None:
        grpc = '[{group: "", kind: Service, name: customers, port: 8080}]'
        both = held(
            route(only("customers-v1"), name="http", parents=PARENT),
            route("- backendRefs: [{name: customers-v2, port: 80}]", name="grpc", parents=grpc, kind="GRPCRoute"),
        )
        assert sent(both, TO, "/ port=80") == "customers-v1"
        assert sent(both, TO, "grpc /a.B/C port=8080") == "customers-v2"


class TestServicesOutside:
    """A Service that another root provides."""

    ELSEWHERE = ResourceId("", "Service", "prod", "orders")

    def test_a_name_that_nothing_has_does_not_resolve(self) -> None:
        decision = ask(held(), "Service/default/nobody")
        assert decision.status == 503
        assert any("does not resolve" in note for note in decision.notes)

    def test_taken_to_exist_it_has_the_routes_that_name_it(self) -> None:
        named = '[{group: "", kind: Service, name: orders, namespace: prod}]'
        outside = held(route(only("customers-v2"), namespace="prod", parents=named)).derive(assume=[self.ELSEWHERE])
        assert shares(ask(outside, "Service/prod/orders")) == {"customers-v2": 1.0}

    def test_taken_to_exist_and_without_a_route_it_answers(self) -> None:
        outside = held().derive(assume=[self.ELSEWHERE])
        decision = ask(outside, "Service/prod/orders")
        assert (decision.status, decision.backends) == (200, ())

    def test_taken_to_exist_it_is_a_backend(self) -> None:
        refs = "- backendRefs: [{name: orders, namespace: prod, port: 80}]"
        outside = held(route(refs, parents=PARENT))
        assert sent(outside, TO, "/") == "500"
        assert sent(outside.derive(assume=[self.ELSEWHERE]), TO, "/") == "orders"


def test_without_pods_the_endpoints_cannot_answer() -> None:
    empty = cluster(
        "apiVersion: v1\nkind: Service\nmetadata: {name: customers, namespace: default}\n"
        "spec: {selector: {app: none}, ports: [{port: 80}]}\n"
    )
    assert told(ask(empty, TO)) == "503"
