"""A proposal for the description of the pull request that brings it."""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.model.adoption import AdoptedStage, Adoption
from gateshift.report.adopt.words import findings, headline, next_steps
from gateshift.report.markdown_text import cell, own_prose, prose
from gateshift.report.plan.words import PROOF


def render(adoption: Adoption) -> str:
    """The proposal, ending in a line break."""
    return "\n".join(_lines(adoption)) + "\n"


def _lines(adoption: Adoption) -> Iterator[str]:
    yield f"## {prose(headline(adoption))}"
    yield ""
    yield "| | stage | changes | what it is | before the next |"
    yield "|---|---|---|---|---|"
    yield from (_row(number, stage) for number, stage in enumerate(adoption.stages, start=1))
    said = [(stage.name, line) for stage in adoption.stages for line in findings(stage)]
    if said:
        yield ""
        yield from (f"- {cell(name)}: {prose(line)}" for name, line in said)
    if adoption.left:
        yield ""
        yield "<details><summary>Left as it is</summary>"
        yield ""
        yield from (f"- {prose(f'{left.what}: {left.why}.')}" for left in adoption.left)
        yield ""
        yield "</details>"
    yield ""
    yield from (own_prose(PROOF), "", *(f"- {prose(line)}" for line in next_steps(adoption)))


def _row(number: int, stage: AdoptedStage) -> str:
    waits = f"wait for {stage.waits_for}" if stage.waits_for else ""
    return f"| {number} | {cell(stage.name)} | {stage.changes} | {prose(stage.description)} | {prose(waits)} |"
