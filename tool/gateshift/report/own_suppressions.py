"""What a change suppresses by itself: listed before anything else, since it silences nothing until it is merged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

from gateshift.model.report import OwnSuppression
from gateshift.report.json_form import Column, File, JsonForm, Line, says
from gateshift.report.markdown_text import code, prose
from gateshift.report.plain_text import printable
from gateshift.report.style import Style, count

_MOST = 20
_SAID = "This change suppresses or allows {}, which counts once it is merged and silences nothing here:"


class OwnSuppressionJson(JsonForm, frozen=True):
    """What the change suppresses, allows or excludes by itself; it silences nothing in this run."""

    rule: Annotated[str, says("The rule that it silences; empty where it is about no single rule.")]
    what: Annotated[str, says("What the change adds, in words.")]
    reason: Annotated[str, says("The reason that it gives, or empty.")]
    file: File
    line: Line
    column: Column


def text_block(own: Sequence[OwnSuppression], style: Style) -> str:
    """The list for a terminal."""
    lines = [style.paint(_head(own), "yellow", "bold")]
    lines += [f"  {printable(f'{each.file}:{each.line}:{each.column}: {words(each)}')}" for each in own[:_MOST]]
    return "\n".join([*lines, *(f"  {line}" for line in _rest(own))])


def markdown_block(own: Sequence[OwnSuppression]) -> str:
    """The list for a comment."""
    lines = [f"- {code(f'{each.file}:{each.line}')}: {prose(words(each))}" for each in own[:_MOST]]
    return "\n".join([f"⚠️ {_head(own)}", "", *lines, *(f"- {line}" for line in _rest(own))])


def _head(own: Sequence[OwnSuppression]) -> str:
    return _SAID.format(count(len(own), "thing"))


def _rest(own: Sequence[OwnSuppression]) -> Iterator[str]:
    if len(own) > _MOST:
        yield f"and {len(own) - _MOST} more"


def words(own: OwnSuppression) -> str:
    """One of them in a line."""
    rule = f" for {own.rule}" if own.rule else ""
    return f"{own.what}{rule}{f' ({own.reason})' if own.reason else ''}"
