"""The service's own Service: ports that go together, and fields that need a type which has them.

Source: k8s.io/kubernetes/pkg/apis/core/validation, ValidateService.
"""

from __future__ import annotations

from gateshift.config.describe import dotted
from gateshift.config.draft import Draft
from gateshift.config.spec_errors import SpecErrors
from gateshift.yamldoc.data import FieldPath, JsonObject, look_up, object_at, text_at

_EXTERNAL = ("NodePort", "LoadBalancer")
_NEEDS_TYPE = {
    "externalTrafficPolicy": _EXTERNAL,
    "loadBalancerClass": ("LoadBalancer",),
    "loadBalancerSourceRanges": ("LoadBalancer",),
}


def check_service(draft: Draft, faults: SpecErrors) -> None:
    """Report ports that the API server refuses together, a port to split that is not listed, and fields that the
    Service's type does not have."""
    service = object_at(draft.data, "service")
    kind = text_at(service, "type") or "ClusterIP"
    _ports(draft, kind, faults)
    for key, kinds in _NEEDS_TYPE.items():
        if key in service and kind not in kinds:
            _wrong_type(("service", key), kind, kinds, faults)
    if "sessionAffinityConfig" in service and text_at(service, "sessionAffinity") != "ClientIP":
        faults.add(
            ("service", "sessionAffinityConfig"),
            "service.sessionAffinityConfig: only a Service with `sessionAffinity: ClientIP` has it",
            "write `sessionAffinity: ClientIP`, or remove it",
            key=True,
        )


def _wrong_type(at: FieldPath, kind: str, kinds: tuple[str, ...], faults: SpecErrors) -> None:
    faults.add(
        at,
        f"{dotted(at)}: a Service of the type {kind} has none",
        f"write `type: {' or '.join(kinds)}`, or remove it",
        key=True,
    )


def _ports(draft: Draft, kind: str, faults: SpecErrors) -> None:
    ports = list(draft.ports())
    first: dict[str, int] = {}
    for index, port in ports:
        at: FieldPath = ("service", "ports", index)
        name, number, protocol = text_at(port, "name"), port.get("port"), text_at(port, "protocol") or "TCP"
        if not name and len(ports) > 1:
            faults.add(at, f"{dotted(at)}: each of several ports needs a name", "add a `name`")
        for key, value in (("name", f"`{name}`" if name else ""), ("port", f"{number}/{protocol}" if number else "")):
            if value and first.setdefault(value, index) != index:
                here = (*at, key)
                faults.add(here, f"{dotted(here)}: service.ports[{first[value]}] is {value} too", "remove one")
        if "nodePort" in port and kind not in _EXTERNAL:
            _wrong_type((*at, "nodePort"), kind, _EXTERNAL, faults)
    _split(draft, [port for _, port in ports], faults)


def _split(draft: Draft, ports: list[JsonObject], faults: SpecErrors) -> None:
    if not ports:
        return
    at: FieldPath = ("service", "port")
    if look_up(draft.data, at) is not None and not draft.split_port:
        known = ", ".join(str(port.get("port")) for port in ports)
        faults.add(at, f"service.port: the route splits this port, but `ports` does not list it: {known}")
    elif text_at(draft.split_port, "protocol") not in ("", "TCP"):
        faults.add(
            at if look_up(draft.data, at) is not None else ("service", "ports"),
            f"service.ports: the route splits port {draft.port}, which must be a TCP port",
            "say with `port` which of them the route splits",
        )
