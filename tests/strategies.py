"""Hypothesis strategies of whole rollouts: as data and text of a gateshift.yaml, and as the values they become.

Every rollout drawn here is valid: `declared()` gives the file with the owner's manifests beside it, `rollouts()` the
Rollout. Shares, rules and mirrors name only versions that the stage deploys and serves, names are such as Kubernetes
takes, and no two derived names collide.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import strategies as st

from gateshift.config import read_rollout
from gateshift.model.rollout import Rollout
from gateshift.yamldoc import dump
from gateshift.yamldoc.data import Json, JsonObject, object_at

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_DIGITS = "0123456789"


@dataclass(frozen=True)
class Declared:
    """A gateshift.yaml as data and as text, and the manifests it names, by path."""

    data: JsonObject
    text: str
    files: dict[str, str] = field(default_factory=dict)

    def rollout(self, file: Path = Path("gateshift.yaml")) -> Rollout:
        return read_rollout(self.text, file, self.files.get)


def labels(most: int = 12) -> st.SearchStrategy[str]:
    """RFC 1123 labels."""
    inner = st.text(_LETTERS + _DIGITS + "-", max_size=max(0, most - 2))
    return st.builds("{}{}{}".format, st.sampled_from(_LETTERS), inner, st.sampled_from(_LETTERS + _DIGITS))


def subdomains() -> st.SearchStrategy[str]:
    return st.lists(labels(), min_size=1, max_size=3).map(".".join)


def version_names() -> st.SearchStrategy[str]:
    """Versions as people name them, and a few that YAML might take for something else."""
    usual = st.integers(1, 99).map("v{}".format)
    return usual | labels(8) | st.sampled_from(["1", "1e3", "0o10", "on", "y", "null", "2024-01-01", "v1-0-0"])


def images() -> st.SearchStrategy[str]:
    repository = st.sampled_from(["nginx", "ghcr.io/team/app", "localhost:5000/a/b_c", "registry.example.com:443/x"])
    tag = st.sampled_from([":1.0.0", ":v2", f"@sha256:{'0a' * 32}", f":1.0@sha256:{'b1' * 32}"])
    return st.builds(str.__add__, repository, tag)


_DURATIONS = st.sampled_from(["30s", "10m", "1h30m", "500ms", "24h"])
_HOSTNAMES = st.builds(str.__add__, st.sampled_from(["", "*."]), subdomains())
_PROSE = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_characters="\x7f"), max_size=40).map(
    lambda text: f"Why {text}"
)
_VALUES = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=12)
_PATHS = st.lists(labels(6), min_size=1, max_size=3).map(lambda parts: "/" + "/".join(parts))


def _optional(**fields: st.SearchStrategy[Json]) -> st.SearchStrategy[JsonObject]:
    return st.fixed_dictionaries({}, optional=fields)


def _conditions(value: st.SearchStrategy[str]) -> st.SearchStrategy[Json]:
    return value | st.fixed_dictionaries({"exact": value}) | st.just({"regex": "^a+(b|c)$"})


def _match(kind: str) -> st.SearchStrategy[JsonObject]:
    headers = st.dictionaries(
        st.sampled_from(["user-agent", "x-debug", "X-Team"]), _conditions(_VALUES), min_size=1, max_size=3
    )
    cookies = st.dictionaries(st.sampled_from(["beta", "session"]), _conditions(labels()), min_size=1, max_size=2)
    if kind == "GRPCRoute":
        call = st.sampled_from(
            [{"service": "shop.v1.Customers"}, {"method": "List"}, {"service": "a.B", "method": "C", "type": "Exact"}]
        )
        return _at_least_one({"headers": headers, "cookies": cookies, "grpc": call})
    path = _PATHS | st.fixed_dictionaries({"exact": _PATHS}) | st.fixed_dictionaries({"prefix": _PATHS})
    query = st.dictionaries(st.sampled_from(["a", "version"]), _conditions(_VALUES), min_size=1, max_size=2)
    method = st.sampled_from(["GET", "POST", "DELETE"])
    return _at_least_one({"path": path, "method": method, "headers": headers, "query": query, "cookies": cookies})


def _at_least_one(fields: dict[str, st.SearchStrategy[Json]]) -> st.SearchStrategy[JsonObject]:
    return st.fixed_dictionaries({}, optional=fields).filter(bool)


@st.composite
def _stage(draw: st.DrawFn, name: str, versions: list[str], kind: str) -> JsonObject:
    stage: JsonObject = {"name": name}
    if draw(st.booleans()):
        stage["description"] = draw(_PROSE)
    deployed = list(versions)
    if draw(st.booleans()):
        deployed = draw(st.lists(st.sampled_from(versions), min_size=1, unique=True))
        stage["deploy"] = list(deployed)
    served = deployed
    if draw(st.booleans()):
        served = draw(st.lists(st.sampled_from(versions), unique=True))
        stage["services"] = list(served)
    able = [version for version in deployed if version in served]
    if able and draw(st.booleans()):
        stage.update(draw(_routing(able, served, kind)))
    if draw(st.booleans()):
        stage["soak"] = draw(_DURATIONS)
        stage["approval"] = draw(st.booleans())
    return stage


@st.composite
def _routing(draw: st.DrawFn, able: list[str], served: list[str], kind: str) -> JsonObject:
    """Shares of which one at least is above 0, rules that ask for different things, and perhaps a mirror."""
    weights = st.integers(0, 100) | st.integers(0, 1_000_000)
    certain = draw(st.sampled_from(able))
    shares = draw(st.dictionaries(st.sampled_from(able), weights)) | {certain: draw(st.integers(1, 1000))}
    idle = [version for version in served if version not in able]
    if idle and draw(st.booleans()):
        shares[idle[0]] = 0
    routing: JsonObject = {"shares": dict(shares)}
    rules: list[Json] = []
    names = draw(st.lists(labels(), unique=True, max_size=3))
    for index, name in enumerate(names):
        matches = draw(st.lists(_match(kind), min_size=1, max_size=3, unique_by=json.dumps))
        told_apart = [_with_header(match, f"rule-{index}-{place}") for place, match in enumerate(matches)]
        match: Json = told_apart[0] if len(told_apart) == 1 and draw(st.booleans()) else list(told_apart)
        rules.append({"name": name, "match": match, "to": draw(st.sampled_from(able))})
    if rules:
        routing["rules"] = rules
    if draw(st.integers(0, 3)) == 0:
        target = draw(st.sampled_from(able))
        routing["mirror"] = draw(st.sampled_from([target, {"to": target}, {"to": target, "percent": 25}]))
    return routing


def _with_header(match: JsonObject, value: str) -> JsonObject:
    headers = match.get("headers")
    return {**match, "headers": {**(headers if isinstance(headers, dict) else {}), "x-rule": value}}


@st.composite
def _parents(draw: st.DrawFn, service: str) -> list[Json]:
    parents: list[Json] = []
    if draw(st.booleans()):
        parents.append({"service": service})
    names = draw(st.lists(labels(), unique=True, min_size=0 if parents else 1, max_size=2))
    for name in names:
        reference: Json = draw(st.sampled_from([name, f"infra/{name}", {"namespace": "infra", "name": name}]))
        extra = draw(_optional(section=labels(), port=st.integers(1, 65535)))
        parents.append({draw(st.sampled_from(["gateway", "listenerSet"])): reference, **extra})
    return parents


@st.composite
def _route(draw: st.DrawFn, service: str, kind: str) -> JsonObject:
    route: JsonObject = {"parents": draw(_parents(service))}
    if kind != "HTTPRoute" or draw(st.booleans()):
        route["kind"] = kind
    if draw(st.booleans()):
        route["name"] = draw(subdomains())
    if draw(st.booleans()):
        route["hostnames"] = list(draw(st.lists(_HOSTNAMES, unique=True, max_size=3)))
    if draw(st.integers(0, 2)) == 0:
        route.update(draw(_kept(kind)))
    return route


def _kept(kind: str) -> st.SearchStrategy[JsonObject]:
    """What the production rule keeps, and other rules, as the Gateway API spells them."""
    header = {"type": "RequestHeaderModifier", "requestHeaderModifier": {"set": [{"name": "x-by", "value": "gw"}]}}
    if kind == "GRPCRoute":
        return _optional(
            matches=st.just([{"method": {"service": "shop.v1.Customers"}}]),
            filters=st.just([header]),
            rules=st.just([{"name": "health", "matches": [{"method": {"service": "grpc.health.v1.Health"}}]}]),
        )
    redirect = {"type": "RequestRedirect", "requestRedirect": {"hostname": "old.example.com"}}
    return _optional(
        matches=st.just([{"path": {"type": "PathPrefix", "value": "/api"}}]),
        filters=st.just([header]),
        timeouts=_optional(request=st.just("10s"), backendRequest=st.just("2s")),
        rules=st.just([{"matches": [{"path": {"type": "Exact", "value": "/old"}}], "filters": [redirect]}]),
    )


def _fields(*, cpu: bool) -> st.SearchStrategy[JsonObject]:
    """Fields of a workload; with `cpu` its requests are set."""
    resources: Json = {"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"memory": "128Mi"}}
    probe: Json = {"httpGet": {"path": "/ready", "port": 8080}, "periodSeconds": 5}
    fields: dict[str, st.SearchStrategy[Json]] = {
        "container": labels(),
        "serviceAccount": subdomains(),
        "imagePullPolicy": st.sampled_from(["Always", "IfNotPresent", "Never"]),
        "env": st.dictionaries(st.sampled_from(["LEVEL", "A_B"]), st.text(_LETTERS + "0: #'\"\n", max_size=10))
        | st.just([{"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "a", "key": "b"}}}]),
        "readinessProbe": st.just(probe),
        "livenessProbe": st.just({"tcpSocket": {"port": 8080}}),
        "startupProbe": st.just({"exec": {"command": ["cat", "/ready"]}}),
    }
    required = {"resources": st.just(resources)} if cpu else {}
    optional = fields if cpu else fields | {"resources": st.just(resources)}
    return st.fixed_dictionaries(required, optional=optional)


@st.composite
def _version(draw: st.DrawFn, service: JsonObject, name: str, files: dict[str, str]) -> JsonObject:
    if draw(st.integers(0, 4)) == 0:
        path = f"own/{name}.yaml"
        files[path] = manifest(service, name)
        version: JsonObject = {"manifest": path}
        if draw(st.booleans()):
            version["replicas"] = draw(st.integers(1, 5))
        return version
    scales = draw(st.integers(0, 3)) == 0
    version = {"image": draw(images()), **(draw(_fields(cpu=scales)) if scales or draw(st.booleans()) else {})}
    if scales:
        version["autoscaling"] = {"min": draw(st.integers(1, 3)), "max": draw(st.integers(3, 9)), "cpu": 75}
    elif draw(st.booleans()):
        version["replicas"] = draw(st.integers(1, 5))
    if draw(st.integers(0, 4)) == 0:
        version |= {"service": f"own-{name}", "deployment": f"own-{name}.d"}
    return version


def manifest(service: JsonObject, version: str) -> str:
    """An owner's Deployment that fits the version."""
    key = service.get("versionLabel", "version")
    selector = service.get("selector", {"app": service["name"]})
    assert isinstance(key, str)
    assert isinstance(selector, dict)
    labels: JsonObject = {**selector, key: version}
    container: JsonObject = {"name": "app", "image": "nginx:1", "ports": [{"name": "web", "containerPort": 8080}]}
    return dump(
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": f"by-hand-{version}"},
            "spec": {
                "selector": {"matchLabels": labels},
                "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
            },
        },
        {(): "Written by hand."},
    )


@st.composite
def _service(draw: st.DrawFn) -> JsonObject:
    name = draw(labels(20))
    optional = _optional(
        namespace=labels(),
        port=st.integers(1, 65535),
        targetPort=st.integers(1, 65535) | st.just("web"),
        portName=labels(),
        appProtocol=st.sampled_from(["http", "kubernetes.io/h2c"]),
        selector=st.dictionaries(st.sampled_from(["app", "app.kubernetes.io/name"]), labels(), min_size=1),
        versionLabel=st.sampled_from(["version", "app.kubernetes.io/version"]),
    )
    return {"name": name, **draw(optional)}


@st.composite
def _environments(draw: st.DrawFn, service: str, versions: JsonObject) -> list[Json]:
    fixed = [name for name, version in versions.items() if isinstance(version, dict) and "autoscaling" not in version]
    environments: list[Json] = []
    for name in draw(st.lists(labels(), unique=True, min_size=1, max_size=2)):
        optional = _optional(
            namespace=labels(),
            hostnames=st.lists(_HOSTNAMES, unique=True, max_size=2),
            parents=_parents(service),
            replicas=st.dictionaries(st.sampled_from(fixed), st.integers(1, 9)) if fixed else st.just({}),
            revision=st.sampled_from(["main", "release/1.x"]),
        )
        environments.append({"name": name, **draw(optional)})
    return environments


_AROUND = _optional(
    policy=_optional(maxStep=st.integers(1, 100) | st.just(12.5), allowSkip=st.booleans()),
    gate=st.just(
        {"prometheus": "http://prometheus:9090", "labels": {"cluster": "a"}, "successRate": 0.99, "p99": "500ms"}
    ),
    pointers=st.fixed_dictionaries(
        {"repository": st.just("https://example.com/team/shop.git"), "argocd": st.just({})},
        optional={"flux": st.just({"interval": "5m"}), "path": st.sampled_from(["apps/shop", "deploy"])},
    ),
    ignore=st.just([{"rule": "GS402", "reason": "Known.", "until": "2099-12-31", "resource": "Service/a"}]),
    schemas=st.just({"kubernetes": "1.37.2", "channel": "standard"}),
)


@st.composite
def declared(draw: st.DrawFn) -> Declared:
    """A valid gateshift.yaml of any kind, with the owner's manifests."""
    kind = draw(st.sampled_from(["HTTPRoute", "GRPCRoute"]))
    service = draw(_service())
    name = str(service["name"])
    names = draw(st.lists(version_names(), min_size=2, max_size=4, unique=True))
    files: dict[str, str] = {}
    versions: JsonObject = {version: draw(_version(service, version, files)) for version in names}
    stages = draw(st.lists(labels(), min_size=1, max_size=4, unique=True))
    data: JsonObject = {"service": service, "route": draw(_route(name, kind))}
    if any("image" in object_at(version) for version in versions.values()) and draw(st.booleans()):
        data["workload"] = draw(_fields(cpu=False))
    data["versions"] = versions
    data["stages"] = [draw(_stage(stage, names, kind)) for stage in stages]
    data.update(draw(_AROUND))
    if draw(st.integers(0, 2)) == 0:
        data["environments"] = draw(_environments(name, versions))
    return Declared(data, draw(_texts(data)), files)


def _texts(data: JsonObject) -> st.SearchStrategy[str]:
    """The data as block YAML, or as JSON, which is YAML too."""
    return st.sampled_from([dump(data), json.dumps(data, indent=2), "\ufeff" + dump(data).replace("\n", "\r\n")])


def rollouts() -> st.SearchStrategy[Rollout]:
    """Valid rollouts as values."""
    return declared().map(Declared.rollout)
