"""The matrix of a rollout's stages for people at a terminal: a table, and the reasons against its unsafe pairs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from gateshift.model.plan import MatrixCell, MatrixReport, PairVerdict
from gateshift.model.rule import Rule
from gateshift.report.plain_text import printable
from gateshift.report.plan.words import SIGNS, engines_against, way
from gateshift.report.style import Style, count

_CORNER = "from \\ to"
_ASCII_SIGNS = {PairVerdict.SAFE: "ok", PairVerdict.MIXED: "part", PairVerdict.UNSAFE: "no"}
_COLOURS = {PairVerdict.SAFE: "green", PairVerdict.MIXED: "yellow", PairVerdict.UNSAFE: "red"}
_MEANINGS = {
    PairVerdict.SAFE: "safe",
    PairVerdict.MIXED: "safe for one engine only",
    PairVerdict.UNSAFE: "unsafe",
}
_NAME = 16
_MOST_LINES = 4
_MOST_NAMED = 6
_PLAIN = Style()


def render(
    report: MatrixReport, style: Style = _PLAIN, *, rules: Mapping[str, Rule] | None = None, every_pair: bool = False
) -> str:
    """A table of every ordered pair of stages, the stage in force first; below it the reasons of the unsafe pairs: a
    paragraph for each rule, or for each pair."""
    names = report.stages
    fits = not style.width or sum(max(len(name), 4) + 2 for name in (_CORNER, *names)) <= style.width
    lines = list(_named(report, style) if fits else _numbered(report, style))
    reasons = [list(_pair(cell, style)) for cell in _first_in_force(report)]
    if not every_pair:
        reasons = list(_by_rule(report, style, rules or {}))
        if reasons:
            reasons.append(
                [style.paint("`-v` tells each pair, with its safe way; `gateshift plan FROM TO` shows one.", "dim")]
            )
    blocks = ["\n".join(block) for block in (lines, *reasons)]
    return style.fit("\n\n".join(blocks) + "\n")


def _rows(report: MatrixReport) -> tuple[str, ...]:
    return (*report.in_force, *(name for name in report.stages if name not in report.in_force))


def _named(report: MatrixReport, style: Style) -> Iterator[str]:
    """The table with a column as wide as each name."""
    signs = SIGNS if style.unicode else _ASCII_SIGNS
    width = max(len(name) for name in (_CORNER, *report.stages))
    columns = [max(len(name), 4) for name in report.stages]
    heads = (f"{printable(name):<{column}}" for name, column in zip(report.stages, columns, strict=True))
    yield "  ".join([f"{_CORNER:<{width}}", *heads]).rstrip()
    for origin in _rows(report):
        marks = (
            _mark(report.cell(origin, target), signs, column, style)
            for target, column in zip(report.stages, columns, strict=True)
        )
        yield "  ".join([f"{printable(origin):<{width}}", *marks]).rstrip()
    yield from ("", _legend(report, signs))


def _numbered(report: MatrixReport, style: Style) -> Iterator[str]:
    """The table with a number for each column, in as many parts as the width asks for."""
    signs = SIGNS if style.unicode else {verdict: sign[0] for verdict, sign in _ASCII_SIGNS.items()}
    digits = len(str(len(report.stages)))
    width = min(max(len(name) for name in (_CORNER, *report.stages)), _NAME)
    number = {name: position for position, name in enumerate(report.stages, 1)}
    most = max((style.width - digits - 1 - width) // (digits + 1), 1)
    for start in range(0, len(report.stages), most):
        part = report.stages[start : start + most]
        if start:
            yield ""
        yield f"{_CORNER:>{digits + 1 + width}}" + "".join(f" {number[target]:>{digits}}" for target in part)
        for origin in _rows(report):
            marks = (_mark(report.cell(origin, target), signs, -digits, style) for target in part)
            yield f"{number[origin]:>{digits}} {_short(origin):<{width}} " + " ".join(marks)
    yield from ("", _legend(report, signs))


def _short(name: str) -> str:
    shown = printable(name)
    return shown if len(shown) <= _NAME else f"{shown[: _NAME - 3]}..."


def _mark(cell: MatrixCell | None, signs: Mapping[PairVerdict, str], column: int, style: Style) -> str:
    """The sign of a pair in its column, on the right where that is negative."""
    sign, colour = (signs[cell.verdict], _COLOURS[cell.verdict]) if cell else ("-", "dim")
    return style.paint(f"{sign:<{column}}" if column > 0 else f"{sign:>{-column}}", colour)


def _legend(report: MatrixReport, signs: Mapping[PairVerdict, str]) -> str:
    parts = [f"{signs[verdict]} {meaning}" for verdict, meaning in _MEANINGS.items()]
    if report.in_force:
        parts.append(f"in force: {', '.join(map(printable, report.in_force))}")
    return "   ".join(parts)


def _first_in_force(report: MatrixReport) -> Iterator[MatrixCell]:
    cells = {(cell.origin, cell.target): cell for cell in report.unsafe}
    pairs = ((origin, target) for origin in _rows(report) for target in report.stages)
    return (cells[pair] for pair in pairs if pair in cells)


def _pair(cell: MatrixCell, style: Style) -> Iterator[str]:
    step = printable(f"{cell.origin} -> {cell.target}")
    yield f"{style.paint(step, 'bold')} ({', '.join(engines_against(cell))}): {printable(cell.reason)}"
    if cell.safe_way:
        yield f"  safe way: {way((cell.origin, *cell.safe_way))}"


def _by_rule(report: MatrixReport, style: Style, rules: Mapping[str, Rule]) -> Iterator[list[str]]:
    """For each rule and the engines that it speaks against: the pairs, and the reason against the first of them."""
    for group in groups_of(report):
        name = f"{group.rule} {rules[group.rule].name}" if group.rule in rules else group.rule
        first = group.cells[0]
        yield [
            f"{style.paint(name, 'bold')} ({', '.join(group.against)}): {count(len(group.cells), 'pair')}",
            *(f"  {line}" for line in group.pairs()),
            f"  {printable(f'{first.origin} -> {first.target}')}: {printable(first.reason)}",
        ]


class PairGroup(Struct, frozen=True):
    """Unsafe pairs whose first reason is of one rule, and the engines that it speaks against."""

    rule: str
    against: tuple[str, ...]
    cells: tuple[MatrixCell, ...]

    def pairs(self) -> Iterator[str]:
        """`routed, dark -> final, retired`: the stages that cannot be left for the same ones in one line."""
        targets: dict[str, tuple[str, ...]] = {}
        for cell in self.cells:
            targets[cell.origin] = (*targets.get(cell.origin, ()), cell.target)
        origins: dict[tuple[str, ...], list[str]] = {}
        for origin, names in targets.items():
            origins.setdefault(names, []).append(origin)
        for names, alike in list(origins.items())[:_MOST_LINES]:
            yield f"{_some(alike)} -> {_some(names)}"
        if len(origins) > _MOST_LINES:
            left = sum(len(names) * len(alike) for names, alike in list(origins.items())[_MOST_LINES:])
            yield f"and {count(left, 'more pair')}"


def groups_of(report: MatrixReport) -> tuple[PairGroup, ...]:
    """The unsafe pairs by rule and engines, those of the stage in force first."""
    groups: dict[tuple[str, tuple[str, ...]], list[MatrixCell]] = {}
    for cell in _first_in_force(report):
        groups.setdefault((cell.rule, engines_against(cell)), []).append(cell)
    return tuple(PairGroup(rule, against, tuple(cells)) for (rule, against), cells in groups.items())


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(map(printable, names[:_MOST_NAMED]))
    return shown if len(names) <= _MOST_NAMED else f"{shown} and {len(names) - _MOST_NAMED} more"
