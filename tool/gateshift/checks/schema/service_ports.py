"""Ports of a Service that the API server refuses although the schema passes them."""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.checks.subject import Subject
from gateshift.model.finding import FieldRef, Finding, Level, Related
from gateshift.model.resource import Resource
from gateshift.model.rule import check
from gateshift.yamldoc.data import FieldPath, Json, list_at, look_up, text_at

_AT: FieldPath = ("spec", "ports")


@check("GS212", source="Kubernetes, pkg/apis/core/validation/validation.go (ValidateService)")
def service_ports_collide(subject: Subject) -> Iterator[Finding]:
    """Two ports of a Service have one name, one number with the same protocol, or no name at all.

    The API server refuses the Service. A strategic merge patch on a port's number is the usual cause: it adds a
    second port next to the first, because the number is the key of the list.
    """
    for service in subject.of_kind("", "Service"):
        ports = list_at(service.data, *_AT)
        yield from _unnamed(service, ports)
        yield from _repeated(service, [_number(port) for port in ports], "number and protocol", ())
        yield from _repeated(service, [text_at(port, "name") for port in ports], "name", ("name",))


def _number(port: Json) -> str:
    number = look_up(port, ("port",))
    return "" if number is None else f"{number}/{text_at(port, 'protocol') or 'TCP'}"


def _unnamed(service: Resource, ports: list[Json]) -> Iterator[Finding]:
    if len(ports) < 2:
        return
    for index, port in enumerate(ports):
        if not text_at(port, "name"):
            yield Finding(
                Level.ERROR,
                f"{service.id}: port {look_up(port, ('port',))} has no name, and of several ports each needs one",
                FieldRef(service, (*_AT, index)),
                f"spec.ports[{index}].name: Required value",
                "Name the port, such as `http`.",
            )


def _repeated(service: Resource, values: list[str], what: str, below: FieldPath) -> Iterator[Finding]:
    first: dict[str, int] = {}
    for index, value in enumerate(values):
        if value and first.setdefault(value, index) != index:
            path = "".join(f".{step}" for step in below)
            yield Finding(
                Level.ERROR,
                f"{service.id}: two ports have the same {what}, {value}",
                FieldRef(service, (*_AT, index, *below)),
                f'spec.ports[{index}]{path}: Duplicate value: "{value}"',
                "Keep one of the two. A strategic merge patch replaces a port only where its number stays the same.",
                (Related("the other port", FieldRef(service, (*_AT, first[value], *below))),),
            )
