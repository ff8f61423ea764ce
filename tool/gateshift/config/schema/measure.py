"""The form of what is asked of running systems: how answers tell the versions apart, and the gate."""

from __future__ import annotations

from msgspec.structs import replace

from gateshift.config.schema import vocabulary
from gateshift.config.schema.schema_types import Fields, Flag, MapOf, Number, Text
from gateshift.model.rollout import Preset

_FIELD = Text(
    expects="a field of the JSON body such as `version`, `app.version` or `0.city`",
    pattern=r"^[^\x00-\x20.]+(\.[^\x00-\x20.]+)*$",
    most=256,
)
_EQUALS = Text(means="The value it must have; any value unless given.", expects="a value in quotes", least=0, most=256)
_WAYS = ("header", "json", "pattern", "status", "otherwise")

_EVIDENCE = Fields(
    expects="what its answers have, such as {header: x-version, equals: v1} or {json: 0.city}",
    means="What an answer of the version has.",
    keys={
        "header": replace(vocabulary.HEADER_NAME, means="A header that the answer has; in gRPC, metadata."),
        "json": replace(_FIELD, means="A field of the JSON body, by its path; a number is a place in a list."),
        "equals": _EQUALS,
        "pattern": replace(vocabulary.REGEX, means="A regular expression (RE2) that is found in the body."),
        "status": Number(
            means="The status; in gRPC, the gRPC status.", expects="a status, 0 to 599", least=0, most=599
        ),
        "otherwise": Flag(means="Whether every other answer with a status of 200 to 299 is the version's."),
    },
    any_of=(_WAYS,),
    exclusive=(_WAYS, ("equals", "pattern", "status", "otherwise")),
)

_VERIFY_WAYS = ("header", "json", "versions")

VERIFY = Fields(
    means="How answers tell the versions apart, for `verify`.",
    expects="a rule such as {header: x-version} or {versions: {v1: {otherwise: true}, v2: {json: 0.city}}}",
    keys={
        "header": replace(vocabulary.HEADER_NAME, means="A header of every answer whose value is the version's name."),
        "json": replace(_FIELD, means="A field of every JSON body whose value is the version's name."),
        "versions": MapOf(
            means="For each version what its answers have, and no other version's.",
            expects="a mapping of versions to what their answers have",
            name=replace(vocabulary.LABEL, expects="a version's name"),
            value=_EVIDENCE,
            least=1,
        ),
    },
    any_of=(_VERIFY_WAYS,),
    exclusive=(_VERIFY_WAYS,),
)

_QUERY = Text(expects="a PromQL query", most=4096)
_LABELS = MapOf(
    expects="a mapping of label names to values",
    name=Text(expects="a Prometheus label's name", pattern="^[A-Za-z_][A-Za-z0-9_]*$"),
    value=Text(expects="a label's value in quotes", least=0, most=1024),
)

GATE = Fields(
    means="Where the candidate's figures come from, and by what limits `gate` judges them.",
    expects="a gate such as {prometheus: 'http://prometheus:9090', successRate: 0.99}",
    required=("prometheus",),
    keys={
        "prometheus": replace(vocabulary.WEB_URL, means="The address of Prometheus."),
        "preset": Text(
            means="Whose metrics and labels are asked for.",
            expects="one of " + ", ".join(f"`{preset.value}`" for preset in Preset),
            choices=tuple(preset.value for preset in Preset),
            default=Preset.ISTIO.value,
        ),
        "window": replace(
            vocabulary.DURATION, means="The time over which the figures are taken.", default="5m", examples=("5m",)
        ),
        "labels": replace(
            _LABELS, means="Labels that select the candidate's series, in addition to those the tool knows."
        ),
        "stableLabels": replace(
            _LABELS,
            means="Labels that select the stable version's series; unless given, `labels` with the stable version's "
            "name instead of the candidate's.",
        ),
        "queries": Fields(
            means="Queries of your own instead of the preset's. `$labels`, `$window`, `$namespace`, `$workload`, "
            "`$service` and `$version` stand for the version's; each must give one number.",
            expects="queries such as {requestRate: 'sum(rate(http_requests_total{$labels}[$window]))'}",
            keys={
                "requestRate": replace(_QUERY, means="Requests a second; without their number nothing is proven."),
                "successRate": replace(_QUERY, means="The part of requests that succeed, 0 to 1."),
                "p99": replace(_QUERY, means="The latency of the fastest 99 per cent, in milliseconds."),
            },
            required=("requestRate",),
        ),
        "successRate": Number(
            means="The least part of requests that succeed.", expects="a part of 1 such as 0.99", whole=False, most=1
        ),
        "successDrop": Number(
            means="The most by which the success rate may lie below the stable version's; not compared unless given.",
            expects="a part of 1 such as 0.01",
            whole=False,
            most=1,
        ),
        "p99": replace(vocabulary.DURATION, means="The largest latency of the fastest 99 per cent."),
        "p99Growth": Number(
            means="The most by which the p99 latency may be a multiple of the stable version's; not compared unless "
            "given.",
            expects="a factor such as 1.5",
            whole=False,
            above=True,
            most=1000,
        ),
        "requestRate": Number(
            means="The least requests a second, below which nothing is judged.",
            expects="requests a second, from 0",
            whole=False,
            most=1e9,
        ),
    },
    any_of=(("successRate", "successDrop", "p99", "p99Growth", "requestRate"),),
)
