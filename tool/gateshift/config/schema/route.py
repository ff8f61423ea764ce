"""The form of the route: where it attaches, what it keeps in every stage, and how requests are told apart."""

from __future__ import annotations

from msgspec.structs import replace

from gateshift.config.schema import vocabulary
from gateshift.config.schema.schema_types import Either, Fields, ListOf, MapOf, Number, Raw, SchemaType, Text

_GATEWAY = Either(
    shared="gateway",
    expects="a Gateway as `namespace/name`",
    options=(
        Text(
            expects="a Gateway as `namespace/name`",
            pattern=rf"^({vocabulary.LABEL.pattern[1:-1]}/)?{vocabulary.SUBDOMAIN.pattern[1:-1]}$",
            most=317,
        ),
        Fields(
            expects="a Gateway as {namespace: ..., name: ...}",
            required=("name",),
            keys={
                "namespace": replace(vocabulary.LABEL, means="Its namespace; the service's unless given."),
                "name": replace(vocabulary.SUBDOMAIN, means="Its name."),
            },
        ),
    ),
)

PARENT = Fields(
    shared="parent",
    expects="a parent such as {service: customers} or {gateway: infra/public}",
    keys={
        "service": replace(
            vocabulary.SERVICE_NAME, means="The service itself: a mesh route, which steers calls made to it."
        ),
        "gateway": replace(
            _GATEWAY, means="A Gateway as `namespace/name`; without a namespace, one in the service's namespace."
        ),
        "listenerSet": replace(_GATEWAY, means="A ListenerSet, named as a Gateway is."),
        "section": replace(vocabulary.SUBDOMAIN, means="The listener's name; every listener unless given."),
        "port": replace(vocabulary.PORT, means="The listener's or the Service's port; every port unless given."),
    },
    any_of=(("service", "gateway", "listenerSet"),),
    exclusive=(("service", "gateway", "listenerSet"), ("service", "section")),
    elsewhere={
        "name": "write `gateway: namespace/name` or `service: name`",
        "namespace": "write `gateway: namespace/name`",
        "kind": "write `gateway:`, `listenerSet:` or `service:`",
        "sectionName": "here it is called `section`",
    },
)

PARENTS = ListOf(
    expects="a list of parents",
    item=PARENT,
    means="Where the route attaches: the service itself (mesh), Gateways, or both.",
    least=1,
    most=32,
    distinct=True,
)

HOSTNAMES = ListOf(
    expects="a list of host names",
    item=vocabulary.HOSTNAME,
    means="The host names whose requests the route takes; all unless given. A mesh ignores them.",
    most=16,
    distinct=True,
)


def _value(exact: Text, what: str, shared: str) -> Either:
    expects = f"{what}, or {{regex: ...}}"
    return Either(
        shared=shared,
        expects=expects,
        options=(
            exact,
            Fields(
                expects=expects,
                keys={
                    "exact": replace(exact, means="The whole value, exactly."),
                    "regex": replace(
                        vocabulary.REGEX,
                        most=exact.most,
                        means="A regular expression; its dialect is the data plane's own.",
                    ),
                },
                any_of=(("exact", "regex"),),
                exclusive=(("exact", "regex"),),
            ),
        ),
    )


_PATH_WAYS: dict[str, SchemaType] = {
    "prefix": replace(vocabulary.PATH, means="The path or anything below it, by whole elements."),
    "exact": replace(vocabulary.PATH, means="The path itself, and nothing below it."),
    "regex": replace(vocabulary.REGEX, means="A regular expression; its dialect is the data plane's own."),
}

_MATCH_KEYS: dict[str, SchemaType] = {
    "path": Either(
        means="A path prefix, or {exact: ...} or {regex: ...}.",
        expects="a path such as `/api`, or {exact: ...} or {regex: ...}",
        options=(
            vocabulary.PATH,
            Fields(
                expects="{prefix: ...}, {exact: ...} or {regex: ...}",
                keys=_PATH_WAYS,
                any_of=(tuple(_PATH_WAYS),),
                exclusive=(tuple(_PATH_WAYS),),
            ),
        ),
    ),
    "method": Text(
        means="An HTTP method.",
        expects="an HTTP method in capitals such as `GET`",
        choices=vocabulary.HTTP_METHODS,
    ),
    "headers": MapOf(
        means="Headers that must all be there with these values.",
        expects="a mapping of header names to values",
        name=vocabulary.HEADER_NAME,
        value=_value(vocabulary.HEADER_VALUE, "a header's value in quotes", "header"),
        least=1,
        most=16,
    ),
    "query": MapOf(
        means="Query parameters that must all be there with these values.",
        expects="a mapping of query parameters to values",
        name=vocabulary.QUERY_NAME,
        value=_value(vocabulary.QUERY_VALUE, "a query parameter's value in quotes", "query"),
        least=1,
        most=16,
    ),
    "cookies": MapOf(
        means="Cookies that must all be there with these values.",
        expects="a mapping of cookies' names to values",
        name=vocabulary.COOKIE_NAME,
        value=_value(vocabulary.COOKIE_VALUE, "a cookie's value in quotes", "cookie"),
        least=1,
        most=3,
    ),
    "grpc": Fields(
        means="A gRPC call, for a GRPCRoute.",
        expects="a gRPC call such as {service: shop.v1.Customers, method: List}",
        keys={
            "service": Text(
                means="The gRPC service with its package.", expects=vocabulary.GRPC_SERVICE.expects, most=1024
            ),
            "method": Text(means="The gRPC method.", expects=vocabulary.GRPC_METHOD.expects, most=1024),
            "type": Text(
                means="How both are compared.",
                expects="`Exact` or `RegularExpression`",
                choices=("Exact", "RegularExpression"),
                default="Exact",
            ),
        },
        any_of=(("service", "method"),),
    ),
}

MATCH = Fields(
    shared="match",
    expects="conditions such as {headers: {user-agent: debug}}",
    means="Conditions that must all hold.",
    keys=_MATCH_KEYS,
    any_of=(tuple(_MATCH_KEYS),),
    elsewhere={"queryParams": "here it is called `query`", "hostname": "host names belong to `route`"},
)

_AS_GATEWAY_API = "as the Gateway API spells it"

ROUTE = Fields(
    expects="the route",
    means="The route that splits the requests, and what its production rule keeps in every stage.",
    required=("parents",),
    keys={
        "kind": Text(
            means="The kind of route.",
            expects="`HTTPRoute` or `GRPCRoute`",
            choices=("HTTPRoute", "GRPCRoute"),
            default="HTTPRoute",
        ),
        "name": replace(vocabulary.SUBDOMAIN, means="The route's name; the service's unless given."),
        "parents": PARENTS,
        "hostnames": HOSTNAMES,
        "matches": ListOf(
            means=f"What the production rule matches, {_AS_GATEWAY_API}; every request unless given.",
            expects="a list of matches",
            item=Raw(expects=f"a match {_AS_GATEWAY_API}"),
            least=1,
            most=64,
        ),
        "filters": ListOf(
            means=f"The production rule's filters, {_AS_GATEWAY_API}.",
            expects="a list of filters",
            item=Raw(expects=f"a filter {_AS_GATEWAY_API}"),
            most=16,
        ),
        "timeouts": Fields(
            means="The production rule's timeouts; only an HTTPRoute has them.",
            expects="timeouts such as {request: 10s}",
            keys={
                "request": replace(vocabulary.DURATION, means="For the whole request, retries included."),
                "backendRequest": replace(vocabulary.DURATION, means="For one try at a backend."),
            },
        ),
        "rules": ListOf(
            means=f"Other rules of the route, {_AS_GATEWAY_API}, which the rollout does not touch.",
            expects="a list of rules",
            item=Raw(expects=f"a rule {_AS_GATEWAY_API}"),
            most=15,
        ),
        "position": Number(
            means="How many of the `rules` stand before the production rule; a rule that exists keeps its place.",
            expects="how many of the rules stand before it",
            most=15,
            default=0,
        ),
        "labels": replace(vocabulary.LABELS, means="The route's labels."),
        "annotations": replace(vocabulary.ANNOTATIONS, means="The route's annotations."),
    },
    elsewhere={
        "parentRefs": "here it is called `parents`",
        "backendRefs": "the backends come from each stage's `shares`",
        "gateway": "write it into `parents`",
        "service": "write it into `parents`",
    },
)
