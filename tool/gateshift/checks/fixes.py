"""Faults that can be fixed in the files themselves without changing what they mean: defaults left out of routes.

Source: the `default` values of the Gateway API's CRDs; what Argo CD compares is the file with the stored object.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.apischema.defaulting import complete
from gateshift.apischema.kinds import GATEWAY_API
from gateshift.apischema.schema_tree import SchemaNode, node_of
from gateshift.checks.routing.defaults import defaults_left_out, left_out
from gateshift.checks.subject import Catalog
from gateshift.model.resource import objects_in
from gateshift.traffic.routes import ROUTE_KINDS
from gateshift.yamldoc import Document, UnreadableYaml, parse_all
from gateshift.yamldoc.data import FieldPath, Json, JsonObject, object_at, text_at
from gateshift.yamldoc.insert import CannotInsert, Insertion, apply, insert_fields

FIXED_RULES = (defaults_left_out.rule.id,)
"""The rules whose findings these edits remove."""


def with_defaults_written(text: str, catalog: Catalog) -> str:
    """The file with every defaulted field of its routes written out, or as it is where nothing is left out.

    Comments, quotes and line breaks stay. A file is left alone where an edit would not give back, object for object,
    what the API server makes of it now.
    """
    try:
        documents = parse_all(text)
        edited = apply(text, (insertion for document in documents for insertion in _insertions(document, catalog)))
        after = parse_all(edited)
    except (UnreadableYaml, CannotInsert):
        return text
    same = len(documents) == len(after) and all(
        _meaning(before, catalog) == _meaning(now, catalog) for before, now in zip(documents, after, strict=True)
    )
    return edited if same else text


def _routes(document: Document, catalog: Catalog) -> Iterator[tuple[FieldPath, JsonObject, SchemaNode]]:
    for at, data in objects_in(document.data):
        group, _, version = text_at(data, "apiVersion").rpartition("/")
        if group == GATEWAY_API and text_at(data, "kind") in ROUTE_KINDS:
            schema = catalog.structural(group, version, text_at(data, "kind"))
            if schema is not None:
                yield at, data, node_of(schema)


def _insertions(document: Document, catalog: Catalog) -> Iterator[Insertion]:
    for at, data, node in _routes(document, catalog):
        fields: dict[FieldPath, dict[str, Json]] = {}
        for field in left_out(data, complete(node, data).data):
            key = field.pointer[-1]
            holder = object_at(data, *field.pointer[:-1])
            if isinstance(key, str) and key not in holder:
                fields.setdefault((*at, *field.pointer[:-1]), {})[key] = field.value
        for mapping, missing in fields.items():
            yield from insert_fields(document, mapping, missing)


def _meaning(document: Document, catalog: Catalog) -> Json:
    """The document's data with its routes as the API server completes them."""
    routes = {at: complete(node, data).data for at, data, node in _routes(document, catalog)}
    return [[list(at), routes.get(at, data)] for at, data in objects_in(document.data)]
