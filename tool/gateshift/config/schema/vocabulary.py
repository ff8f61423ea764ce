"""The words of Kubernetes and the Gateway API that gateshift.yaml takes over, each with its grammar.

Sources: k8s.io/apimachinery/pkg/util/validation (names, labels, ports), k8s.io/apimachinery/pkg/api/validation,
sigs.k8s.io/gateway-api/apis/v1/shared_types.go, github.com/distribution/reference/regexp.go.
"""

from __future__ import annotations

from msgspec.structs import replace

from gateshift.config.schema.schema_types import MapOf, Number, SchemaType, Text

_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = rf"{_LABEL}(\.{_LABEL})*"
_QUALIFIED = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_DURATION = "([0-9]{1,5}(h|m|s|ms)){1,4}"
_DOMAIN = (
    r"([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9A-Fa-f:]+\])(:[0-9]+)?"
)
_PART = r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*"
_TAG = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
_CONTROL = r"\x00-\x08\x0e-\x1b\x7f"
_BLANK = r"\x00-\x20\x7f"
_DIGEST = "(sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})"

LABEL = Text(
    expects="a name of lower-case letters, digits and `-`, at most 63 characters, that begins and ends with a letter "
    "or digit",
    pattern=f"^{_LABEL}$",
    most=63,
)
"""RFC 1123 label, as Kubernetes demands of namespaces and containers."""

SERVICE_NAME = Text(
    expects="a Service's name: lower-case letters, digits and `-`, at most 63 characters, that begins with a letter "
    "and ends with a letter or digit",
    pattern="^[a-z]([-a-z0-9]*[a-z0-9])?$",
    most=63,
)
"""RFC 1035 label, which Services need because they become DNS names."""

SUBDOMAIN = Text(
    expects="a name of lower-case letters, digits, `-` and `.`, at most 253 characters, whose parts begin and end with "
    "a letter or digit",
    pattern=f"^{_SUBDOMAIN}$",
    most=253,
)
"""RFC 1123 subdomain: the names of most objects."""

LABEL_KEY = Text(
    expects="a label's key: at most 63 letters, digits, `-`, `_` and `.`, with an optional prefix like `example.com/`",
    pattern=rf"^({_SUBDOMAIN}/)?([A-Za-z0-9][-A-Za-z0-9_.]{{0,61}})?[A-Za-z0-9]$",
    most=317,
)
LABEL_VALUE = Text(
    expects="a label's value: at most 63 letters, digits, `-`, `_` and `.`, begun and ended with a letter or digit",
    pattern=f"^{_QUALIFIED}$",
    most=63,
)

LABELS = MapOf(
    shared="labels",
    expects="a mapping of label keys to values",
    name=LABEL_KEY,
    value=Text(expects=f"{LABEL_VALUE.expects}; or nothing, as ''", pattern=f"^({_QUALIFIED})?$", least=0, most=63),
)
ANNOTATIONS = MapOf(
    shared="annotations",
    expects="a mapping of annotation keys to texts",
    name=replace(
        LABEL_KEY,
        expects="an annotation's key: at most 63 letters, digits, `-`, `_` and `.`, with an optional prefix like "
        "`example.com/`",
    ),
    value=Text(expects="a string, in quotes where it looks like a number or a truth value", least=0, most=262144),
)

PORT = Number(expects="a port, 1 to 65535", least=1, most=65535)
PORT_NAME = Text(
    expects="a Service port's name: lower-case letters, digits and `-`, at most 63 characters",
    pattern=f"^{_LABEL}$",
    most=63,
)
CONTAINER_PORT_NAME = Text(
    expects="a container port's name: at most 15 lower-case letters, digits and single `-`, with at least one letter",
    pattern="^(?=[0-9-]*[a-z])[a-z0-9]+(-[a-z0-9]+)*$",
    most=15,
)
"""IANA service name (RFC 6335), which container ports and named target ports need."""

APP_PROTOCOL = Text(
    expects="an application protocol such as `http` or `kubernetes.io/h2c`",
    pattern=rf"^({_SUBDOMAIN}/)?{_QUALIFIED}$",
    most=317,
)

IMAGE = Text(
    expects="an image such as `ghcr.io/team/app:1.2.3`: a repository in lower case, with a tag after `:` or a digest "
    "after `@`",
    pattern=f"^({_DOMAIN}/)?{_PART}(/{_PART})*(:{_TAG})?(@{_DIGEST})?$",
    most=512,
    examples=("ghcr.io/team/app:1.2.3",),
)

HOSTNAME = Text(
    expects="a host name in lower case, with `*.` at its beginning for every name below, and without a port",
    pattern=rf"^(\*\.)?{_SUBDOMAIN}$",
    most=253,
    examples=("customers.example.com",),
)

DURATION = Text(
    expects="a duration such as `30m`, `1h30m` or `500ms` (whole numbers with h, m, s or ms; at most four of them)",
    pattern=f"^{_DURATION}$",
    most=32,
    examples=("30m",),
)
"""A Gateway API duration (GEP-2257)."""

INTERVAL = Text(
    expects="an interval such as `1m` or `1h30m`",
    pattern=r"^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$",
    most=32,
    examples=("1m",),
)
"""The grammar of Flux's `spec.interval`."""

HEADER_NAME = Text(
    expects="a header's name: letters, digits and `-`, without the colon",
    pattern=r"^[A-Za-z0-9!#$%&'*+\-.^_`|~]+$",
    most=256,
)
HEADER_VALUE = Text(expects="a header's value in quotes, at most 4096 characters", most=4096)
QUERY_NAME = replace(HEADER_NAME, expects="a query parameter's name: letters, digits, `-`, `_`, `.` and `~`")
QUERY_VALUE = Text(expects="a query parameter's value in quotes, at most 1024 characters", most=1024)
COOKIE_NAME = replace(HEADER_NAME, expects="a cookie's name: letters, digits, `-` and `_`")

_PATH_CHARACTER = r"([-A-Za-z0-9._~!$&'()*+,;=:@]|%(2[0-9A-Ea-e]|[013-9A-Fa-f][0-9A-Fa-f]))"
PATH = Text(
    expects="a path that begins with `/`, without `//`, `/./`, `/../`, `%2f`, `?` and `#`",
    pattern=rf"^/(?!\.{{1,2}}(/|$))({_PATH_CHARACTER}+(/(?!\.{{1,2}}(/|$))|$))*$",
    most=1024,
    examples=("/api",),
)
REGEX = Text(expects="a regular expression", most=1024)
HTTP_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH")

GRPC_SERVICE = Text(
    expects="a gRPC service with its package, such as `shop.v1.Customers`",
    pattern=r"^\.?[A-Za-z_][A-Za-z_0-9]*(\.[A-Za-z_][A-Za-z_0-9]*)*$",
    most=1024,
)
GRPC_METHOD = Text(
    expects="a gRPC method's name, such as `List`",
    pattern="^[A-Za-z_][A-Za-z_0-9]*$",
    most=1024,
)

GIT_REVISION = Text(
    expects="a branch, tag or commit",
    pattern=r"^[A-Za-z0-9_][A-Za-z0-9_./+@#-]*$",
    most=255,
)
GIT_URL = Text(
    expects="the repository's URL, such as `https://github.com/team/shop` or `ssh://git@github.com/team/shop`",
    pattern=rf"^((https?|ssh)://[^/{_BLANK}]+/[^{_BLANK}]+|[A-Za-z0-9._-]+@[A-Za-z0-9._-]+:[^{_BLANK}]+)$",
    most=2048,
)
WEB_URL = Text(
    expects="an address that begins with `http://` or `https://`",
    pattern=rf"^https?://[^/?#{_BLANK}][^{_BLANK}]*$",
    most=2048,
)
FOLDER = Text(
    expects="a directory of the repository, relative to its top, without `..`",
    pattern=r"^(?!/)(?!(.*/)?\.\.(/|$))[^\x00-\x1f\x7f\\]+$",
    most=1024,
)
FILE = replace(FOLDER, expects="a path relative to this file, in its directory or below")
LIVE_PATH = Text(
    expects="a path relative to this file inside the repository, with `..` only at its beginning, "
    "and not above this file",
    pattern=r"^(?!/)(\.\./)*(?!(.*/)?\.\.(/|$))[^\x00-\x1f\x7f\\]+$",
    most=1024,
)
LIVE_OBJECT = Text(
    expects="an object as `Kind/name`, such as `Deployment/customers`",
    pattern=f"^[A-Z][A-Za-z0-9]*/{_SUBDOMAIN}$",
    most=317,
)
PATH_PATTERN = replace(FILE, expects=f"{FILE.expects}; `*` stands for any characters")
FINDING_FILTER: dict[str, SchemaType] = {
    "path": replace(PATH_PATTERN, means="Only findings in this file or directory; everywhere unless given."),
    "kind": Text(
        means="Only findings about objects of this kind.",
        expects="a kind such as `Deployment`",
        pattern="^[A-Z][A-Za-z0-9]*$",
        most=63,
    ),
    "name": Text(means="Only findings about objects of this name.", expects="the name of an object"),
}
RULE_ID = Text(expects="a rule's id such as `GS301`", pattern="^GS[1-7][0-9]{2}$", most=5)
DAY = Text(
    expects="a day in the form `2026-12-31`",
    pattern="^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
    most=10,
)
SENTENCE = Text(
    expects="a sentence of at most 500 characters, without control characters",
    pattern=rf"^[^{_CONTROL}]*[^{_CONTROL}{_BLANK}][^{_CONTROL}]*$",
    most=500,
)
COOKIE_VALUE = Text(
    expects="a cookie's value: visible ASCII without quotes, commas, semicolons and backslashes",
    pattern=r"^[!#-+\--:<-\[\]-~]+$",
    most=1024,
)
RELEASE = r"^v?[0-9]+\.[0-9]+(\.[0-9]+)?(-[0-9A-Za-z.]+)?$"
