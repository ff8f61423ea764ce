"""The gateshift.yaml that `gateshift init` starts a service with: the lab's story, and the rest in comments.

Every commented block becomes valid by removing its `# `.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from gateshift.config.schema.json_schema import ADDRESS
from gateshift.model.rollout import RouteKind
from gateshift.yamldoc.dump import scalar


class ParentGateway(Struct, frozen=True):
    """A Gateway to attach to; an empty `section` means every listener."""

    namespace: str
    name: str
    section: str = ""


class InitRequest(Struct, frozen=True):
    """What the owner asks for. `versions` are names and images, the baseline first; `target_port` None is `port`.
    `schema` is where editors find the schema: an address, or a path from the file."""

    service: str
    versions: tuple[tuple[str, str], tuple[str, str]]
    namespace: str = "default"
    port: int = 80
    target_port: int | None = None
    kind: RouteKind = RouteKind.HTTP
    mesh: bool = True
    gateways: tuple[ParentGateway, ...] = ()
    hostnames: tuple[str, ...] = ()
    schema: str = ADDRESS

    @property
    def names(self) -> tuple[str, str]:
        """The baseline's name and the candidate's, as YAML spells them."""
        (old, _), (new, _) = self.versions
        return scalar(old), scalar(new)


def skeleton(request: InitRequest) -> str:
    """The text of the gateshift.yaml."""
    parts = (
        _head(request),
        _service(request),
        _route(request),
        _workload(request),
        _versions(request),
        _stages(request),
        _rest(request),
    )
    return "\n".join("".join(f"{line}\n" for line in part) for part in parts)


def _head(request: InitRequest) -> Iterator[str]:
    old, new = request.names
    yield f"# yaml-language-server: $schema={request.schema}"
    yield f"# How traffic to {request.service} moves from {old} to {new}."
    yield "# `gateshift generate` writes base/ and overlays/ from this file, `gateshift validate` checks what Kustomize"
    yield "# builds from them, and `gateshift plan` shows what each step does to traffic."


def _service(request: InitRequest) -> Iterator[str]:
    target = request.port if request.target_port is None else request.target_port
    yield "service:"
    yield f"  name: {scalar(request.service)}"
    yield f"  namespace: {scalar(request.namespace)}"
    yield f"  port: {request.port} # what clients call"
    yield f"  targetPort: {target} # what the container listens on"
    if request.kind is RouteKind.GRPC:
        yield "  portName: grpc"
        yield "  appProtocol: kubernetes.io/h2c # gRPC without TLS"
    yield f"  # selector: {{app: {scalar(request.service)}}} # the labels of every version's pods"
    yield "  # versionLabel: version # the label that tells the versions' pods apart"


def _route(request: InitRequest) -> Iterator[str]:
    yield "route:"
    if request.kind is not RouteKind.HTTP:
        yield f"  kind: {request.kind.value}"
    yield "  parents:"
    if request.mesh:
        yield f"    - service: {scalar(request.service)} # a mesh route: it steers the calls made to the Service"
    for gateway in request.gateways:
        yield f"    - gateway: {gateway.namespace}/{gateway.name}"
        if gateway.section:
            yield f"      section: {scalar(gateway.section)}"
    if request.hostnames:
        yield "  hostnames:"
        yield from (f"    - {scalar(hostname)}" for hostname in request.hostnames)
    if request.kind is RouteKind.HTTP:
        yield "  # timeouts: {request: 10s}"
    yield "  # filters, matches and other rules of the route are kept in every stage, as the Gateway API spells them"


def _workload(request: InitRequest) -> Iterator[str]:
    port = request.port if request.target_port is None else request.target_port
    probe = (
        f"grpc: {{port: {port}}}" if request.kind is RouteKind.GRPC else f"httpGet: {{path: /healthz, port: {port}}}"
    )
    yield "workload: # what the pods of every version share; a version may say otherwise for itself"
    yield f"  container: {scalar(request.service)}"
    yield f"  # serviceAccount: {scalar(request.service)}"
    yield "  # env: {LOG_LEVEL: info}"
    yield "  # resources: {requests: {cpu: 100m, memory: 64Mi}}"
    yield f"  # readinessProbe: {{{probe}}}"


def _versions(request: InitRequest) -> Iterator[str]:
    yield "versions: # the baseline first, the candidate last"
    for name, image in request.versions:
        yield f"  {scalar(name)}:"
        yield f"    image: {scalar(image)}"
        yield "    # replicas: 2"


def _stages(request: InitRequest) -> Iterator[str]:
    old, new = request.names
    header, value = ("x-debug", "debug") if request.kind is RouteKind.GRPC else ("user-agent", "debug")
    route = "HTTPRoute" if request.kind is RouteKind.HTTP else "GRPCRoute"
    yield "stages: # each becomes overlays/<name>; a stage deploys every version unless it says otherwise"
    yield from _stage(
        "initial", "The application as it was deployed first, without a route.", f"deploy: [{old}]", "services: []"
    )
    yield from _stage(
        "subsets",
        "A Service for each version, to which nothing refers yet.",
        f"deploy: [{old}]",
        f"services: [{old}, {new}]",
    )
    yield from _stage(
        "routed",
        f"The {route} appears and sends every request to {old}.",
        f"deploy: [{old}]",
        f"services: [{old}, {new}]",
        f"shares: {{{old}: 100}}",
    )
    yield from _stage("dark", f"{new} runs and receives nothing.", f"shares: {{{old}: 100}}")
    yield from _stage(
        "debug",
        f"Testers reach {new} with the header {header} set to {value}.",
        f"shares: {{{old}: 100}}",
        "rules:",
        "  - name: debug",
        f"    match: {{headers: {{{header}: {value}}}}}",
        f"    to: {new}",
    )
    yield from _stage(
        "canary",
        f"One request in ten goes to {new}.",
        f"shares: {{{old}: 90, {new}: 10}}",
        "# soak: 30m # shown before the next step, not enforced",
        "# approval: true",
    )
    yield from _stage("half", "Both versions share the requests equally.", f"shares: {{{old}: 50, {new}: 50}}")
    yield from _stage(
        "final", f"{new} answers everything; {old} still runs, one commit away.", f"shares: {{{new}: 100}}"
    )
    yield from _stage("retired", f"{old} is gone.", f"deploy: [{new}]", f"shares: {{{new}: 100}}")


def _stage(name: str, description: str, *fields: str) -> Iterator[str]:
    yield f"  - name: {name}"
    yield f"    description: {scalar(description)}"
    yield from (f"    {field}" for field in fields)


def _rest(request: InitRequest) -> Iterator[str]:
    yield "# policy: {maxStep: 50} # the largest change of a share that `promote` makes, in percentage points"
    yield ""
    yield "# verify: # how `gateshift verify` tells the versions' answers apart; here by the city in the JSON"
    yield "#   versions:"
    yield f"#     {request.names[0]}: {{otherwise: true}}"
    yield f"#     {request.names[1]}: {{json: 0.city}} # or {{header: x-version}}, {{pattern: City}}, {{status: 203}}"
    yield ""
    yield "# gate: # what `gateshift gate` asks before a share grows"
    yield "#   prometheus: http://prometheus.monitoring:9090"
    yield "#   preset: istio # or linkerd, traefik, envoy-gateway, nginx-gateway-fabric"
    yield "#   window: 5m"
    yield "#   successRate: 0.99"
    yield "#   p99: 500ms"
    yield ""
    yield "# pointers: # what Argo CD or Flux follows; `gateshift promote` moves it from stage to stage"
    yield f"#   repository: https://github.com/your-team/{request.service}"
    yield "#   revision: main"
    yield "#   path: . # this file's directory in the repository"
    yield "#   argocd: {}"
    yield "#   flux: {}"
    yield ""
    yield "# environments: # each with overlays and a pointer of its own"
    yield "#   - name: staging"
    yield f"#     namespace: {request.service}-staging"
    yield "#   - name: prod"
    yield f"#     replicas: {{{request.names[0]}: 3, {request.names[1]}: 3}}"
