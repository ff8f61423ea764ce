"""A match of a route as Istio writes it, which is how Flagger takes one."""

from __future__ import annotations

from gateshift.yamldoc.data import Json, JsonObject, list_at, object_at, text_at

_COMPARED = {"Exact": "exact", "PathPrefix": "prefix", "RegularExpression": "regex"}


def istio_match(match: JsonObject) -> JsonObject:
    """A match of an HTTPRoute with path, method, headers and query parameters."""
    written: JsonObject = {}
    path = object_at(match, "path")
    if path:
        written["uri"] = {_COMPARED[text_at(path, "type") or "PathPrefix"]: text_at(path, "value") or "/"}
    if "method" in match:
        written["method"] = {"exact": text_at(match, "method")}
    for name in ("headers", "queryParams"):
        if list_at(match, name):
            written[name] = {text_at(value, "name"): _compared(value) for value in list_at(match, name)}
    return written


def _compared(value: Json) -> JsonObject:
    return {_COMPARED[text_at(value, "type") or "Exact"]: text_at(value, "value")}
