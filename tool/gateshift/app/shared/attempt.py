"""One root's share of a run: a defect of gateshift's own in it is that root's gap, and the other roots go on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from msgspec import Struct, field

from gateshift.errors import RootDefect, UserError, defect_line, of_surroundings
from gateshift.model.finding import PlacedFinding
from gateshift.model.report import OWN_DEFECT, Gap

T = TypeVar("T")


def attempt(what: str, step: Callable[[], T]) -> T | Gap:
    """The step's value, or the gap `what` that a defect leaves. A UserError is raised as it is.

    Besides the shell this is the only place that catches what is not a UserError.
    """
    try:
        return step()
    except UserError:
        raise
    except RootDefect as defect:
        return _gap(what, defect.line, defect.trace)
    except OSError as error:
        refused = of_surroundings(error)
        if refused is None:
            return _defect(what, error)
        return Gap(what, f"{refused.where}: {refused.what}".removeprefix(": "), refused.next_step)
    except Exception as error:  # noqa: BLE001 -- one root's defect must not cost the other roots their verdict
        return _defect(what, error)


def _defect(what: str, error: Exception) -> Gap:
    import traceback  # nobody without a defect pays for its start-up

    return _gap(what, defect_line(error), "".join(traceback.format_exception(error)))


def _gap(what: str, line: str, trace: str) -> Gap:
    return Gap(what, f"{OWN_DEFECT}{line}", "Send the report of it to gateshift's maintainers.", trace)


def raise_defect(gap: Gap) -> None:
    """Raise the defect that a gap stands for, where it stands for one: the caller cannot go on without that root."""
    if gap.defect:
        raise RootDefect(gap.defect_line, gap.defect)


class Tally(Struct):
    """What came up so far: the findings, and the gaps in them."""

    findings: list[PlacedFinding] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)

    def add(self, what: str, step: Callable[[], Iterable[PlacedFinding]]) -> None:
        """Add the findings of a step. After a defect, those before it stay, and `what` is a gap."""
        gap = attempt(what, lambda: self._take(step()))
        if gap is not None:
            self.gaps.append(gap)

    def _take(self, findings: Iterable[PlacedFinding]) -> None:
        for finding in findings:
            self.findings.append(finding)
