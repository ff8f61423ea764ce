"""A rollout as its owner declares it: the service, its versions, and the stages traffic moves through."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import Enum
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import astuple, replace

from gateshift.model.place import Place
from gateshift.yamldoc.data import JsonObject

FILE_NAME = "gateshift.yaml"
"""The file a rollout is declared in."""


class _Placed(Struct, frozen=True, eq=False):
    """A value whose last field is its place in the file: equal to another that says the same elsewhere."""

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and astuple(self)[:-1] == astuple(other)[:-1]

    def __hash__(self) -> int:
        return hash(astuple(self)[:-1])


class RouteKind(Enum):
    """The kinds of route a rollout can steer by."""

    HTTP = "HTTPRoute"
    GRPC = "GRPCRoute"


class Engine(Enum):
    """The sync engines a pointer can belong to."""

    ARGOCD = "argocd"
    FLUX = "flux"


Pairs = tuple[tuple[str, str], ...]
"""Labels, annotations and the like, in the order of the file."""


class DeclaredService(Struct, frozen=True):
    """The service whose traffic shifts. `selector` selects the pods of every version;
    `version_label` is the label key that tells them apart. `target_port` is a number or a container port's name.

    `port` is the one that the route splits. `named_port` is the number that a container gives the name in
    `target_port`; 0 where it is `port`. `ports` are all of the Service's ports where it has several, and `spec`
    further fields of the service's own Service, both as Kubernetes spells them.
    """

    name: str
    namespace: str
    port: int
    target_port: int | str
    port_name: str
    app_protocol: str
    selector: Pairs
    version_label: str
    named_port: int = 0
    ports: tuple[JsonObject, ...] = ()
    spec: JsonObject = field(default_factory=dict)
    labels: Pairs = ()
    annotations: Pairs = ()


class ServiceParent(Struct, frozen=True):
    """The Service itself is the parent: a mesh route (GAMMA) that steers calls made to it.

    `port` is a Service port number, or None for all ports.
    """

    port: int | None = None


class GatewayParent(Struct, frozen=True):
    """A Gateway (or, by `kind`, a ListenerSet) is the parent. `namespace` is always known; empty or None: any."""

    namespace: str
    name: str
    section_name: str = ""
    port: int | None = None
    kind: str = "Gateway"


Parent = ServiceParent | GatewayParent


class Autoscaling(Struct, frozen=True):
    """A HorizontalPodAutoscaler instead of a fixed number of replicas; `cpu` is the target utilisation in per cent."""

    min_replicas: int
    max_replicas: int
    cpu: int


class DeclaredWorkload(Struct, frozen=True):
    """What runs in a version's pods, from fields. `env`, `resources` and probes are kept as Kubernetes spells them, as
    are the further fields of the `own_container`, the `pod` and the Deployment's `spec`, and the `sidecars`."""

    image: str
    container: str
    image_pull_policy: str
    service_account: str
    env: tuple[JsonObject, ...] = ()
    resources: JsonObject = field(default_factory=dict)
    readiness_probe: JsonObject = field(default_factory=dict)
    liveness_probe: JsonObject = field(default_factory=dict)
    startup_probe: JsonObject = field(default_factory=dict)
    own_container: JsonObject = field(default_factory=dict)
    sidecars: tuple[JsonObject, ...] = ()
    pod: JsonObject = field(default_factory=dict)
    spec: JsonObject = field(default_factory=dict)
    labels: Pairs = ()
    annotations: Pairs = ()
    pod_labels: Pairs = ()
    pod_annotations: Pairs = ()


class ManifestWorkload(Struct, frozen=True):
    """The owner's own Deployment manifest, kept as written: its path as gateshift.yaml names it (relative to that file)
    and its text."""

    path: str
    text: str


class LiveObject(Struct, frozen=True):
    """An object of what ran before the rollout, by kind and name, such as Deployment/customers."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}"


class LiveWorkload(Struct, frozen=True):
    """A version that ran before the rollout: its objects stay as they stand, and go when the version is no longer
    deployed. The first of `objects` runs the pods."""

    objects: tuple[LiveObject, ...]


class LiveFile(Struct, frozen=True):
    """A plain manifest that the rollout holds a copy of: its path as gateshift.yaml names it, and its text."""

    path: str
    text: str


class LiveManifests(Struct, frozen=True):
    """What ran before the rollout, and still comes with every stage.

    `path` is a Kustomize root, referenced where it stands; or `files` are plain manifests, copied byte for byte.
    `replaces` are objects of it that every stage with a route writes anew. Paths are relative to gateshift.yaml.
    """

    path: str = ""
    files: tuple[LiveFile, ...] = ()
    replaces: tuple[LiveObject, ...] = ()


class OwnFile(Struct, frozen=True):
    """A file with objects of the owner's, by its path from gateshift.yaml, and its text; the text is None for a
    directory with a kustomization, which is built where it is."""

    path: str
    text: str | None


class Version(Struct, frozen=True):
    """One version of the service and the names of its Deployment and Service.

    `replicas` is None where an autoscaler decides or where a manifest of the owner's does. `selector` are the labels
    of its pods that its Service selects; empty for the rollout's selector and the version label.
    """

    name: str
    deployment: str
    service: str
    workload: DeclaredWorkload | ManifestWorkload | LiveWorkload
    replicas: int | None = 1
    autoscaling: Autoscaling | None = None
    selector: tuple[tuple[str, str], ...] = ()

    @property
    def live(self) -> bool:
        """Whether it ran before the rollout, so that none of its objects is written."""
        return isinstance(self.workload, LiveWorkload)

    @property
    def workload_kind(self) -> str:
        """The kind of the object that runs its pods."""
        return self.workload.objects[0].kind if isinstance(self.workload, LiveWorkload) else "Deployment"

    objects: tuple[OwnFile, ...] = ()


class Share(Struct, frozen=True):
    """A version's weight in a split; weights are relative to their sum."""

    version: str
    weight: int


class MatchType(Enum):
    """How a path, header, query parameter or gRPC method is compared; the names are the Gateway API's."""

    EXACT = "Exact"
    PREFIX = "PathPrefix"
    REGEX = "RegularExpression"


class DeclaredValueMatch(Struct, frozen=True):
    """A header or query parameter, its value, and how it is compared (EXACT or REGEX)."""

    name: str
    value: str
    type: MatchType = MatchType.EXACT


class Match(Struct, frozen=True):
    """Conditions that must all hold. `path` is (type, value); a cookie is written as a regular expression on the
    `cookie` header. The gRPC fields belong to a GRPCRoute, path, query and HTTP method to an HTTPRoute."""

    path: tuple[MatchType, str] | None = None
    method: str = ""
    headers: tuple[DeclaredValueMatch, ...] = ()
    query: tuple[DeclaredValueMatch, ...] = ()
    cookies: tuple[DeclaredValueMatch, ...] = ()
    grpc_service: str = ""
    grpc_method: str = ""
    grpc_type: MatchType = MatchType.EXACT


class ExtraRule(Struct, frozen=True):
    """A rule of one stage beside the production rule: requests that any of `matches` accepts go to `version`."""

    name: str
    matches: tuple[Match, ...]
    version: str


class Mirror(Struct, frozen=True):
    """A copy of the production rule's requests for a version whose answers are thrown away; `percent` of them."""

    version: str
    percent: int = 100


class Stage(_Placed, frozen=True, eq=False):
    """One state of the rollout.

    `deployed` are the versions with a Deployment, `services` those with a Service of their own, both in the order of
    the rollout's versions. No `shares` means no route. `soak` is a Gateway API duration such as `30m`, or "".
    """

    name: str
    description: str
    deployed: tuple[str, ...]
    services: tuple[str, ...]
    shares: tuple[Share, ...] = ()
    rules: tuple[ExtraRule, ...] = ()
    mirror: Mirror | None = None
    soak: str = ""
    approval: bool = False
    objects: tuple[OwnFile, ...] = ()
    place: Place | None = None

    def fraction(self, version: str) -> float:
        """The version's part of the production rule's traffic, 0 to 1; 0 where there is no route."""
        total = sum(share.weight for share in self.shares)
        return sum(share.weight for share in self.shares if share.version == version) / total if total else 0.0

    @property
    def rule_names(self) -> tuple[str, ...]:
        """The names of the extra rules, in their order."""
        return tuple(rule.name for rule in self.rules)


def extra_rule_name(names: Sequence[str], index: int, count: int) -> str:
    """Which of a stage's extra rules stands at an index of the rollout's own route, which has `count` rules; "" for
    another rule of it. The extra rules stand last."""
    place = index - (count - len(names))
    return names[place] if 0 <= place < len(names) else ""


class DeclaredRoute(Struct, frozen=True):
    """The route and what its production rule keeps in every stage. `matches`, `filters`, `timeouts` and the whole
    rules in `other_rules`, which the rollout must not touch, are kept as the Gateway API spells them; `position` of
    them stand before the production rule."""

    kind: RouteKind
    name: str
    parents: tuple[Parent, ...]
    hostnames: tuple[str, ...] = ()
    matches: tuple[JsonObject, ...] = ()
    filters: tuple[JsonObject, ...] = ()
    timeouts: JsonObject = field(default_factory=dict)
    other_rules: tuple[JsonObject, ...] = ()
    position: int = 0
    labels: Pairs = ()
    annotations: Pairs = ()


class Policy(Struct, frozen=True):
    """Limits for a promotion: the largest change of any version's share in percentage points,
    and whether a stage may be skipped."""

    max_step: float | None = None
    allow_skip: bool = False


class Evidence(Struct, frozen=True):
    """What an answer of a version has: one of a header, a JSON field (its path), a pattern in the body, a status, or
    (`otherwise`) nothing of what the other versions' have. `equals` is the header's or field's value, None for any."""

    version: str
    header: str = ""
    json: str = ""
    equals: str | None = None
    pattern: str = ""
    status: int | None = None
    otherwise: bool = False


class AnswerRules(Struct, frozen=True):
    """How answers tell the versions apart: a header or JSON field that holds the version's name, or evidence for each
    version."""

    header: str = ""
    json: str = ""
    versions: tuple[Evidence, ...] = ()


class Preset(Enum):
    """Whose metrics a gate asks for."""

    ISTIO = "istio"
    LINKERD = "linkerd"
    TRAEFIK = "traefik"
    ENVOY_GATEWAY = "envoy-gateway"
    NGINX = "nginx-gateway-fabric"


class GateQueries(Struct, frozen=True):
    """PromQL with `$` placeholders for what a version's series are selected by; "" for none."""

    request_rate: str = ""
    success_rate: str = ""
    p99: str = ""


class Gate(Struct, frozen=True):
    """Where and by what limits the candidate is judged. `labels` select its series, `stable_labels` the stable
    version's (None: derived from them). `success_rate` and `success_drop` are fractions 0 to 1, `p99_ms` in
    milliseconds, `p99_growth` a factor, `request_rate` per second; `window` is a duration such as `5m`."""

    prometheus: str
    labels: tuple[tuple[str, str], ...] = ()
    success_rate: float | None = None
    p99_ms: float | None = None
    request_rate: float | None = None
    preset: Preset = Preset.ISTIO
    window: str = "5m"
    stable_labels: tuple[tuple[str, str], ...] | None = None
    queries: GateQueries = GateQueries()
    success_drop: float | None = None
    p99_growth: float | None = None


class ArgoPointer(Struct, frozen=True):
    """The Application: its namespace, project and where it deploys to."""

    namespace: str = "argocd"
    project: str = "default"
    server: str = "https://kubernetes.default.svc"


class FluxPointer(Struct, frozen=True):
    """The GitRepository and Kustomization: their namespace and how often they reconcile (a Go duration)."""

    namespace: str = "flux-system"
    interval: str = "1m"


class ExistingPointer(Struct, frozen=True):
    """A pointer that was there before the rollout: the file that holds it, relative to gateshift.yaml, and the object
    by kind and name; of an ApplicationSet the name is that of the Application it makes. `environment` is "" where there
    is only one."""

    file: str
    kind: str
    name: str
    environment: str = ""


class Pointers(Struct, frozen=True):
    """The objects that name the stage in force: those that `generate` writes, or those that exist already.

    `path` is the folder of gateshift.yaml in the repository, "" for its top.
    """

    repository: str
    revision: str
    path: str = ""
    argocd: ArgoPointer | None = None
    flux: FluxPointer | None = None
    existing: tuple[ExistingPointer, ...] = ()


class Environment(Struct, frozen=True):
    """A place the service is rolled out to, with a pointer of its own. None means: as the rollout says.

    `replicas`, `autoscaling` and `images` are by version name, `env` and `resources` for every version. `skipped` are
    the names of stages it does not pass through, `after` those of the environments that reach a stage before it. The
    single implicit environment has the name "".
    """

    def __hash__(self) -> int:
        """By its name, which no other environment of a rollout has; its variables and resources are mappings."""
        return hash(self.name)

    name: str = ""
    namespace: str | None = None
    parents: tuple[Parent, ...] | None = None
    hostnames: tuple[str, ...] | None = None
    replicas: tuple[tuple[str, int], ...] = ()
    revision: str | None = None
    live: LiveManifests | None = None
    autoscaling: tuple[tuple[str, Autoscaling], ...] = ()
    images: Pairs = ()
    env: tuple[JsonObject, ...] = ()
    resources: JsonObject = field(default_factory=dict)
    skipped: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


class Suppression(_Placed, frozen=True, eq=False):
    """A finding that the owner accepts until a day, with the reason. Empty `file`, `path`, `resource`, `kind` or `name`
    match any."""

    rule: str
    reason: str
    until: date | None
    file: str = ""
    resource: str = ""
    kind: str = ""
    name: str = ""
    path: str = ""
    place: Place | None = None


class SchemaChoice(Struct, frozen=True):
    """The versions of the schemas that validation uses; "" means the tool's own default."""

    kubernetes: str = ""
    gateway_api: str = ""
    channel: str = ""
    crds: tuple[str, ...] = ()


class Rollout(Struct, frozen=True):
    """One service's way from one version to the next. Versions are in order: the first is the baseline,
    the last the candidate. `environments` always has at least one."""

    file: Path
    service: DeclaredService
    route: DeclaredRoute
    versions: tuple[Version, ...]
    stages: tuple[Stage, ...]
    policy: Policy = Policy()
    verify: AnswerRules | None = None
    gate: Gate | None = None
    pointers: Pointers | None = None
    environments: tuple[Environment, ...] = (Environment(),)
    suppressions: tuple[Suppression, ...] = ()
    schemas: SchemaChoice = SchemaChoice()
    live: LiveManifests | None = None

    def live_in(self, environment: Environment) -> LiveManifests | None:
        """What ran before the rollout in the environment; None where the rollout writes everything itself."""
        return environment.live or self.live

    objects: tuple[OwnFile, ...] = ()

    def version(self, name: str) -> Version:
        """The version of that name; KeyError where there is none."""
        return {version.name: version for version in self.versions}[name]

    def stage(self, name: str) -> Stage:
        """The stage of that name; KeyError where there is none."""
        return {stage.name: stage for stage in self.stages}[name]

    def overlay(self, stage: Stage, environment: Environment) -> str:
        """The stage's overlay, relative to the rollout's folder: `overlays/canary`, or `overlays/prod/canary`."""
        return "/".join(part for part in ("overlays", environment.name, stage.name) if part)

    def stages_in(self, environment: Environment) -> tuple[Stage, ...]:
        """The stages that the environment passes through."""
        return tuple(stage for stage in self.stages if stage.name not in environment.skipped)

    def within(self, environment: Environment) -> Rollout:
        """The rollout as the environment passes through it."""
        return replace(self, stages=self.stages_in(environment))

    def version_in(self, version: Version, environment: Environment) -> Version:
        """The version as it is in the environment, but for replicas of a version that does not scale by itself there:
        those are the overlay's."""
        scaling = dict(environment.autoscaling).get(version.name)
        fixed = dict(environment.replicas).get(version.name)
        if scaling is not None:
            version = replace(version, replicas=None, autoscaling=scaling)
        elif fixed is not None and version.autoscaling is not None:
            version = replace(version, replicas=fixed, autoscaling=None)
        if isinstance(version.workload, DeclaredWorkload):
            version = replace(version, workload=_workload_in(version.workload, version.name, environment))
        return version


def _workload_in(workload: DeclaredWorkload, version: str, environment: Environment) -> DeclaredWorkload:
    names = [variable.get("name") for variable in environment.env]
    kept = tuple(variable for variable in workload.env if variable.get("name") not in names)
    return replace(
        workload,
        image=dict(environment.images).get(version, workload.image),
        env=(*kept, *environment.env),
        resources=environment.resources or workload.resources,
    )
