"""Plan values for the renderers' tests."""

from gateshift.model.finding import Level
from gateshift.model.plan import (
    Action,
    EngineVerdict,
    FieldChange,
    MatrixCell,
    MatrixReport,
    ObjectChange,
    PlanReport,
    PullRequestReport,
    TrafficRow,
)
from gateshift.model.report import ReportedFinding, ReportedPlace, ResourceName, SourceLine

ROUTE = ResourceName("HTTPRoute", "default", "customers")
SAFE = PlanReport(
    "customers",
    "canary",
    "half",
    (TrafficRow("default", "every path", (("v1", 0.9), ("v2", 0.1)), (("v1", 0.5), ("v2", 0.5))),),
    (ObjectChange(Action.CHANGE, ROUTE, (FieldChange("/spec/rules/0/backendRefs/1/weight", "10", "50"),)),),
    (EngineVerdict("argocd", safe=True), EngineVerdict("flux", safe=True)),
)
FINDING = ReportedFinding(
    "GS501",
    "backend-gone",
    Level.ERROR,
    "v1's Service is pruned before the route leaves it",
    ReportedPlace("overlays/half/httproute.yaml", 9, 5, 9, 12, (SourceLine(9, "    backendRefs:"),)),
    ("overlays/retired",),
    ROUTE,
    "/spec/rules/0",
    "503 for the share of v1",
    "Promote to final first.",
)
UNSAFE = PlanReport(
    "customers",
    "half",
    "retired",
    (TrafficRow("default", "every path", (("v1", 0.5), ("v2", 0.5)), (("v2", 1.0),)),),
    (ObjectChange(Action.PRUNE, ResourceName("Service", "default", "customers-v1")),),
    (
        EngineVerdict("argocd", safe=False, findings=(FINDING,), safe_way=("final", "retired")),
        EngineVerdict("flux", True),
    ),
)
PULL_REQUEST = PullRequestReport("main", (SAFE, UNSAFE))
MATRIX = MatrixReport(
    "customers",
    ("half", "final", "retired"),
    (
        MatrixCell("half", "final", (("argocd", True), ("flux", True))),
        MatrixCell("half", "retired", (("argocd", False), ("flux", False)), "v1 is pruned", ("final", "retired")),
        MatrixCell("final", "half", (("argocd", True), ("flux", False)), "only Flux loses"),
    ),
)
