"""What the API server refuses of a route although its plain schema passes it: the field and the server's words.

Source: the CEL rules and list types of the Gateway API v1.6.3 CRDs, standard channel.
"""

from __future__ import annotations

from typing import Any

import pytest

from gateshift.model.finding import FieldRef
from gateshift.schemas import Schemas
from tests.checks.manifests import API, MESH, PUBLIC, findings, gateway, header, listener, obj, path, route, rule, to

EXACT_OR_PREFIX = "when type one of ['Exact', 'PathPrefix']"
CHARACTERS = "must only contain valid characters"


def filtered(*filters: Any, **more: Any) -> str:
    return route(rule(to(), filters=list(filters), **more))


def backend(*filters: Any, **more: Any) -> str:
    return route(rule(to(filters=list(filters)), **more))


def filter_of(kind: str, **body: Any) -> dict[str, Any]:
    return {"type": kind, **body}


def modified(**path_: Any) -> dict[str, Any]:
    return filter_of("URLRewrite", urlRewrite={"path": path_})


PREFIX = modified(type="ReplacePrefixMatch", replacePrefixMatch="/x")
REDIRECT = filter_of("RequestRedirect", requestRedirect={"hostname": "a.b"})
MODIFIER = filter_of("RequestHeaderModifier", requestHeaderModifier={"set": [header("a")]})
MIRROR = {"backendRef": to()}
CORS = {"allowOrigins": ["*", "https://a.b"]}
RULE = "spec.rules[0]"
FILTER = f"{RULE}.filters[0]"

REFUSED: dict[str, tuple[str, str, str]] = {
    "one parent twice": (
        route(parents=[PUBLIC, PUBLIC]),
        "spec.parentRefs",
        "sectionName must be unique when parentRefs",
    ),
    "one parent with and without a section": (
        route(parents=[PUBLIC, {**PUBLIC, "sectionName": "a"}]),
        "spec.parentRefs",
        "sectionName must be specified when",
    ),
    "one Service at two ports": (
        route(parents=[{**MESH, "port": 80}, {**MESH, "port": 81}]),
        "spec.parentRefs",
        "sectionName must be unique",
    ),
    "129 matches": (
        route(*[rule(to(), matches=[path(f"/{i}/{j}") for j in range(43)]) for i in range(3)]),
        "spec.rules",
        "While 16 rules and 64 matches per rule are allowed",
    ),
    "a redirect with backends": (
        filtered(REDIRECT),
        RULE,
        "RequestRedirect filter must not be used together with backendRefs",
    ),
    "a prefix replaced on an exact path": (
        filtered(PREFIX, matches=[path("/a", "Exact")]),
        RULE,
        "When using URLRewrite filter with path.replacePrefixMatch",
    ),
    "a prefix replaced for two matches": (
        filtered(PREFIX, matches=[path("/a"), path("/b")]),
        RULE,
        "When using URLRewrite filter with path.replacePrefixMatch",
    ),
    "a prefix replaced by a backend on an exact path": (
        backend(PREFIX, matches=[path("/a", "Exact")]),
        RULE,
        "Within backendRefs, When using URLRewrite filter",
    ),
    "a prefix redirected on a regular expression": (
        route(
            rule(
                matches=[path("/a", "RegularExpression")],
                filters=[
                    filter_of(
                        "RequestRedirect",
                        requestRedirect={"path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/x"}},
                    )
                ],
            )
        ),
        RULE,
        "When using RequestRedirect filter with path.replacePrefixMatch",
    ),
    "a Service without a port": (
        route(rule(to(port=None))),
        f"{RULE}.backendRefs[0]",
        "Must have port for Service reference",
    ),
    "a mirror without a port": (
        filtered(filter_of("RequestMirror", requestMirror={"backendRef": {"name": "shop"}})),
        f"{FILTER}.requestMirror.backendRef",
        "Must have port for Service reference",
    ),
    "a backend that waits longer than the request": (
        route(rule(to(), timeouts={"request": "59s", "backendRequest": "1m"})),
        f"{RULE}.timeouts",
        "backendRequest timeout cannot be longer than request timeout",
    ),
    "a relative path": (
        route(rule(to(), matches=[path("a")])),
        f"{RULE}.matches[0].path",
        "value must be an absolute path and start with '/'",
    ),
    "two slashes": (
        route(rule(to(), matches=[path("/a//b")])),
        f"{RULE}.matches[0].path",
        f"must not contain '//' {EXACT_OR_PREFIX}",
    ),
    "a step up": (route(rule(to(), matches=[path("/a/../b")])), f"{RULE}.matches[0].path", "must not contain '/../'"),
    "an encoded slash": (
        route(rule(to(), matches=[path("/a%2fb")])),
        f"{RULE}.matches[0].path",
        "must not contain '%2f'",
    ),
    "a dot at the end": (
        route(rule(to(), matches=[path("/a/.")])),
        f"{RULE}.matches[0].path",
        "must not end with '/.'",
    ),
    "a query in the path": (route(rule(to(), matches=[path("/a?b=c")])), f"{RULE}.matches[0].path", CHARACTERS),
    "a broken escape": (route(rule(to(), matches=[path("/a%zz")])), f"{RULE}.matches[0].path", CHARACTERS),
    "a letter beyond ASCII": (route(rule(to(), matches=[path("/\u00e9")])), f"{RULE}.matches[0].path", CHARACTERS),
    "a filter without its body": (
        filtered(filter_of("URLRewrite")),
        FILTER,
        "filter.urlRewrite must be specified for URLRewrite",
    ),
    "a filter with another's body": (
        filtered({**MODIFIER, "cors": {"allowOrigins": ["*"]}}),
        FILTER,
        "filter.cors must be nil if the filter.type is not CORS",
    ),
    "a filter twice": (
        filtered(MODIFIER, MODIFIER),
        f"{RULE}.filters",
        "RequestHeaderModifier filter cannot be repeated",
    ),
    "a redirect beside a rewrite": (
        route(rule(filters=[REDIRECT, modified(type="ReplaceFullPath", replaceFullPath="/x")])),
        f"{RULE}.filters",
        "May specify either httpRouteFilterRequestRedirect or httpRouteFilterRequestRewrite",
    ),
    "a percentage and a fraction": (
        filtered(filter_of("RequestMirror", requestMirror={**MIRROR, "percent": 5, "fraction": {"numerator": 1}})),
        f"{FILTER}.requestMirror",
        "Only one of percent or fraction may be specified",
    ),
    "more than all": (
        filtered(filter_of("RequestMirror", requestMirror={**MIRROR, "fraction": {"numerator": 101}})),
        f"{FILTER}.requestMirror.fraction",
        "numerator must be less than or equal to denominator",
    ),
    "a path modifier without its value": (
        filtered(modified(type="ReplaceFullPath")),
        f"{FILTER}.urlRewrite.path",
        "replaceFullPath must be specified",
    ),
    "a path modifier of another type": (
        filtered(modified(type="ReplaceFullPath", replaceFullPath="/x", replacePrefixMatch="/x")),
        f"{FILTER}.urlRewrite.path",
        "type must be 'ReplacePrefixMatch' when replacePrefixMatch is set",
    ),
    "every origin and one more": (
        filtered(filter_of("CORS", cors=CORS)),
        f"{FILTER}.cors.allowOrigins",
        "AllowOrigins cannot contain '*' alongside",
    ),
    "a header twice in one match": (
        route(rule(to(), matches=[{"headers": [header("a"), header("a", "2")]}])),
        f"{RULE}.matches[0].headers[1]",
        '{"name":"a"}',
    ),
    "a query parameter twice in one match": (
        route(rule(to(), matches=[{"queryParams": [{"name": "a", "value": "1"}, {"name": "a", "value": "2"}]}])),
        f"{RULE}.matches[0].queryParams[1]",
        '{"name":"a"}',
    ),
    "a header removed twice": (
        filtered(filter_of("RequestHeaderModifier", requestHeaderModifier={"remove": ["a", "a"]})),
        f"{FILTER}.requestHeaderModifier.remove[1]",
        '"a"',
    ),
    "a gRPC match without a service or method": (
        route(rule(to(), matches=[{"method": {"type": "Exact"}}]), kind="GRPCRoute"),
        f"{RULE}.matches[0].method",
        "One or both of 'service' or 'method' must be specified",
    ),
    "a hostname on a TCP listener": (
        gateway(listener(protocol="TCP", hostname="a.b")),
        "spec.listeners",
        "hostname must not be specified for protocols",
    ),
    "two listeners of one name": (
        gateway(listener("a"), listener("a", 81)),
        "spec.listeners",
        "Listener name must be unique within the Gateway",
    ),
    "a TLSRoute for an address": (
        obj(f"{API}/v1", "TLSRoute", "x", spec={"hostnames": ["10.0.0.1"], "rules": [rule(to())]}),
        "spec.hostnames",
        "Hostnames cannot contain an IP",
    ),
}


@pytest.mark.parametrize(("text", "field", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_the_api_server_refuses(text: str, field: str, words: str, schemas: Schemas) -> None:
    found = [finding for finding in findings(text, catalog=schemas) if finding.rule in ("GS202", "GS203")]
    assert field in {finding.cluster_says.partition(": ")[0] for finding in found}
    said = next(finding for finding in found if words in finding.cluster_says)
    assert said.cluster_says.startswith(f"{field}: ")
    assert isinstance(said.at, FieldRef)
    assert field == "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in said.at.pointer)[1:]


def test_every_fault_is_told_not_only_the_first(schemas: Schemas) -> None:
    text = route(rule(to(port=None), to(port=None)), rule(to(), matches=[path("a")]))
    fields = [
        finding.cluster_says.partition(": ")[0]
        for finding in findings(text, catalog=schemas)
        if finding.rule == "GS202"
    ]
    assert sorted(fields) == [
        "spec.rules[0].backendRefs[0]",
        "spec.rules[0].backendRefs[1]",
        "spec.rules[1].matches[0].path",
    ]


def test_a_plain_schema_fault_keeps_the_rules_from_guessing(schemas: Schemas) -> None:
    text = route(rule(to(), matches="all of them"))
    assert [finding for finding in findings(text, catalog=schemas) if finding.rule == "GS202"] == []
