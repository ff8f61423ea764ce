"""The words that both forms of a status share."""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.model.gate import GateVerdict
from gateshift.model.status import LiveVerdict, StatusReport
from gateshift.model.verification import ShareVerdict
from gateshift.report.plain_text import printable
from gateshift.report.style import Style

STEP_WORDS = {True: ("safe", "green"), False: ("unsafe", "red", "bold"), None: ("no verdict", "yellow")}
"""The verdict on a next step, and its colours."""
_GOOD = (ShareVerdict.AS_DECLARED.value, GateVerdict.PASSED.value)


def verdict_lines(report: StatusReport, style: Style) -> Iterator[str]:
    """What was seen of the running system, and whether the stage has moved on since."""
    for seen in report.live:
        said = style.paint(printable(seen.verdict), "green" if seen.verdict in _GOOD else "yellow")
        of_what = " ".join(filter(None, (seen.environment, seen.stage or seen.version)))
        head = printable(f"  {seen.command} {of_what} at {seen.at}: ")
        yield f"{head}{said}{printable(_since_then(report, seen))} ({printable(seen.file)})"


def _since_then(report: StatusReport, seen: LiveVerdict) -> str:
    pointers = (pointer for pointer in report.pointers if pointer.environment == seen.environment)
    now = list(dict.fromkeys(pointer.stage or "no stage" for pointer in pointers))
    return f"; {', '.join(now)} is in force now" if seen.stage and now and seen.stage not in now else ""
