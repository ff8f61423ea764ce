"""Each mistake of one value has its own message, at its own place, with the nearest way out."""

from __future__ import annotations

import pytest

from tests.config.reading import edited, mistakes, only_mistake, parsed, pointed_at

NAME = "  name: customers\n"
PARENT = "{service: customers}"
V1, V2 = "v1: {image: 'a:1'}", "v2: {image: 'a:2'}"
STAGE = "  - name: half\n"
SHARES = "{v1: 1, v2: 1}"
SHARES_LINE = f"    shares: {SHARES}\n"
GRPC = (f"[{PARENT}]", f"[{PARENT}]\n  kind: GRPCRoute")


def service(line: str) -> tuple[str, str]:
    return NAME, f"{NAME}  {line}\n"


def route(line: str) -> tuple[str, str]:
    return f"  parents: [{PARENT}]\n", f"  parents: [{PARENT}]\n  {line}\n"


def stage(line: str) -> tuple[str, str]:
    return SHARES_LINE, f"{SHARES_LINE}    {line}\n"


def v1(fields: str) -> tuple[str, str]:
    return V1, f"v1: {{{fields}}}"


def rule(match: str) -> tuple[str, str]:
    return stage(f"rules: [{{name: debug, to: v2, match: {match}}}]")


def top(text: str) -> tuple[str, str]:
    return "service:\n", f"{text}\nservice:\n"


LONG = "a" * 64
NAMES = [
    (NAME, "  name: Customers\n", "Customers", "expected a Service's name", "`customers`"),
    (NAME, "  name: 1customers\n", "1customers", "begins with a letter", "`customers`"),
    (NAME, "  name: cus.tomers\n", "cus.tomers", "expected a Service's name", ""),
    (NAME, f"  name: {LONG}\n", LONG, "at most 63 characters are possible here; found 64", ""),
    (NAME, "  name: ''\n", "''", "found an empty string", ""),
    (*service("namespace: my_ns"), "my_ns", "expected a name of lower-case letters", "`my-ns`"),
    (*service(f"namespace: {LONG}"), LONG, "at most 63 characters", ""),
    (*service("port: 0"), "0", "expected a port, 1 to 65535; found 0", ""),
    (*service("port: 65536"), "65536", "expected a port, 1 to 65535; found 65536", ""),
    (*service("port: http"), "http", 'found the string "http"', ""),
    (*service("port: '80'"), "'80'", "expected a port", "without quotes"),
    (*service("port: 80.5"), "80.5", "found 80.5", ""),
    (*service("port: .nan"), ".nan", "found .nan", ""),
    (*service("port: true"), "true", "found true", ""),
    (*service("targetPort: 70000"), "70000", "expected a port, 1 to 65535", ""),
    (*service("targetPort: http--web"), "http--web", "container port's name", ""),
    (*service("targetPort: a-port-name-of-16"), "a-port-name-of-16", "at most 15 characters", ""),
    (*service("targetPort: '8080'"), "'8080'", "at least one letter", ""),
    (*service("portName: HTTP"), "HTTP", "expected a Service port's name", "`http`"),
    (*service("appProtocol: 'kubernetes.io/'"), "'kubernetes.io/'", "application protocol", "`kubernetes.io`"),
    (*service("selector: {}"), "{}", "at least 1; found none", ""),
    (*service("selector: [app]"), "[app]", "found a list", ""),
    (*service("selector: {app: -a}"), "-a", "expected a label's value", "`a`"),
    (*service(f"selector: {{app: {LONG}}}"), LONG, "at most 63 characters", ""),
    (*service("selector: {'a b': c}"), "'a b'", "expected a label's key", "`a-b`"),
    (*service("selector: {app: 1.10}"), "1.10", "expected a label's value", "'1.10'"),
    (*service("versionLabel: example.com/"), "example.com/", "expected a label's key", "`example.com`"),
    (*service("selector: {version: a}"), "version", "`version` is the version label", "remove `version`"),
    (*service("versionLabel: app"), "app", "selects the pods of every version", ""),
]  # fmt: skip
VERSIONS = [
    (*v1(""), "v1", "needs one of `image`, `manifest` or `live`", ""),
    (*v1("image: ''"), "''", "expected an image", ""),
    (*v1("image: Nginx:1"), "Nginx:1", "a repository in lower case", "`nginx:1`"),
    (*v1("image: 'nginx:'"), "'nginx:'", "expected an image", "`nginx`"),
    (*v1("image: 'https://ghcr.io/a/b:1'"), "'https://ghcr.io/a/b:1'", "expected an image", "`ghcr.io/a/b:1`"),
    (*v1("image: 'nginx:1 '"), "'nginx:1 '", "expected an image", "`nginx:1`"),
    (*v1("image: 'a@sha256:abc'"), "'a@sha256:abc'", "expected an image", ""),
    (*v1("image: 'a:1', replicas: -1"), "-1", "expected a whole number from 0", ""),
    (*v1("image: 'a:1', replicas: two"), "two", 'found the string "two"', ""),
    (*v1("image: 'a:1', replicas: 2, autoscaling: {max: 3}"), "autoscaling", "cannot stand next to `replicas`", ""),
    (*v1("image: 'a:1', autoscaling: {min: 2}"), "autoscaling", "`max` is missing", ""),
    (*v1("image: 'a:1', autoscaling: {min: 4, max: 3}"), "4", "4 is more than `max`, 3", "at most 3"),
    (*v1("manifest: b.yaml"), "b.yaml", "`b.yaml` does not exist", ""),
    (*v1("manifest: /b.yaml"), "/b.yaml", "relative to this file", "`b.yaml`"),
    (*v1("manifest: a/../../b.yaml"), "a/../../b.yaml", "relative to this file, in its directory", ""),
    (*v1("image: 'a:1', template: {}"), "template", "unknown key `template`", "`manifest:`"),
    (*v1("image: 'a:1', tag: '1'"), "tag", "unknown key `tag`", "the keys here are image"),
    (*v1("image: 'a:1', env: {A: 1}"), "1", "env.A: expected a string", "'1'"),
    (*v1("image: 'a:1', env: [A]"), "A", "expected a variable", ""),
    (*v1("image: 'a:1', env: [{name: A}, {name: A}]"), "A", "env[0] sets `A` too", ""),
    (*v1("image: 'a:1', env: [{name: A, value: b, valueFrom: {}}]"), "valueFrom", "cannot stand next to `value`", ""),
    (*v1("image: 'a:1', imagePullPolicy: always"), "always", "`Always`, `IfNotPresent` or `Never`", "`Always`"),
    (*v1("image: 'a:1', resources: {requests: {cpu: 100 m}}"), "100 m", "expected a quantity", "`100m`"),
    (*v1("image: 'a:1', resources: {requests: {cpu: 2}, limits: {cpu: 500m}}"), "2", "more than the limit", "500m"),
    (*v1("image: 'a:1', readinessProbe: {}"), "readinessProbe", "needs one of `httpGet`", ""),
    (*v1("image: 'a:1', readinessProbe: {httpGet: {path: /}}"), "httpGet", "`port` is missing", ""),
    (*v1("image: 'a:1', readinessProbe: {httpget: {port: 80}}"), "httpget", "unknown key `httpget`", "`httpGet`"),
    (*v1("image: 'a:1', livenessProbe: {exec: {command: [a]}, successThreshold: 2}"), "2", "takes only 1", ""),
    (*v1("image: 'a:1', service: customers"), "customers", "as that of the service itself", "`service:`"),
    (*v1("image: 'a:1', service: customers-v2"), "v2", "as that of version v1", ""),
    (*v1("image: 'a:1', deployment: customers-v2"), "v2", "the Deployment of version v2", ""),
    (*v1("image: 'a:1', service: a.b"), "a.b", "expected a Service's name", ""),
    (V1, "V1: {image: 'a:1'}", "V1", "expected a version's name", "`v1`"),
    (V1, "v1.0: {image: 'a:1'}", "v1.0", "expected a version's name", ""),
]  # fmt: skip
ROUTE = [
    (f"[{PARENT}]", "[]", "[]", "at least 1; found none", ""),
    (f"[{PARENT}]", "customers", "customers", "expected a list of parents", "write a list"),
    (PARENT, "{}", "{}", "needs one of `service`, `gateway` or `listenerSet`", ""),
    (PARENT, "{service: orders}", "orders", "steers the calls to its own service", "`service: customers`"),
    (PARENT, "{service: customers, port: 8080}", "8080", "has the port 80, not 8080", "write 80"),
    (PARENT, "{service: customers, gateway: a/b}", "gateway", "cannot stand next to `service`", ""),
    (PARENT, "{service: customers, section: http}", "section", "cannot stand next to `service`", ""),
    (PARENT, "{gateway: infra/Public}", "infra/Public", "expected a Gateway", "`infra/public`"),
    (PARENT, "{gateway: a/b/c}", "a/b/c", "expected a Gateway as `namespace/name`", ""),
    (PARENT, "{gateway: {namespace: infra}}", "gateway", "`name` is missing", ""),
    (PARENT, "{gateway: a/b, sectionName: c}", "sectionName", "unknown key", "called `section`"),
    (PARENT, "{gateway: a/b, port: 0}", "0", "expected a port", ""),
    (PARENT, "{gateway: a/b}, {gateway: a/b}", "{gateway: a/b}", "the same as route.parents[0]", ""),
    (PARENT, "{gateway: a/b}, {gateway: {name: b, namespace: a}}", "{gateway: {name: b, namespace: a}}",
     "one parent twice only with sections that differ", "`section`"),
    (PARENT, "{gateway: a/b, section: c}, {gateway: a/b, port: 80}", "{gateway: a/b, port: 80}", "the same parent", ""),
    (PARENT, "{gateway: b}, {gateway: default/b}", "{gateway: default/b}", "the same parent", ""),
    (*route("kind: httproute"), "httproute", "expected `HTTPRoute` or `GRPCRoute`", "`HTTPRoute`"),
    (*route("name: A_B"), "A_B", "expected a name", "`a-b`"),
    (*route("hostnames: [Foo.example.com]"), "Foo.example.com", "host name in lower case", "`foo.example.com`"),
    (*route("hostnames: ['a.com:443']"), "'a.com:443'", "without a port", "`a.com`"),
    (*route("hostnames: ['https://a.com/b']"), "'https://a.com/b'", "expected a host name", "`a.com`"),
    (*route("hostnames: ['a.*.com']"), "'a.*.com'", "expected a host name", ""),
    (*route("hostnames: ['*']"), "'*'", "expected a host name", ""),
    (*route("hostnames: [10.0.0.1]"), "10.0.0.1", "allows no IP address", "DNS name"),
    (*route("hostnames: [a.com, a.com]"), "a.com", "the same as route.hostnames[0]", ""),
    (*route("hostnames: [" + ", ".join(f"h{n}.com" for n in range(17)) + "]"), "[", "at most 16", ""),
    (*route("timeouts: {request: 10}"), "10", "expected a duration", "`10s`"),
    (*route("timeouts: {request: 1.5h}"), "1.5h", "expected a duration", "`1h30m`"),
    (*route("timeouts: {request: 1h2m3s4ms5s}"), "1h2m3s4ms5s", "at most four of them", ""),
    (*route("timeouts: {request: 1s, backendRequest: 2s}"), "2s", "may not last longer", "at most 1s"),
    (*route("timeouts: {total: 1s}"), "total", "unknown key `total`", "request, backendRequest"),
    (*route("matches: [{pathh: {value: /}}]"), "pathh", "an HTTPRoute has no `pathh`", "`path`"),
    (*route("matches: [{method: {service: a}}]"), "{service: a}", "expects an HTTP method", ""),
    (*route("matches: [api]"), "api", "expected a match", ""),
    (*route("matches: [" + ", ".join(["{}"] * 65) + "]"), "[", "at most 64", ""),
    (*route("filters: [{requestHeaderModifier: {}}]"), "{requestHeaderModifier: {}}", "`type` is missing", ""),
    (*route("filters: [{type: URLRewrit, urlRewrite: {}}]"), "URLRewrit", "expected a filter's `type`", "`URLRewrite`"),
    (*route("filters: [{type: CORS}]"), "{type: CORS}", "needs `cors`", ""),
    (*route("filters: [{type: CORS, cors: {}, urlRewrite: {}}]"), "urlRewrite", "has no `urlRewrite`", ""),
    (*route("filters: [{type: RequestRedirect, requestRedirect: {}}]"), "{type: RequestRedirect, requestRedirect: {}}",
     "no version would get a request", "`route.rules`"),
    (*route("rules: [{backends: []}]"), "backends", "an HTTPRoute has no `backends`", "`backendRefs`"),
    (*route("rules: [{matches: {}}]"), "{}", "route.rules[0].matches: expected a list", ""),
    (*route("rules: [{name: a}, {name: a}]"), "a", "route.rules[0] is called `a` too", ""),
    (*route("parentRefs: []"), "parentRefs", "unknown key `parentRefs`", "called `parents`"),
]  # fmt: skip
STAGES = [
    (STAGE, "  - name: Half\n", "Half", "expected a name", "`half`"),
    (STAGE, "  - name: ../x\n", "../x", "expected a name", "`x`"),
    (STAGE, "  - nam: half\n", "nam", "unknown key `nam`", "`name`"),
    (*stage("deploy: v1"), "v1", "expected a list of versions", "write a list"),
    (*stage("deploy: []"), "[]", "at least 1; found none", ""),
    (*stage("deploy: [v1, v1, v2]"), "v1", "the same as stages[0].deploy[0]", ""),
    (*stage("deploy: [v1, v2, v3]"), "v3", "there is no version `v3`", ""),
    (*stage("deploy: [v1, v02]"), "v02", "there is no version `v02`", "`v2`"),
    (*stage("deploy: [v1]"), "v2", "version `v2` has no Service in this stage", "add v2 to `deploy`"),
    (*stage("services: [v1]"), "v2", "version `v2` has no Service in this stage", "add v2 to `services`"),
    (*stage("deploy: [v1]\n    services: [v1, v2]"), "v2", "version `v2` is not deployed", "add v2 to `deploy`"),
    (SHARES, "{v1: 1, v3: 1}", "v3", "there is no version `v3`", "the versions are v1, v2"),
    (SHARES, "{v1: 0, v2: 0}", "{v1: 0, v2: 0}", "every share is 0", "above 0"),
    (SHARES, "{v1: 1, v2: 1000001}", "1000001", "0 to 1000000", ""),
    (SHARES, "{v1: -1, v2: 2}", "-1", "0 to 1000000", ""),
    (SHARES, "{v1: 0.5, v2: 1}", "0.5", "expected a whole number", ""),
    (SHARES, "{v1: 90%, v2: 10}", "90%", 'found the string "90%"', ""),
    (SHARES, "[v1, v2]", "[v1, v2]", "expected shares such as", ""),
    (SHARES, "{}", "{}", "at least 1; found none", ""),
    (SHARES_LINE, "    mirror: v2\n", "mirror", "a stage without `shares` has no route", ""),
    (SHARES_LINE, "    rules: [{name: a, match: {method: GET}, to: v2}]\n", "rules", "without `shares`", ""),
    (*stage("mirror: v9"), "v9", "there is no version `v9`", ""),
    (*stage("mirror: {to: v2, percent: 0}"), "0", "expected a whole percentage", ""),
    (*stage("mirror: {to: v2, percent: 101}"), "101", "expected a whole percentage", ""),
    (*stage("mirror: {percent: 5}"), "mirror", "`to` is missing", ""),
    (*stage("soak: 30"), "30", "expected a duration", "`30s`"),
    (*stage("soak: 30 minutes"), "30 minutes", "expected a duration", "`30m`"),
    (*stage("approval: 'yes'"), "'yes'", "expected true or false", "without quotes"),
    (*stage("approval: null"), "null", "found nothing", ""),
    (*stage('description: ""'), '""', "found an empty string", ""),
    (*stage('description: "\\x01"'), '"\\x01"', "without control characters", ""),
    (*stage(f"description: {'a' * 501}"), "a" * 501, "at most 500 characters", ""),
    (*stage("weights: {v1: 1}"), "weights", "unknown key `weights`", "called `shares`"),
    (*stage("rules: [{name: a, to: v2}]"), "{name: a, to: v2}", "`match` is missing", ""),
    (*stage("rules: [{match: {method: GET}, to: v2}]"), "{match: {method: GET}, to: v2}", "`name` is missing", ""),
    (*stage("rules: [{name: a, match: [], to: v2}]"), "[]", "at least 1; found none", ""),
    (*stage("rules: [{name: a, match: {method: GET}, to: v3}]"), "v3", "there is no version `v3`", ""),
    (*stage("rules: [{name: a, match: {method: GET}, to: v1}, {name: a, match: {method: PUT}, to: v1}]"), "a",
     "another rule of the stage is called `a` too", ""),
    (*stage("rules: [{name: a, match: {path: /a}, to: v1}, {name: b, match: {path: {prefix: /a}}, to: v2}]"),
     "{path: {prefix: /a}}", "asks for the same as stages[0].rules[0].match", ""),
    (*rule("{}"), "match", "needs one of `path`", ""),
    (*rule("{header: {a: b}}"), "header", "unknown key `header`", "`headers`"),
    (*rule("{headers: {}}"), "{}", "at least 1; found none", ""),
    (*rule("{headers: {'a:': b}}"), "'a:'", "without the colon", "`a`"),
    (*rule("{headers: {a: 5}}"), "5", "a header's value in quotes", "'5'"),
    (*rule("{headers: {a: ''}}"), "''", "found an empty string", ""),
    (*rule("{headers: {a: {exact: b, regex: c}}}"), "regex", "cannot stand next to `exact`", ""),
    (*rule("{headers: {a: {}}}"), "a", "needs one of `exact` or `regex`", ""),
    (*rule("{headers: {X-A: b, x-a: c}}"), "x-a", "the same header as `X-A`", ""),
    (*rule("{headers: {Cookie: b}, cookies: {a: b}}"), "Cookie", "`cookies` is a match on the header `cookie`", ""),
    (*rule("{headers: {" + ", ".join(f"h{n}: a" for n in range(17)) + "}}"), "{", "at most 16", ""),
    (*rule(f"{{headers: {{a: {'b' * 4097}}}}}"), "b" * 4097, "at most 4096 characters", ""),
    (*rule("{cookies: {a: 'b;c'}}"), "'b;c'", "expected a cookie's value", ""),
    (*rule("{query: {'': b}}"), "''", "expected a query parameter's name", ""),
    (*rule("{path: api}"), "api", "expected a path", "`/api`"),
    (*rule("{path: {exact: /a//b}}"), "/a//b", "without `//`", "`/a/b`"),
    (*rule("{path: /a/../b}"), "/a/../b", "`/../`", ""),
    (*rule("{path: /a/.}"), "/a/.", "expected a path", ""),
    (*rule("{path: /a%2Fb}"), "/a%2Fb", "`%2f`", ""),
    (*rule("{path: '/a?b=c'}"), "'/a?b=c'", "`?` and `#`", ""),
    (*rule(f"{{path: /{'a' * 1024}}}"), f"/{'a' * 1024}", "at most 1024 characters", ""),
    (*rule("{path: /}"), "{path: /}", "every request meets this", ""),
    (*rule("{method: get}"), "get", "in capitals", "`GET`"),
    (*rule("{method: BREW}"), "BREW", "expected an HTTP method", ""),
    (*rule("{grpc: {service: a.B}}"), "grpc", "an HTTPRoute cannot match gRPC calls", "GRPCRoute"),
    (*rule("[" + ", ".join(f"{{path: /p{n}}}" for n in range(65)) + "]"), "[", "at most 64", ""),
]  # fmt: skip
AROUND = [
    (*top("policy: {maxStep: 0}"), "0", "percentage points above 0", ""),
    (*top("policy: {maxStep: 101}"), "101", "up to 100", ""),
    (*top("policy: {maxStep: 25%}"), "25%", 'found the string "25%"', ""),
    (*top("policy: {allowskip: true}"), "allowskip", "unknown key", "`allowSkip`"),
    (*top("gate: {successRate: 0.9}"), "gate", "`prometheus` is missing", ""),
    (*top("gate: {prometheus: 'http://p'}"), "gate", "needs one of `successRate`, `successDrop`", ""),
    (*top("gate: {prometheus: 'prom:9090', p99: 1s}"), "'prom:9090'", "begins with `http://`", "`https://prom:9090`"),
    (*top("gate: {prometheus: 'http://p', successRate: 99}"), "99", "a part of 1 such as 0.99", ""),
    (*top("gate: {prometheus: 'http://p', p99: 1s, queries: {p99: a}}"), "queries", "`requestRate` is missing", ""),
    (*top("gate: {prometheus: 'http://p', p99: 1s, queries: {requestRate: a}}"), "1s", "no query asks for it", "p99"),
    (*top("gate: {prometheus: 'http://p', p99: 0s}"), "0s", "in no time", ""),
    (*top("gate: {prometheus: 'http://p', p99: 500}"), "500", "expected a duration", "`500s`"),
    (*top("gate: {prometheus: 'http://p', requestRate: .inf}"), ".inf", "found .inf", ""),
    (*top("gate: {prometheus: 'http://p', p99: 1s, labels: {a-b: c}}"), "a-b", "Prometheus label", ""),
    (*top("pointers: {repository: 'https://a/b'}"), "pointers", "needs one of `argocd`, `flux` or `existing`", ""),
    (*top("pointers: {repository: 'https://a/b', argocd: }"), "", "found nothing", "`argocd: {}`"),
    (*top("pointers: {repository: a/b, argocd: {}}"), "a/b", "the repository's URL", "`https://a/b`"),
    (*top("pointers: {repository: 'git@a:b', flux: {}}"), "'git@a:b'", "Flux takes only URLs", "ssh://git@a/b"),
    (*top("pointers: {repository: 'https://u:p@a/b', flux: {}}"), "'https://u:p@a/b'", "a password in the URL", ""),
    (*top("pointers: {repository: 'https://[a/b', flux: {}}"), "'https://[a/b'", "not a URL", ""),
    (*top("pointers: {repository: 'https://a/b', path: ../c, flux: {}}"), "../c", "without `..`", ""),
    (*top("pointers: {repository: 'https://a/b', path: /c, flux: {}}"), "/c", "relative to its top", "`c`"),
    (*top("pointers: {repository: 'https://a/b', flux: {interval: 60}}"), "60", "expected an interval", "`60s`"),
    (*top("environments: []"), "[]", "at least 1; found none", ""),
    (*top("environments: [{namespace: a}]"), "{namespace: a}", "`name` is missing", ""),
    (*top("environments: [{name: a}, {name: a}]"), "a", "environments[0] is called `a` too", ""),
    (*top("environments: [{name: a, replicas: {v3: 1}}]"), "v3", "there is no version `v3`", ""),
    (*top("environments: [{name: a, replicas: {v1: 0}}]"), "0", "0 replicas, but stages[0].shares.v1", ""),
    (*top("environments: [{name: a, parents: [{service: b}]}]"), "b", "its own service, `customers`", ""),
    (*top("environments: [{name: a, hostnames: ['::1']}]"), "'::1'", "expected a host name", ""),
    (*top("environments: [{name: a, hostnames: [1.2.3.4]}]"), "1.2.3.4", "allows no IP address", ""),
    (*top(f"environments: [{{name: {'a' * 60}}}]"), "a" * 60, "at most 63 are possible", "shorten"),
    (*top("ignore: [{rule: GS301, until: 2026-01-01}]"), "{rule: GS301, until: 2026-01-01}", "`reason` is missing", ""),
    (*top("ignore: [{rule: GS301, reason: a}]"), "{rule: GS301, reason: a}", "`until` is missing", ""),
    (*top("ignore: [{rule: gs301, reason: a, until: 2026-01-01}]"), "gs301", "expected a rule's id", "`GS301`"),
    (*top("ignore: [{rule: GS301, reason: a, until: 2026-02-30}]"), "2026-02-30", "no such day", ""),
    (*top("ignore: [{rule: GS301, reason: a, until: 31.12.2026}]"), "31.12.2026", "expected a day", ""),
    (*top("schemas: {kubernetes: 1.37}"), "1.37", "a version in quotes", "'1.37'"),
    (*top("schemas: {kubernetes: latest}"), "latest", "a version in quotes", ""),
    (*top("schemas: {channel: Standard}"), "Standard", "`standard` or `experimental`", "`standard`"),
    (*top("schemas: {crds: crds/}"), "crds/", "expected a list of paths", "write a list"),
    (*top("apiVersion: v1"), "apiVersion", "unknown key `apiVersion`", "not a Kubernetes object"),
    (*top("stage: []"), "stage", "unknown key `stage`", "`stages`"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "field_ref", "says", "hint"), [*NAMES, *VERSIONS, *ROUTE, *STAGES, *AROUND]
)
def test_a_mistake_is_told_once_where_it_stands(before: str, after: str, field_ref: str, says: str, hint: str) -> None:
    mistake = only_mistake(edited((before, after)))

    assert says in mistake.message
    assert hint in mistake.hint
    assert pointed_at(mistake).startswith(field_ref)


GRPC_MISTAKES = [
    (rule("{path: /a}"), "path", "a GRPCRoute cannot match a request path"),
    (rule("{method: GET}"), "method", "a GRPCRoute cannot match a request method"),
    (rule("{query: {a: b}}"), "query", "a GRPCRoute cannot match a query"),
    (rule("{grpc: {}}"), "grpc", "needs one of `service` or `method`"),
    (rule("{grpc: {service: a-b}}"), "a-b", "expected a gRPC service with its package"),
    (rule("{grpc: {method: shop/List}}"), "shop/List", "expected a gRPC method's name"),
    (rule("{grpc: {service: a, type: Prefix}}"), "Prefix", "expected `Exact` or `RegularExpression`"),
    (route("timeouts: {request: 1s}"), "timeouts", "only an HTTPRoute has timeouts"),
    (route("matches: [{path: {value: /}}]"), "path", "a GRPCRoute has no `path` here; an HTTPRoute has"),
    (route("matches: [{method: GET}]"), "GET", "a GRPCRoute expects {service: ..., method: ...}"),
    (route("filters: [{type: URLRewrite, urlRewrite: {}}]"), "URLRewrite", "expected a filter's `type` of a GRPCRoute"),
    (route("rules: [{timeouts: {}}]"), "timeouts", "a GRPCRoute has no `timeouts` here; an HTTPRoute has"),
]


@pytest.mark.parametrize(("edit", "field_ref", "says"), GRPC_MISTAKES)
def test_a_grpc_route_has_fields_of_its_own(edit: tuple[str, str], field_ref: str, says: str) -> None:
    text = edited(edit).replace(f"[{PARENT}]", f"[{PARENT}]\n  kind: GRPCRoute")

    mistake = only_mistake(text)

    assert says in mistake.message
    assert pointed_at(mistake) == field_ref


def test_every_mistake_is_reported_in_one_run_in_the_order_of_the_file() -> None:
    text = edited(
        service("prot: 80"),
        (PARENT, "{gateway: A/b}"),
        v1("image: 'A:1'"),
        stage("soak: soon"),
        (SHARES, "{v1: 1, v9: 1}"),
    )

    found = mistakes(text)

    assert [(mistake.place.line, mistake.place.column) for mistake in found] == [
        (3, 3), (5, 23), (7, 15), (11, 21), (12, 11),
    ]  # fmt: skip


def test_one_slip_is_one_mistake_and_not_a_chain_of_them() -> None:
    assert len(mistakes(edited(stage("deploy: [v1, v3]")))) == 1
    assert len(mistakes(edited(("  name: customers\n", "  name: Customers\n")))) == 1
    assert len(mistakes(edited((V2, "v2: {imag: 'a:2'}")))) == 1


def test_a_rollout_needs_a_version() -> None:
    mistake = only_mistake(edited((f"  {V1}\n", ""), (f"versions:\n  {V2}\n", "versions: {}\n"), (SHARES, "{v1: 1}")))

    assert mistake.message.endswith("at least 1; found none")


def test_two_keys_of_one_name_are_told_with_the_first_ones_line() -> None:
    mistake = only_mistake(edited(service("port: 80\n  port: 81")))

    assert mistake.message == "service.port: the key stands twice, first in line 3"
    assert (mistake.place.line, mistake.place.column) == (4, 3)


def test_two_stages_of_one_name_are_told() -> None:
    mistake = only_mistake(edited(("stages:\n", "stages:\n  - name: half\n")))

    assert mistake.message == "stages[1].name: stages[0] is called `half` too"
    assert mistake.place.line == 10


@pytest.mark.parametrize("length", [60, 61, 63])
def test_a_name_may_have_63_characters_with_its_version(length: int) -> None:
    name = "a" * length
    text = edited((NAME, f"  name: {name}\n"), (PARENT, f"{{service: {name}}}"))
    if length == 60:
        assert len(parsed(text).rollout.versions[0].service) == 63
        return

    found = mistakes(text)

    assert [pointed_at(mistake) for mistake in found] == ["v1", "v2"]
    assert f"`{name}-v1`, which has {length + 3} characters" in found[0].message
    assert "`service:`" in found[0].hint


def test_a_version_without_replicas_gets_no_requests() -> None:
    mistake = only_mistake(edited((V2, "v2: {image: 'a:2', replicas: 0}")))

    assert "version `v2` has 0 replicas" in mistake.message


def test_an_autoscaler_leaves_the_environment_no_replicas_to_set() -> None:
    both = "environments: [{name: a, replicas: {v1: 2}, autoscaling: {v1: {max: 3}}}]"
    assert "an autoscaler decides" in only_mistake(edited(top(both))).message

    fixed_there = edited(top("environments: [{name: a, replicas: {v1: 2}}]"), v1("image: 'a:1', autoscaling: {max: 3}"))
    parsed(fixed_there)


def test_the_route_keeps_within_the_gateway_apis_limits() -> None:
    other_rules = "rules: [" + ", ".join("{}" for _ in range(14)) + "]"
    two_rules = "rules: [{name: a, match: {path: /a}, to: v1}, {name: b, match: {path: /b}, to: v1}]"
    assert "17 rules" in only_mistake(edited(route(other_rules), stage(two_rules))).message

    production = "matches: [" + ", ".join("{}" for _ in range(10)) + "]"
    many = "rules: [{name: a, to: v1, match: [" + ", ".join(f"{{path: /p{n}}}" for n in range(7)) + "]}]"
    assert "these are 70 matches" in only_mistake(edited(route(production), stage(many))).message

    half = "{name: a%d, to: v1, match: [" + ", ".join(f"{{path: /p{n}-%d}}" for n in range(63)) + "]}"
    rules = "rules: [" + ", ".join(half % ((index,) * 64) for index in range(3)) + "]"
    assert "190 matches in all" in only_mistake(edited(stage(rules))).message

    filters = "filters: [" + ", ".join("{type: CORS, cors: {}}" for _ in range(16)) + "]"
    assert "16 filters already" in only_mistake(edited(route(filters), stage("mirror: v2"))).message
