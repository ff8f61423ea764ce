"""A proposal in words: the stages with their verdicts, what to wait for in each, what was left, and how to go on."""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.engines.registry import engine_name
from gateshift.model.adoption import AdoptedStage, Adoption
from gateshift.report.adopt.words import findings, headline, next_steps
from gateshift.report.plain_text import printable
from gateshift.report.plan.words import PROOF
from gateshift.report.style import Style, count


def render(adoption: Adoption, style: Style) -> str:
    """The proposal, ending in a line break."""
    return style.fit("\n".join(_lines(adoption, style))) + "\n"


def _lines(adoption: Adoption, style: Style) -> Iterator[str]:
    yield style.paint(headline(adoption), "bold")
    yield ""
    names = max(len(stage.name) for stage in adoption.stages)
    changes = max(len(count(stage.changes, "change")) for stage in adoption.stages)
    for number, stage in enumerate(adoption.stages, start=1):
        yield from _stage(number, stage, (names, changes), style)
    if adoption.left:
        yield ""
        yield style.paint("Left as it is:", "bold")
        yield from (printable(f"  {left.what}: {left.why}.") for left in adoption.left)
    yield ""
    yield PROOF
    yield from map(printable, next_steps(adoption))


def _stage(number: int, stage: AdoptedStage, widths: tuple[int, int], style: Style) -> Iterator[str]:
    names, changes = widths
    head = f"{number:>2}. {stage.name:<{names}}  {count(stage.changes, 'change'):<{changes}}  "
    yield f"{head}{printable(stage.description)}"
    indent = " " * len(head)
    if stage.waits_for:
        yield f"{indent}Then wait for {printable(stage.waits_for)}."
    unsafe = [engine_name(verdict.engine) for verdict in stage.engines if not verdict.safe]
    if unsafe:
        yield f"{indent}{style.paint('unsafe', 'red')} for {' and '.join(unsafe)}"
    yield from (f"{indent}{printable(line)}" for line in findings(stage))
