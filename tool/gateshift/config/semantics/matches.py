"""The conditions of an extra rule: that they suit the kind of route, and that they ask for something."""

from __future__ import annotations

import json

from gateshift.config.describe import dotted
from gateshift.config.draft import Draft
from gateshift.config.schema import vocabulary
from gateshift.config.schema.schema_types import Text
from gateshift.config.slips import fits, mended
from gateshift.config.spec_errors import SpecErrors
from gateshift.model.rollout import RouteKind
from gateshift.yamldoc.data import FieldPath, Json, JsonObject, list_at, object_at, text_at

_HTTP_ONLY = ("path", "method", "query")


def check_match(draft: Draft, match: JsonObject, at: FieldPath, faults: SpecErrors) -> None:
    """Report conditions that the route's kind does not know, that hide one another, or that every request meets."""
    _of_this_kind(draft, match, at, faults)
    _headers(match, at, faults)
    _grpc(match, at, faults)
    if _asks_for_nothing(draft, match):
        faults.add(
            at,
            f"{dotted(at)}: every request meets this, as it meets the production rule, which answers first",
            "ask for a header, a query parameter, a cookie, a method or a longer path",
        )


def _of_this_kind(draft: Draft, match: JsonObject, at: FieldPath, faults: SpecErrors) -> None:
    if draft.kind is RouteKind.HTTP and "grpc" in match:
        faults.add(
            (*at, "grpc"),
            f"{dotted((*at, 'grpc'))}: an HTTPRoute cannot match gRPC calls",
            "set `route.kind: GRPCRoute`, or match the path `/package.Service/Method`",
            key=True,
        )
    for key in _HTTP_ONLY:
        if draft.kind is RouteKind.GRPC and key in match:
            faults.add(
                (*at, key),
                f"{dotted((*at, key))}: a GRPCRoute cannot match a {'query' if key == 'query' else f'request {key}'}",
                "match `grpc: {service: ..., method: ...}` or headers",
                key=True,
            )


def _headers(match: JsonObject, at: FieldPath, faults: SpecErrors) -> None:
    headers = object_at(match, "headers")
    first: dict[str, str] = {}
    for name in headers:
        other = first.setdefault(name.lower(), name)
        if other != name:
            here = (*at, "headers", name)
            faults.add(
                here,
                f"{dotted(here)}: the same header as `{other}`: case does not matter in header names, "
                "and only the first of them would count",
                "remove one",
                key=True,
            )
    if "cookies" in match and "cookie" in first:
        here = (*at, "headers", first["cookie"])
        faults.add(
            here,
            f"{dotted(here)}: `cookies` is a match on the header `cookie` too, and only one of them would count",
            "use one of them",
            key=True,
        )


def _grpc(match: JsonObject, at: FieldPath, faults: SpecErrors) -> None:
    grpc = object_at(match, "grpc")
    if text_at(grpc, "type") == "RegularExpression":
        return
    for key, form in (("service", vocabulary.GRPC_SERVICE), ("method", vocabulary.GRPC_METHOD)):
        _exact_name(grpc.get(key), form, (*at, "grpc", key), faults)


def _exact_name(value: Json, form: Text, at: FieldPath, faults: SpecErrors) -> None:
    if isinstance(value, str) and not fits(value, form):
        nearest = mended(value, form)
        faults.add(
            at,
            f"{dotted(at)}: expected {form.expects}; found the string `{value}`",
            f"did you mean `{nearest}`?" if nearest else "set `type: RegularExpression` for a pattern",
        )


def _asks_for_nothing(draft: Draft, match: JsonObject) -> bool:
    if list_at(draft.data, "route", "matches"):
        return False
    return set(match) == {"path"} and match["path"] in ("/", {"prefix": "/"})


def meaning_of(match: JsonObject) -> str:
    """The conditions in one spelling, so that two matches that ask for the same are equal."""
    whole: JsonObject = {key: value for key, value in match.items() if key in ("method", "grpc")}
    path = match.get("path")
    whole["path"] = {"prefix": path} if isinstance(path, str) else path
    for key in ("headers", "query", "cookies"):
        conditions = object_at(match, key).items()
        whole[key] = {
            name.lower() if key == "headers" else name: {"exact": value} if isinstance(value, str) else value
            for name, value in conditions
        }
    return json.dumps(whole, sort_keys=True)
