"""Conditions of a rule as the Gateway API spells them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import permutations

from gateshift.model.rollout import DeclaredValueMatch, Match, MatchType
from gateshift.yamldoc.data import Json, JsonObject, list_at, text_at

_META = r"[.+*?()|\[\]{}^\\]"


def combined(own: JsonObject, match: Match) -> JsonObject:
    """A match that asks for what `match` asks, and for what the production rule's match `own` asks where `match`
    says nothing about it."""
    extra = _as_written(match)
    data: JsonObject = {}
    for name in ("path", "method"):
        value = extra.get(name, own.get(name))
        if value is not None:
            data[name] = value
    for name in ("headers", "queryParams"):
        values = _named(list_at(own, name), list_at(extra, name))
        if values:
            data[name] = values
    return data


def _named(own: list[Json], extra: list[Json]) -> list[Json]:
    taken = {text_at(value, "name").lower() for value in extra}
    return [value for value in own if text_at(value, "name").lower() not in taken] + extra


def _as_written(match: Match) -> JsonObject:
    data: JsonObject = {}
    if match.path is not None:
        data["path"] = {"type": match.path[0].value, "value": match.path[1]}
    if match.method:
        data["method"] = match.method
    if match.grpc_service or match.grpc_method:
        names = (("service", match.grpc_service), ("method", match.grpc_method))
        data["method"] = {"type": match.grpc_type.value, **{key: name for key, name in names if name}}
    headers = [_value(header) for header in match.headers]
    if match.cookies:
        headers.append({"type": MatchType.REGEX.value, "name": "cookie", "value": cookie_pattern(match.cookies)})
    if headers:
        data["headers"] = headers
    if match.query:
        data["queryParams"] = [_value(parameter) for parameter in match.query]
    return data


def _value(value: DeclaredValueMatch) -> Json:
    return {"type": value.type.value, "name": value.name, "value": value.value}


def cookie_pattern(cookies: Sequence[DeclaredValueMatch]) -> str:
    r"""A regular expression for a `cookie` header that holds all the cookies, in any order.

    It means the same whether an implementation compares the whole value or searches in it, which the Gateway API
    leaves open. Its end is `\z`, not `$`: Flux's substitution of variables reads `$`. RE2, PCRE and Rust's regex know
    `\z` as the end of the text.
    """
    pairs = [_pair(cookie) for cookie in cookies]
    orders = [" *;(.*;)? *".join(order) for order in permutations(pairs)]
    body = orders[0] if len(orders) == 1 else "(" + "|".join(orders) + ")"
    return rf"^(.*; *)?{body}( *;.*)?\z"


def _pair(cookie: DeclaredValueMatch) -> str:
    value = f"({cookie.value})" if cookie.type is MatchType.REGEX else _literal(cookie.value)
    return f"{_literal(cookie.name)}={value}"


def _literal(text: str) -> str:
    return re.sub(_META, r"\\\g<0>", text).replace("$", r"\x24")
