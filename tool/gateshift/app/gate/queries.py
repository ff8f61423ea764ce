"""What is asked of Prometheus about a version: presets, spelled as the dashboards of each data plane do, or one's own.

Sources: istio.io/docs/reference/config/metrics, linkerd.io/reference/proxy-metrics, doc.traefik.io (metrics),
envoyproxy.io (cluster statistics), docs.nginx.com/nginx-gateway-fabric (the metrics of NGINX Plus).
"""

from __future__ import annotations

import re
from string import Template

from msgspec import Struct

from gateshift.config.semantics.routes import milliseconds
from gateshift.model.rollout import Environment, Gate, GateQueries, Preset, Rollout, RouteKind, Version

_LABELS = ", ".join
_GRPC_FAILURES = "2|4|12|13|14|15"
"""The codes that OpenTelemetry counts as a gRPC server's own failures: UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED,
INTERNAL, UNAVAILABLE and DATA_LOSS."""


class VersionQueries(Struct, frozen=True):
    """The queries of one version; "" where there is none. `age` gives the seconds since its last sample, `within` the
    part of requests that the histogram's largest bucket still measures. `hint` says why there may be no series."""

    request_rate: str
    success_rate: str
    p99: str
    age: str = ""
    within: str = ""
    hint: str = ""


class _Metrics(Struct, frozen=True):
    """The names of a data plane: counters of requests and their failures ("" where it does not know them), and a
    histogram (`scale` makes it ms)."""

    selector: str
    total: str
    failed: str
    buckets: str = ""
    scale: float = 1
    hint: str = ""


def version_queries(rollout: Rollout, gate: Gate, version: Version, environment: Environment) -> VersionQueries:
    """What is asked about a version: its own queries where the gate has some, else the preset's."""
    words = _words(rollout, gate, version, environment)
    if gate.queries != GateQueries():
        own = gate.queries
        rate, success, p99 = (
            Template(text).safe_substitute(words) for text in (own.request_rate, own.success_rate, own.p99)
        )
        return VersionQueries(rate, success, p99, _recent(own.request_rate, words))
    return _preset(_metrics(rollout, gate.preset, version), words)


def seconds_of(window: str) -> float:
    """The window's length."""
    return milliseconds(window) / 1000


def _words(rollout: Rollout, gate: Gate, version: Version, environment: Environment) -> dict[str, str]:
    return {
        "labels": _LABELS(f"{name}={_quoted(value)}" for name, value in _labels(rollout, gate, version)),
        "window": f"{milliseconds(gate.window)}ms" if milliseconds(gate.window) % 1000 else _window(gate.window),
        "namespace": environment.namespace or rollout.service.namespace,
        "workload": version.deployment,
        "service": version.service,
        "version": version.name,
    }


def _window(window: str) -> str:
    """The window as PromQL takes it: one unit as it is written, several of them in seconds."""
    return window if re.fullmatch("[0-9]+[a-z]+", window) else f"{milliseconds(window) // 1000}s"


def _labels(rollout: Rollout, gate: Gate, version: Version) -> tuple[tuple[str, str], ...]:
    """The labels of the gate: the candidate's, or with the other version's name in its place."""
    candidate = rollout.versions[-1].name
    if version.name == candidate:
        return gate.labels
    if gate.stable_labels is not None:
        return gate.stable_labels
    return tuple((name, version.name if value == candidate else value) for name, value in gate.labels)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _metrics(rollout: Rollout, preset: Preset, version: Version) -> _Metrics:
    route, port = rollout.route, rollout.service.port
    grpc = route.kind is RouteKind.GRPC
    at = [entry.name for entry in rollout.versions].index(version.name)
    match preset:
        case Preset.ISTIO:
            return _Metrics(
                'reporter="destination", destination_workload_namespace="$namespace", destination_workload="$workload"',
                "istio_requests_total",
                f'grpc_response_status=~"{_GRPC_FAILURES}"' if grpc else 'response_code=~"5.*"',
                "istio_request_duration_milliseconds_bucket",
            )
        case Preset.LINKERD:
            return _Metrics(
                'direction="inbound", namespace="$namespace", deployment="$workload"',
                "response_total",
                'classification="failure"',
                "response_latency_ms_bucket",
            )
        case Preset.TRAEFIK:
            return _Metrics(
                f'service=~"$namespace-$service(-(http|grpc))?-{port}@kubernetesgateway"',
                "traefik_service_requests_total",
                "" if grpc else 'code=~"5.*"',
                "traefik_service_request_duration_seconds_bucket",
                1000,
            )
        case Preset.ENVOY_GATEWAY:
            kind = route.kind.value.lower()
            return _Metrics(
                f'envoy_cluster_name="{kind}/$namespace/{route.name}/rule/0/backend/{at}"',
                "envoy_cluster_upstream_rq_xx",
                "" if grpc else 'envoy_response_code_class="5"',
                "envoy_cluster_upstream_rq_time_bucket",
                hint="Envoy Gateway counts the versions apart only where it makes a cluster of each backend",
            )
        case Preset.NGINX:
            return _Metrics(
                f'nginx_upstream_name="${{namespace}}_${{service}}_{port}"',
                "nginx_http_upstream_peer_responses_total",
                "" if grpc else 'nginx_status_range="5xx"',
                hint="only NGINX Plus counts the versions apart",
            )


def _preset(metrics: _Metrics, words: dict[str, str]) -> VersionQueries:
    selector = Template(metrics.selector).substitute(words)
    labels = _LABELS(filter(None, (selector, words["labels"])))
    window = words["window"]

    def rate(name: str, *more: str) -> str:
        return f"rate({name}{{{_LABELS((labels, *more))}}}[{window}])"

    total = f"sum({rate(metrics.total)})"
    failed = f"(sum({rate(metrics.total, metrics.failed)}) or vector(0))"
    scale = "" if metrics.scale == 1 else f" * {metrics.scale:g}"
    p99 = f"histogram_quantile(0.99, sum by (le) ({rate(metrics.buckets)})){scale}" if metrics.buckets else ""
    finite, every = (rate(metrics.buckets, label) for label in ('le!="+Inf"', 'le="+Inf"'))
    within = f"max(sum by (le) ({finite})) / sum({every})" if metrics.buckets else ""
    success = f"1 - {failed} / {total}" if metrics.failed else ""
    age = f"time() - max(timestamp({metrics.total}{{{labels}}}))"
    return VersionQueries(total, success, p99, age, within, metrics.hint)


def _recent(query: str, words: dict[str, str]) -> str:
    """Whether the last three minutes have samples too, as an age: 0, or no series."""
    if "$window" not in query and "${window}" not in query:
        return ""
    return "0 * " + Template(f"({query})").safe_substitute({**words, "window": "3m"})
