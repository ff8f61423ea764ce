"""The findings of a plan, each once although several sync engines have it."""

from __future__ import annotations

from msgspec import Struct

from gateshift.engines.registry import engine_name
from gateshift.model.plan import SAFE_WAY, PlanReport
from gateshift.model.report import ReportedFinding


class SharedFinding(Struct, frozen=True):
    """A finding, and the names of the engines that it is about: none where it is about all of them. `otherwise` is what
    it says of further engines, each with its name, where that is not the same."""

    finding: ReportedFinding
    engines: tuple[str, ...] = ()
    otherwise: tuple[tuple[str, str], ...] = ()

    @property
    def message(self) -> str:
        """What it says, and of which engine, where it is not about all of them."""
        only = f" ({' and '.join(self.engines)} only)" if self.engines else ""
        return f"{self.finding.message}{only}"

    @property
    def hint(self) -> str:
        """The way out, without the stages that the plan names once for all of its findings."""
        return self.finding.help.partition(SAFE_WAY)[0].strip()


def shared_findings(report: PlanReport) -> list[SharedFinding]:
    """The findings of the engines that decide, errors first; two are the same where they say the same of one place."""
    met: dict[tuple[str, str, str, int], dict[str, ReportedFinding]] = {}
    deciding = [verdict for verdict in report.engines if verdict.decides]
    for verdict in deciding:
        for finding in verdict.findings:
            key = (finding.rule, _halves(finding)[0], finding.place.file, finding.place.line)
            met.setdefault(key, {}).setdefault(engine_name(verdict.engine), finding)
    shared = [_shared(found, everyone=len(found) == len(deciding)) for found in met.values()]
    return sorted(shared, key=lambda entry: entry.finding.level.rank)


def _shared(found: dict[str, ReportedFinding], *, everyone: bool) -> SharedFinding:
    first, *_ = found.values()
    otherwise = tuple((name, _halves(each)[1]) for name, each in found.items() if each.message != first.message)
    return SharedFinding(first, () if everyone else tuple(found), otherwise)


def _halves(finding: ReportedFinding) -> tuple[str, str]:
    """What happens, and when: the first sentence and the others."""
    first, _, rest = finding.message.partition(". ")
    return first, rest
