"""What the API server would refuse of the service's own Service, and the same without the fault."""

from __future__ import annotations

import pytest

from tests.config.reading import edited, only_mistake, parsed

NAME = "  name: customers\n"
TWO = "  ports: [{name: web, port: 80}, {name: metrics, port: 9090}]\n"


@pytest.mark.parametrize(
    ("faulty", "harmless", "message"),
    [
        (
            "  ports: [{port: 80}, {name: b, port: 81}]\n",
            "  ports: [{port: 80}]\n",
            "service.ports[0]: each of several ports needs a name",
        ),
        (
            "  ports: [{name: a, port: 80}, {name: a, port: 81}]\n",
            TWO,
            "service.ports[1].name: service.ports[0] is `a` too",
        ),
        (
            "  ports: [{name: a, port: 53}, {name: b, port: 53}]\n",
            "  ports: [{name: a, port: 53}, {name: b, port: 53, protocol: UDP}]\n",
            "service.ports[1].port: service.ports[0] is 53/TCP too",
        ),
        (
            f"{TWO}  port: 8080\n",
            f"{TWO}  port: 9090\n",
            "service.port: the route splits this port, but `ports` does not list it: 80, 9090",
        ),
        (
            "  ports: [{name: a, port: 53, protocol: UDP}, {name: b, port: 80}]\n",
            "  ports: [{name: a, port: 53, protocol: UDP}, {name: b, port: 80}]\n  port: 80\n",
            "service.ports: the route splits port 53, which must be a TCP port",
        ),
        (
            "  externalTrafficPolicy: Local\n",
            "  type: NodePort\n  externalTrafficPolicy: Local\n",
            "service.externalTrafficPolicy: a Service of the type ClusterIP has none",
        ),
        (
            "  type: NodePort\n  loadBalancerClass: example.com/lb\n",
            "  type: LoadBalancer\n  loadBalancerClass: example.com/lb\n",
            "service.loadBalancerClass: a Service of the type NodePort has none",
        ),
        (
            "  ports: [{port: 80, nodePort: 30080}]\n",
            "  type: LoadBalancer\n  ports: [{port: 80, nodePort: 30080}]\n",
            "service.ports[0].nodePort: a Service of the type ClusterIP has none",
        ),
        (
            "  sessionAffinityConfig: {clientIP: {timeoutSeconds: 60}}\n",
            "  sessionAffinity: ClientIP\n  sessionAffinityConfig: {clientIP: {timeoutSeconds: 60}}\n",
            "service.sessionAffinityConfig: only a Service with `sessionAffinity: ClientIP` has it",
        ),
        (
            f"{TWO}  targetPort: 8080\n",
            TWO,
            "service: `targetPort` cannot stand next to `ports`",
        ),
    ],
)
def test_a_fault_of_the_service(faulty: str, harmless: str, message: str) -> None:
    assert only_mistake(edited((NAME, NAME + faulty))).message == message
    parsed(edited((NAME, NAME + harmless)))
