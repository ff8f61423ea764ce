"""Ingresses and the Service ports that they send requests to.

Source: Kubernetes v1.37 networking/v1 ServiceBackendPort: the name or the number of one of the Service's ports.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.checks.subject import Subject
from gateshift.model.finding import FieldRef, Finding, Level, Related
from gateshift.model.nearest import nearest
from gateshift.model.resource import Resource
from gateshift.model.rule import check
from gateshift.yamldoc.data import FieldPath, list_at, look_up, text_at

_DEFAULT: FieldPath = ("spec", "defaultBackend", "service")


@check("GS315", source="Kubernetes v1.37, networking/v1 ServiceBackendPort")
def ingress_port_not_on_service(subject: Subject) -> Iterator[Finding]:
    """An Ingress sends requests to a port that its Service does not have.

    The Service is in the build, so nothing else will add the port: controllers answer those requests with 503, or leave
    the path out.
    """
    for ingress in subject.of_kind("networking.k8s.io", "Ingress"):
        for at in _backends(ingress):
            service = subject.cluster.service(ingress.id.namespace, text_at(ingress.data, *at, "name"))
            if service is None or service.type == "ExternalName":
                continue
            name, number = text_at(ingress.data, *at, "port", "name"), look_up(ingress.data, (*at, "port", "number"))
            names = [port.name for port in service.ports if port.name]
            numbers = [port.port for port in service.ports]
            if (name in names) if name else (number in numbers or not isinstance(number, int)):
                continue
            near = nearest(name, names) if name else None
            known = ", ".join(f"{port.name} {port.port}".strip() for port in service.ports) or "none"
            yield Finding(
                Level.WARNING,
                f"{ingress.id} sends requests to port {name or number} of {service.resource.id}, "
                f"which has no such port (its ports: {known})",
                FieldRef(ingress, (*at, "port", "name" if name else "number")),
                "503 from the Ingress's controller",
                f"Write {near} if that is what is meant." if near else "Name one of the Service's ports.",
                (Related("the ports of the Service", FieldRef(service.resource, ("spec", "ports"))),),
            )


def _backends(ingress: Resource) -> Iterator[FieldPath]:
    """Where an Ingress names Services."""
    if isinstance(look_up(ingress.data, _DEFAULT), dict):
        yield _DEFAULT
    for index, rule in enumerate(list_at(ingress.data, "spec", "rules")):
        for place, path in enumerate(list_at(rule, "http", "paths")):
            if isinstance(look_up(path, ("backend", "service")), dict):
                yield ("spec", "rules", index, "http", "paths", place, "backend", "service")
