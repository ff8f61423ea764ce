"""The defaults that the API server fills into a route's rule.

Source: the `default` values in the HTTPRoute and GRPCRoute schemas of Gateway API v1.6.3, both channels.
"""

from __future__ import annotations

from collections.abc import Callable

from gateshift.yamldoc.data import JsonObject

_ANY_PATH: JsonObject = {"type": "PathPrefix", "value": "/"}
_SERVICE: JsonObject = {"group": "", "kind": "Service"}
_EXACT: JsonObject = {"type": "Exact"}

_Completion = Callable[[JsonObject], JsonObject]


def with_defaults(rule: JsonObject, *, http: bool) -> JsonObject:
    """The rule with every defaulted field written out, its own fields as they are."""
    if http and not rule.get("matches"):
        head: JsonObject = {"name": rule["name"]} if "name" in rule else {}
        tail: JsonObject = {key: value for key, value in rule.items() if key not in ("name", "matches")}
        rule = head | {"matches": [{}]} | tail
    rule = _each(rule, "matches", _http_match if http else _grpc_match)
    rule = _each(rule, "filters", _filter)
    rule = _each(rule, "backendRefs", _backend)
    return _in(rule, "sessionPersistence", _persistence)


def _each(data: JsonObject, key: str, complete: _Completion) -> JsonObject:
    """The data with every mapping in the list of that key completed, where it has one."""
    values = data.get(key)
    if not isinstance(values, list):
        return data
    return data | {key: [complete(value) if isinstance(value, dict) else value for value in values]}


def _in(data: JsonObject, key: str, complete: _Completion) -> JsonObject:
    """The data with the mapping of that key completed, where it has one."""
    value = data.get(key)
    return data | {key: complete(value)} if isinstance(value, dict) else data


def _http_match(match: JsonObject) -> JsonObject:
    match = _in({"path": {}} | match, "path", lambda path: _ANY_PATH | path)
    return _each(_each(match, "headers", _exact), "queryParams", _exact)


def _grpc_match(match: JsonObject) -> JsonObject:
    return _each(_in(match, "method", _exact), "headers", _exact)


def _exact(value: JsonObject) -> JsonObject:
    return _EXACT | value


def _filter(http_filter: JsonObject) -> JsonObject:
    http_filter = _in(
        http_filter, "requestRedirect", lambda redirect: redirect | _missing(redirect, {"statusCode": 302})
    )
    http_filter = _in(http_filter, "requestMirror", _mirror)
    http_filter = _in(http_filter, "cors", lambda cors: cors | _missing(cors, {"maxAge": 5}))
    return _in(http_filter, "externalAuth", lambda auth: _in(auth, "backendRef", _service))


def _mirror(mirror: JsonObject) -> JsonObject:
    mirror = _in(mirror, "backendRef", _service)
    return _in(mirror, "fraction", lambda fraction: fraction | _missing(fraction, {"denominator": 100}))


def _service(reference: JsonObject) -> JsonObject:
    return _SERVICE | reference


def _backend(backend: JsonObject) -> JsonObject:
    backend = _service(backend)
    filters: JsonObject = {"filters": backend["filters"]} if "filters" in backend else {}
    weighted = {key: value for key, value in backend.items() if key != "filters"} | _missing(backend, {"weight": 1})
    return _each(weighted | filters, "filters", _filter)


def _persistence(persistence: JsonObject) -> JsonObject:
    persistence = persistence | _missing(persistence, {"type": "Cookie"})
    return _in(persistence, "cookieConfig", lambda config: config | _missing(config, {"lifetimeType": "Session"}))


def _missing(data: JsonObject, defaults: JsonObject) -> JsonObject:
    return {key: value for key, value in defaults.items() if key not in data}
