"""Report values for the renderers' tests."""

from gateshift.model.finding import Level
from gateshift.model.report import (
    Gap,
    ReportedFinding,
    ReportedPlace,
    ReportedRelated,
    ReportedRoot,
    ResourceName,
    SourceLine,
    ValidationReport,
)

PATCH = ReportedPlace("overlays/canary/patch.yaml", 4, 12, 4, 16, (SourceLine(4, "    value: nope"),))
BASE = ReportedPlace("base/route.yaml", 9, 15, 9, 27, (SourceLine(9, "      - name: customers-v1"),))
FINDING = ReportedFinding(
    rule="GS301",
    name="backend-service-missing",
    level=Level.ERROR,
    message="the backend Service `nope` is not in the build; the nearest name is `customers-v1`",
    place=PATCH,
    roots=("overlays/canary", "overlays/half"),
    resource=ResourceName("HTTPRoute", "default", "customers"),
    pointer="/spec/rules/0/backendRefs/0/name",
    cluster_says="ResolvedRefs=False, BackendNotFound",
    help="Name a Service of this build.",
    related=(ReportedRelated("the value before the patch", BASE),),
)
ROOTS = (ReportedRoot("overlays/canary", 7), ReportedRoot("overlays/half", 7))
REPORT = ValidationReport((FINDING,), ROOTS)
GAP = Gap("kubeconform was not run", "no kubeconform was found", "gateshift tools install kubeconform")
