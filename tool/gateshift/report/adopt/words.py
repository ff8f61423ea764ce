"""What every form of a proposal says in the same words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from gateshift.engines.registry import engine_name
from gateshift.model.adoption import AdoptedStage, Adoption
from gateshift.report.plain_text import printable
from gateshift.report.style import count


def headline(adoption: Adoption) -> str:
    """The whole in a line."""
    verb = "would be adopted" if adoption.dry_run else "adopted"
    engines = " and ".join(engine_name(verdict.engine) for verdict in adoption.stages[0].engines)
    safe = f"; every step is safe for {engines}" if all(_all_safe(stage) for stage in adoption.stages) else ""
    stages = count(len(adoption.stages), "stage")
    return printable(f"{adoption.service}: {verb} from {adoption.source}, {adoption.way.value}, {stages}{safe}")


def _all_safe(stage: AdoptedStage) -> bool:
    return all(verdict.safe for verdict in stage.engines)


def findings(stage: AdoptedStage) -> Iterator[str]:
    """What is said of the step, once, with the engine where it is not all of them."""
    said: dict[str, list[str]] = {}
    for verdict in stage.engines:
        for finding in verdict.findings:
            line = f"{finding.level.value} {finding.rule}: {finding.message}"
            said.setdefault(line, []).append(engine_name(verdict.engine))
    for line, engines in said.items():
        yield line if len(engines) == len(stage.engines) else f"{line} ({', '.join(engines)})"


def next_steps(adoption: Adoption) -> Iterator[str]:
    """What was written, what undoes it, and what comes next."""
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
