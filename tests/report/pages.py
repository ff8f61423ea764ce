"""Pages for the tests of the HTML report: the shipped rollout drawn from what `generate` writes, one whose every name
is hostile, and one that is crowded."""

from msgspec.structs import replace

from gateshift.app.report.picture import PictureSubject, picture
from gateshift.model.finding import Level
from gateshift.model.picture import (
    Edge,
    Lane,
    NodeRole,
    Page,
    Picture,
    PictureAnswer,
    PictureClass,
    PictureNode,
    PointerPlace,
    RolloutPicture,
    StagePicture,
)
from gateshift.model.plan import MatrixCell, MatrixReport
from gateshift.model.report import ReportedPlace, ReportedRoot, ResourceName, SourceLine, ValidationReport
from gateshift.model.rollout import Environment, Rollout, Stage
from gateshift.traffic.routes import RouteParent
from tests.app.stages import shipped, stage_cluster
from tests.report.values import FINDING, GAP, ROOTS

POINTERS = (
    PointerPlace("argocd", "Application", "sync/argocd/application.yaml", "overlays/canary", "canary", "in 1a2b3c4"),
    PointerPlace("flux", "Kustomization", "sync/flux/kustomization.yaml", "./overlays/half", "half"),
)
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'&quot;&#39;&lt;",
    "</style></svg></title><b>",
    "\u202etxet\u2066",
    "a" * 253,
    "javascript:alert(1)",
    "{{ 7 * 7 }}{% raw %}",
)


def page() -> Page:
    """The shipped rollout, with a finding."""
    rollout = shipped()
    (environment,) = rollout.environments
    stages = tuple(_stage(rollout, stage, environment) for stage in rollout.stages)
    names = tuple(stage.name for stage in rollout.stages)
    report = RolloutPicture(
        name="customers",
        file="gateshift.yaml",
        environment="",
        versions=("v1", "v2"),
        stages=stages,
        pointers=POINTERS,
        classes=_classes(stages),
        matrix=_matrix(names),
    )
    return Page((report,), ValidationReport((FINDING,), ROOTS))


def _stage(rollout: Rollout, stage: Stage, environment: Environment) -> StagePicture:
    parent = RouteParent("", "Service", "default", "customers", "", None, ())
    subject = PictureSubject((parent,), ("HTTPRoute", "customers"), tuple(rule.name for rule in stage.rules))
    return StagePicture(
        stage.name,
        stage.description,
        rollout.overlay(stage, environment),
        stage.deployed,
        tuple((share.version, stage.fraction(share.version)) for share in stage.shares),
        picture(stage_cluster(rollout, stage, environment), subject),
    )


def _classes(stages: tuple[StagePicture, ...]) -> tuple[PictureClass, ...]:
    plain = tuple(PictureAnswer(stage.name, 200, stage.shares, "HTTPRoute customers, rule 0") for stage in stages)
    tester = PictureAnswer("debug", 200, (("v2", 1.0),), "HTTPRoute customers, rule 1")
    return (
        PictureClass("default", "all requests", "GET / at Service customers", plain),
        PictureClass(
            "debug",
            "header user-agent = debug",
            "GET / at Service customers, user-agent: debug",
            tuple(tester if answer.stage == "debug" else answer for answer in plain),
        ),
    )


def _matrix(names: tuple[str, ...]) -> MatrixReport:
    return MatrixReport("customers", names, tuple(_cell(one, other, names) for one in names for other in names))


def _cell(origin: str, target: str, names: tuple[str, ...]) -> MatrixCell:
    distance = abs(names.index(origin) - names.index(target))
    engines = (("argocd", distance < 2), ("flux", distance < 4))
    reason = "" if distance < 2 else f"Service customers-v1 is pruned while the route still names it in {target}"
    return MatrixCell(origin, target, engines, reason, (names[1], target) if distance >= 2 else ())


def hostile() -> Page:
    """A page on which every text is an attempt to be more than text."""
    nodes = tuple(
        PictureNode(f"{role.value} {index}", role, text, text, (text, text), text, index % 2 == 1)
        for role in NodeRole
        for index, text in enumerate(HOSTILE)
    )
    edges = tuple(
        Edge(f"{one.value} {index}", f"{other.value} {index}", lane, 1 / (index + 1), 200 if index % 2 else 500, text)
        for one, other, lane in zip(list(NodeRole)[:-1], list(NodeRole)[1:], Lane, strict=True)
        for index, text in enumerate(HOSTILE)
    )
    shares = tuple((text, 1 / len(HOSTILE)) for text in HOSTILE)
    stages = tuple(
        StagePicture(text, text, text, HOSTILE, shares, Picture(nodes, edges), text, approval=True) for text in HOSTILE
    )
    answers = tuple(PictureAnswer(text, 404, shares, text) for text in HOSTILE)
    report = RolloutPicture(
        name=HOSTILE[0],
        file=HOSTILE[1],
        environment=HOSTILE[5],
        versions=HOSTILE,
        stages=stages,
        pointers=tuple(PointerPlace(text, text, text, text, text, text) for text in HOSTILE),
        classes=tuple(PictureClass(text, text, text, answers) for text in HOSTILE),
        matrix=_matrix(HOSTILE),
    )
    findings = tuple(
        replace(
            FINDING,
            level=level,
            message=text,
            name=text,
            place=ReportedPlace(text, 1, 3, 1, 9, (SourceLine(1, text), SourceLine(2, text))),
            resource=ResourceName(text, text, text),
            pointer=text,
            roots=(text,),
            cluster_says=text,
            help=text,
        )
        for text in HOSTILE
        for level in Level
    )
    gap = replace(GAP, what=HOSTILE[0], why=HOSTILE[5], next_step=HOSTILE[1])
    return Page((report,), ValidationReport(findings, (ReportedRoot(HOSTILE[0], 1),), 0, (gap,)))


def crowded() -> Page:
    """Two environments of a rollout of seven versions: gateways, mirrors, failures, and a stage that was not built."""
    versions = tuple(f"v{number}" for number in range(1, 8))
    shares = tuple((version, 1 / len(versions)) for version in versions)
    stages = tuple(
        StagePicture(f"step-{number}", "One more step.", f"overlays/step-{number}", versions, shares, _crowd(versions))
        for number in range(1, 5)
    )
    unbuilt = StagePicture("broken", "It does not build.", "overlays/broken", versions, (), None, "30m", approval=True)
    names = (*(stage.name for stage in stages), "broken")
    reports = tuple(
        RolloutPicture(
            name="checkout",
            file="services/checkout/gateshift.yaml",
            environment=environment,
            versions=versions,
            stages=(*stages, unbuilt),
            matrix=_matrix(names) if environment == "prod" else None,
        )
        for environment in ("dev", "prod")
    )
    return Page(reports, ValidationReport((), ROOTS, 2, (GAP,)))


def long() -> Page:
    """A rollout of twenty stages, of which the ninth is in force, and findings of two hundred causes."""
    versions = ("v1", "v2")
    names = tuple(f"step-{number}" for number in range(1, 21))
    stages = tuple(
        StagePicture(name, "", f"overlays/{name}", versions, (("v1", 1 - index / 19), ("v2", index / 19)), None)
        for index, name in enumerate(names)
    )
    report = RolloutPicture(
        "shop",
        "gateshift.yaml",
        "",
        versions,
        stages,
        (PointerPlace("flux", "Kustomization", "sync/flux/shop.yaml", "./overlays/step-9", "step-9"),),
        (
            PictureClass(
                "default", "all requests", "GET /", tuple(PictureAnswer(n, 200, (("v1", 1.0),), "") for n in names)
            ),
        ),
        _matrix(names),
    )
    findings = tuple(replace(FINDING, cause=str(number), level=list(Level)[number % 3]) for number in range(200))
    return Page((report,), ValidationReport(findings, ROOTS))


def _crowd(versions: tuple[str, ...]) -> Picture:
    gateways = tuple(
        PictureNode(f"g{n}", NodeRole.PARENT, "Gateway", f"edge-{n}", ("infra", "listener https")) for n in range(3)
    )
    rules = (
        PictureNode("default", NodeRole.RULE, "HTTPRoute", "default", ("path /checkout/*",)),
        PictureNode(
            "beta", NodeRole.RULE, "HTTPRoute", "beta", ("header x-beta ~ (yes|no), path /checkout/*, query trial = 1",)
        ),
    )
    services = tuple(
        PictureNode(f"s{v}", NodeRole.SERVICE, "Service", f"checkout-{v}", ("port 8080",), v) for v in versions
    )
    pods = tuple(
        PictureNode(f"d{v}", NodeRole.WORKLOAD, "Deployment", f"checkout-{v}", ("3 replicas",), v) for v in versions
    )
    edges = [Edge(gateway.key, rule.key, Lane.PRODUCTION) for gateway in gateways for rule in rules]
    for version in versions:
        missing = version == "v3"
        status, reason = (503, "NoEndpoints") if missing else (200, "")
        edges.append(Edge("default", f"s{version}", Lane.PRODUCTION, 1 / len(versions), status, reason))
        edges += [] if missing else [Edge(f"s{version}", f"d{version}", Lane.PRODUCTION, 1 / len(versions))]
    edges.append(Edge("beta", "sv7", Lane.EXTRA, 1.0))
    edges.append(Edge("sv7", "dv7", Lane.EXTRA, 1.0))
    edges.append(Edge("default", "sv6", Lane.MIRROR, 0.25))
    return Picture((*gateways, *rules, *services, *pods), tuple(edges))
