"""A proposal in words: the steps with their verdicts, what each waits for, what was left, and how to go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

from gateshift.engines.registry import engine_name
from gateshift.model.adoption import AdoptedStage, Adoption
from gateshift.report.adopt import json
from gateshift.report.plan.words import PROOF
from gateshift.report.style import Style, count


def render(adoption: Adoption, style: Style) -> str:
    """The proposal, ending in a line break."""
    return style.fit("\n".join(_lines(adoption, style)) + "\n")


def _lines(adoption: Adoption, style: Style) -> Iterator[str]:
    verb = "would be adopted" if adoption.dry_run else "adopted"
    head = f"{adoption.service}: {verb} from {adoption.source}, {count(len(adoption.stages), 'stage')}"
    yield style.paint(f"{head}, {adoption.way.value}", "bold")
    for number, stage in enumerate(adoption.stages, start=1):
        yield ""
        yield from _stage(number, stage, style)
    if adoption.left:
        yield ""
        yield style.paint("Left as it is:", "bold")
        yield from (f"  {left.what}: {left.why}." for left in adoption.left)
    yield ""
    yield PROOF
    yield from _next(adoption)


def _stage(number: int, stage: AdoptedStage, style: Style) -> Iterator[str]:
    yield f"{number}. {style.paint(stage.name, 'bold')}: {stage.description}"
    yield f"   {count(stage.changes, 'change')}; {_verdict(stage, style)}; waits for {stage.waits_for}"
    said: dict[str, list[str]] = {}
    for verdict in stage.engines:
        for finding in verdict.findings:
            line = f"{finding.level.value} {finding.rule}: {finding.message}"
            said.setdefault(line, []).append(engine_name(verdict.engine))
    for line, engines in said.items():
        yield f"   {line}" + ("" if len(engines) == len(stage.engines) else f" ({', '.join(engines)})")


def _verdict(stage: AdoptedStage, style: Style) -> str:
    against = [engine_name(verdict.engine) for verdict in stage.engines if not verdict.safe]
    if not against:
        names = " and ".join(engine_name(verdict.engine) for verdict in stage.engines)
        return f"{style.paint('safe', 'green')} for {names}"
    return f"{style.paint('unsafe', 'red')} for {' and '.join(against)}"


def _next(adoption: Adoption) -> Iterator[str]:
    folder = PurePosixPath(adoption.file).parent
    if adoption.dry_run:
        yield f"Nothing was written. Without --dry-run, {count(len(adoption.written), 'file')} in {folder}."
        return
    yield f"{count(len(adoption.written), 'file')} written in {folder}; no other file was touched."
    yield f"Until something follows one of its stages, deleting {folder} undoes it all."
    for pointer in adoption.pointers:
        yield f"{pointer} follows what runs today: after the merge, `gateshift promote` moves it to the first stage."
    if not adoption.pointers:
        yield "No pointer in this repository follows what runs today: point the one that does at the first stage."


FORMATS: dict[str, Callable[[Adoption, Style], str]] = {
    "text": render,
    "json": lambda adoption, _: json.render(adoption),
}
"""What draws each format."""
