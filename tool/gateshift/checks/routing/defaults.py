"""Fields of a route that are left to their default.

Source: the `default` values of the CRDs; Argo CD compares the file with what the API server stored.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from gateshift.apischema.cel.rules import field_path
from gateshift.apischema.kinds import GATEWAY_API
from gateshift.apischema.schema_tree import node_of
from gateshift.checks.schema.admission import completed
from gateshift.checks.subject import Subject
from gateshift.model.finding import FieldRef, Finding, Level
from gateshift.model.resource import Resource
from gateshift.model.rule import check
from gateshift.traffic.routes import ROUTE_KINDS
from gateshift.yamldoc.data import FieldPath, Json

_SHOWN = 4


class _LeftOut(Struct, frozen=True):
    """A field that the API server fills in: where, and with what."""

    pointer: FieldPath
    value: Json


def left_out(before: Json, after: Json, at: FieldPath = ()) -> Iterator[_LeftOut]:
    """The fields that completing an object added, outermost only, in the order of the schema."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key, value in after.items():
            if key in before and before[key] is not None:
                yield from left_out(before[key], value, (*at, key))
            elif value is not None:
                yield _LeftOut((*at, key), value)
    elif isinstance(before, list) and isinstance(after, list):
        for index, (entry, completed_entry) in enumerate(zip(before, after, strict=False)):
            yield from left_out(entry, completed_entry, (*at, index))


def defaults_of(subject: Subject, resource: Resource) -> tuple[_LeftOut, ...]:
    """The fields of the route that it leaves to their default; none where no schema is known."""
    schema = subject.schema(resource)
    if schema is None:
        return ()
    return tuple(left_out(resource.data, completed(node_of(schema), resource).data))


@check("GS416", source="Gateway API v1.6 CRDs (default); argo-cd: OutOfSync on defaulted fields of custom resources")
def defaults_left_out(subject: Subject) -> Iterator[Finding]:
    """A route leaves fields out that the API server fills in.

    Argo CD compares the file with the stored object and shows the route as OutOfSync forever, because lists of a
    custom resource are compared whole. `gateshift validate --fix` writes the fields out.
    """
    for resource in subject.of_kind(GATEWAY_API, *ROUTE_KINDS):
        fields = defaults_of(subject, resource)
        if not fields:
            continue
        shown = ", ".join(field_path(field.pointer) for field in fields[:_SHOWN])
        more = f" and {len(fields) - _SHOWN} more" if len(fields) > _SHOWN else ""
        yield Finding(
            Level.NOTE,
            f"{resource.id} leaves {shown}{more} to the API server's default",
            FieldRef(resource, fields[0].pointer),
            "Argo CD shows the route as OutOfSync after every sync",
            "Write the defaults out: `gateshift validate --fix` does.",
        )
