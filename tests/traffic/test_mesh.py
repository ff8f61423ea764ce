"""Calls to a Service: GEP-1294's producer and consumer routes, and the Service's own endpoints."""

from __future__ import annotations

from tests.traffic.building import ask, cluster, route, service, shares, versions

CUSTOMERS = f"""
apiVersion: v1
kind: Service
metadata: {{name: customers, namespace: default}}
spec:
  selector: {{app: customers}}
  ports: [{{name: http, port: 80, targetPort: 3000}}]
---
{service("customers-v1", app="customers", version="v1")}
---
{service("customers-v2", app="customers", version="v2")}
"""
PARENT = '[{group: "", kind: Service, name: customers, port: 80}]'
CANARY = """
- matches: [{headers: [{name: User-Agent, value: debug}]}]
  backendRefs: [{name: customers-v2, port: 80}]
- backendRefs:
  - {name: customers-v1, port: 80, weight: 90}
  - {name: customers-v2, port: 80, weight: 10}
"""


def test_without_a_route_the_service_splits_by_pods() -> None:
    decision = ask(cluster(CUSTOMERS), "Service/default/customers")
    assert decision.route is None
    assert decision.status == 200
    assert versions(decision) == {"v1": 0.5, "v2": 0.5}


def test_a_producer_route_splits_by_weight() -> None:
    decision = ask(cluster(CUSTOMERS, route(CANARY, parents=PARENT)), "Service/default/customers")
    assert decision.status == 200
    assert versions(decision) == {"v1": 0.9, "v2": 0.1}
    assert decision.rule == 1


def test_the_debug_header_reaches_the_second_version() -> None:
    held = cluster(CUSTOMERS, route(CANARY, parents=PARENT))
    decision = ask(held, "Service/default/customers", headers={"user-agent": "debug"})
    assert shares(decision) == {"customers-v2": 1.0}
    assert (decision.rule, decision.match) == (0, 0)
