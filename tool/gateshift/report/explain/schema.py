"""The JSON Schema of `explain --format json`: the contract of its version 1, to which fields may be added."""

from __future__ import annotations

from gateshift.yamldoc.data import JsonObject


def json_schema() -> JsonObject:
    """The schema as plain data."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The decisions of gateshift explain",
        **_object(
            "Which backend and version gets each request.",
            schema={"const": 1, "description": "The version of this contract."},
            decisions=_list({"$ref": "#/$defs/decision"}, "One for each request, in the order of the requests."),
        ),
        "$defs": {
            "decision": _decision(),
            "request": request_schema(),
            "backend": _backend(),
            "headerChange": _object(
                "A change of one response header.",
                action={"enum": ["set", "add", "remove"], "description": "What is done."},
                name=_text("The header's name."),
                value=_text("Its value; empty for a removal."),
            ),
        },
    }


def _decision() -> JsonObject:
    found = _object(
        "What happens to one request.",
        request={"$ref": "#/$defs/request"},
        status={
            "type": "integer",
            "description": "200 if any share answers, else 404 (no route matches), 421 (misdirected), 500 (the share "
            "is invalid), 503 (no endpoints), or the redirect's code.",
        },
        grpc_status={"type": "integer", "description": "Only for gRPC: 0, 12 (no route matches) or 14."},
        listener=_text("The Gateway's listener that takes the request; empty in a mesh."),
        route={
            "anyOf": [
                {"type": "null"},
                _object("The route.", **{key: _text("") for key in ("kind", "namespace", "name")}),
            ],
            "description": "The route that decides; null where none does.",
        },
        rule=_index("The index of the rule in the route."),
        match=_index("The index of the match in the rule; -1 where the rule has none."),
        ruleName=_text("The rule's name, if it has one."),
        file={
            "type": ["string", "null"],
            "description": "The file that holds the rule, relative to the working directory.",
        },
        line=_index("The rule's line, from 1."),
        column=_index("The rule's column, from 1."),
        backends=_list(
            {"$ref": "#/$defs/backend"}, "The shares; their sum is 1, unless there are none or all weights are 0."
        ),
        redirect={"anyOf": [{"type": "null"}, _redirect()], "description": "What answers instead of a backend."},
        mirrors=_list(
            _object(
                "A copy of the request whose answer is dropped.",
                namespace=_text("The Service's namespace."),
                name=_text("The Service's name."),
                port=_index("The Service's port."),
                share=_share("The part of the requests that is copied."),
            ),
            "Where copies go.",
        ),
        responseHeaders=_list({"$ref": "#/$defs/headerChange"}, "What CORS adds to the answer."),
        notes=_list(_text(""), "What the specification leaves open, and what was assumed."),
        trace=_list(
            _object(
                "A candidate.", candidate=_text("The route, rule and match."), verdict=_text("Why it won or lost.")
            ),
            "Every candidate; empty where traces are off.",
        ),
    )
    return {**found, "required": [key for key in _keys(found) if key != "grpc_status"]}


def _redirect() -> JsonObject:
    return _object(
        "Where the client is sent.",
        status={"type": "integer", "description": "The status code."},
        scheme=_text("The scheme."),
        hostname=_text("The host; empty where the request names none."),
        port=_index("The port; null where it is the scheme's own."),
        path=_text("The path."),
        location=_text("All of it as a Location header, without the query string."),
    )


def request_schema() -> JsonObject:
    """A request as a requests file spells it; only the parent must be there."""
    found = _object(
        "A request.",
        parent=_text("Gateway/NAMESPACE/NAME, ListenerSet/NAMESPACE/NAME or Service/NAMESPACE/NAME."),
        listener=_text("The listener whose port is dialled."),
        port={"type": "integer", "minimum": 1, "maximum": 65535, "description": "The port dialled."},
        scheme={"enum": ["http", "https"], "description": "With or without TLS; the protocol's by default."},
        protocol={"enum": ["http", "https", "grpc"], "description": "What the client speaks."},
        sni=_text("The server name of the TLS handshake; the host by default."),
        host=_text("The Host header."),
        method=_text("The HTTP method, GET by default."),
        path=_text("The path, and after a ? the query string."),
        query={"description": "Query parameters: a query string, an object, or a list of pairs."},
        headers={"description": "Headers: an object, whose values may be lists, or a list of pairs."},
        from_namespace=_text("The client's namespace, for mesh routes; the Service's own by default."),
    )
    return {**found, "required": ["parent"], "additionalProperties": False}


def _backend() -> JsonObject:
    pairs = _list({"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 2}, "Names and values.")
    forwarded = _object(
        "The request as filters make it, and what they do to the answer.",
        host=_text("The Host header."),
        path=_text("The path."),
        headers=pairs,
        responseHeaders=_list({"$ref": "#/$defs/headerChange"}, "Changes of the answer."),
    )
    return _object(
        "One version behind one backendRef.",
        namespace=_text("The Service's namespace."),
        name=_text("The Service's name."),
        port=_index("The Service's port."),
        weight={"type": "integer", "description": "The backendRef's weight."},
        share=_share("The part of the rule's requests."),
        version=_text("The version of the pods behind the Service; empty where no label tells."),
        status={"enum": [200, 500, 503], "description": "200 answers, 500 invalid reference, 503 no endpoints."},
        reason=_text("Why it is not 200: the reason of the route's ResolvedRefs condition, or NoEndpoints."),
        workloads=_list(_text(""), "What runs the pods, as KIND/NAME."),
        forwarded={"anyOf": [{"type": "null"}, forwarded], "description": "Null where no filter changes anything."},
    )


def _object(description: str, **properties: JsonObject) -> JsonObject:
    return {
        "description": description,
        "type": "object",
        "properties": {**properties},
        "required": list(properties),
    }


def _keys(schema: JsonObject) -> list[str]:
    properties = schema["properties"]
    return list(properties) if isinstance(properties, dict) else []


def _text(description: str) -> JsonObject:
    return {"type": "string", "description": description} if description else {"type": "string"}


def _index(description: str) -> JsonObject:
    return {"type": ["integer", "null"], "description": description}


def _share(description: str) -> JsonObject:
    return {"type": "number", "minimum": 0, "maximum": 1, "description": description}


def _list(items: JsonObject, description: str) -> JsonObject:
    return {"type": "array", "items": items, "description": description}
