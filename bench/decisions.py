"""How many requests are decided in a second of processor time, for a route of 16 rules, without traces.

The requests hit every rule, a default and a miss, through a Gateway and to a Service. Reading and indexing the objects
is not counted, since a run does it once.
"""

from __future__ import annotations

import time
from pathlib import Path

from measure import Spread, spread

from gateshift.model.resource import Origin, Resource, ResourceId
from gateshift.traffic.cluster import Cluster
from gateshift.traffic.decide import decide
from gateshift.traffic.request import ParentRef, Request
from gateshift.yamldoc.data import JsonObject

RULES = 16
SECONDS, STRETCHES = 0.5, 5
GATEWAY = ParentRef("Gateway", "default", "gw")


def rate() -> Spread:
    """Decisions a second, over several stretches of time."""
    cluster = Cluster.of(objects())
    parents = (GATEWAY, ParentRef("Service", "default", "customers"))
    asked = [request for parent in parents for request in requests(parent)]
    return spread([_rate(cluster, asked) for _ in range(STRETCHES + 1)][1:])


def _rate(cluster: Cluster, asked: list[Request]) -> float:
    done, start = 0, time.process_time()
    while time.process_time() - start < SECONDS:
        for request in asked:
            decide(cluster, request, trace=False)
        done += len(asked)
    return done / (time.process_time() - start)


def requests(parent: ParentRef) -> list[Request]:
    """One request for each rule, by path and by header, and one that only the last rule takes."""
    host = "shop.example.org"
    paths = [Request(parent, host=host, path=f"/service-{index}/item") for index in range(RULES)]
    headers = [Request(parent, host=host, headers=(("X-Tester", f"t{index}"),)) for index in range(RULES)]
    return [*paths, *headers, Request(parent, host=host, path="/elsewhere")]


def objects() -> list[Resource]:
    """A Gateway, a Service with two versions behind it and a route of 16 rules that both have as their parent."""
    backends = [{"name": "customers-v1", "port": 80, "weight": 90}, {"name": "customers-v2", "port": 80, "weight": 10}]
    rules = [
        {
            "matches": [
                {"path": {"type": "PathPrefix", "value": f"/service-{index}"}},
                {"headers": [{"name": "x-tester", "value": f"t{index}"}]},
            ],
            "backendRefs": backends,
        }
        for index in range(RULES - 1)
    ]
    parents = [{"name": "gw"}, {"group": "", "kind": "Service", "name": "customers"}]
    spec = {"parentRefs": parents, "hostnames": ["shop.example.org"], "rules": [*rules, {"backendRefs": backends}]}
    listener = {"name": "http", "port": 80, "protocol": "HTTP"}
    return [
        resource("gateway.networking.k8s.io/v1", "Gateway", "gw", {"listeners": [listener]}),
        resource("gateway.networking.k8s.io/v1", "HTTPRoute", "customers", spec),
        *versions(),
    ]


def versions() -> list[Resource]:
    """The Service, the Service of each version, and the Deployments."""
    found = [service("customers", {"app": "customers"})]
    for version in ("v1", "v2"):
        labels = {"app": "customers", "version": version}
        pod = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "svc", "image": "example.org/svc"}]}}
        found.append(service(f"customers-{version}", labels))
        found.append(resource("apps/v1", "Deployment", f"customers-{version}", {"template": pod}))
    return found


def service(name: str, selector: dict[str, str]) -> Resource:
    """A Service with one port."""
    return resource("v1", "Service", name, {"selector": selector, "ports": [{"port": 80, "targetPort": 3000}]})


def resource(api_version: str, kind: str, name: str, spec: object) -> Resource:
    """An object of the namespace default."""
    data: JsonObject = {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, "namespace": "default"}}
    data["spec"] = spec  # type: ignore[assignment]  # plain data, built above
    identity = ResourceId(api_version.rpartition("/")[0], kind, "default", name)
    return Resource(api_version, identity, data, Origin(Path("bench.yaml")))
