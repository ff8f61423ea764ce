"""A plan as a Mermaid flowchart: each class of requests and who answers it, before above after.

A version has one colour on both sides, and an arrow is as wide as its share. The last line ties the two boxes
together: Mermaid draws unconnected boxes in the opposite order.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.model.plan import PlanReport, TrafficRow
from gateshift.model.shares import percent
from gateshift.report.plain_text import printable
from gateshift.report.plan.words import answerer, is_failure, keys

LONGEST = 80
_MOST_CLASSES = 12
_WIDTHS = ((0.25, 2), (0.75, 5), (1.0, 9))
"""The width of an arrow in pixels, by the largest share that has it."""
_COLOURS = ("lightskyblue", "palegreen", "khaki", "plum", "lightsalmon", "paleturquoise")
_PLAIN_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ._/%-:,>()=")


def picture(report: PlanReport) -> list[str]:
    """The lines of a flowchart with a box for the state before and one for the state after."""
    rows = tuple(row for row in report.traffic if not row.overlap)[:_MOST_CLASSES]
    names = tuple(dict.fromkeys(key for row in rows for key in keys(row)))
    classes = {name: f"fault{name}" if is_failure(name) else f"version{index}" for index, name in enumerate(names)}
    drawing = _Drawing(rows, classes)
    lines = ["flowchart LR"]
    lines += drawing.side("before", report.origin)
    lines += drawing.side("after", report.target)
    lines.append("  before ~~~ after")
    return [*lines, *drawing.styles()]


class _Drawing:
    """One picture while its lines are made: arrows are counted, since Mermaid styles them by number."""

    def __init__(self, rows: tuple[TrafficRow, ...], classes: dict[str, str]) -> None:
        self._rows = rows
        self._classes = classes
        self._drawn: set[str] = set()
        self._widths: dict[int, list[int]] = {}
        self._arrows = 0

    def side(self, side: str, name: str) -> Iterator[str]:
        """The box of one side: a class of requests, its arrows, and the versions that answer."""
        yield f'  subgraph {side} ["{label(f"{side}: {name}")}"]'
        known: set[str] = set()
        alike: dict[tuple[tuple[str, float], ...], list[tuple[int, TrafficRow]]] = {}
        for index, row in enumerate(self._rows):
            alike.setdefault(row.before if side == "before" else row.after, []).append((index, row))
        for shares, rows in alike.items():
            asked = " & ".join(f'{side[0]}{index}(["{label(row.name or row.match)}"])' for index, row in rows)
            for key, share in shares:
                if share > 0:
                    shown = f"{side[0]}_{self._classes[key]}"
                    if key not in known:
                        shown += f'["{label(answerer(key))}"]:::{self._classes[key]}'
                    known.add(key)
                    self._drawn.add(key)
                    yield f'    {asked} -->|"{label(percent(share))}"| {shown}'
                    asked = " & ".join(f"{side[0]}{index}" for index, _ in rows)
                    width = next(pixels for most, pixels in _WIDTHS if share <= most or most == 1)
                    self._widths.setdefault(width, []).extend(range(self._arrows, self._arrows + len(rows)))
                    self._arrows += len(rows)
        yield "  end"

    def styles(self) -> Iterator[str]:
        """A colour for every version that was drawn, red for failures, and the widths of the arrows."""
        colours = iter(_COLOURS * (len(self._drawn) // len(_COLOURS) + 1))
        for key, name in self._classes.items():
            if key in self._drawn:
                style = "fill:mistyrose,stroke:crimson" if is_failure(key) else f"fill:{next(colours)}"
                yield f"  classDef {name} {style},color:black"
        for width, arrows in sorted(self._widths.items()):
            yield f"  linkStyle {','.join(map(str, arrows))} stroke-width:{width}px"


def label(text: str) -> str:
    """The text as a quoted label may hold it: what Mermaid or HTML would read as more than text becomes an entity."""
    shown = printable(text)
    shown = shown if len(shown) <= LONGEST else shown[: LONGEST - 3] + "..."
    return "".join(character if character in _PLAIN_CHARACTERS else f"#{ord(character)};" for character in shown) or " "
