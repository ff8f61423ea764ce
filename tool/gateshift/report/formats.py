"""The table of formats: what feeds the choices of `--format` is what renders them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from gateshift.model.report import ValidationReport
from gateshift.model.rule import Rule
from gateshift.report import json, text
from gateshift.report.style import Style

_PLAIN = Style()


@dataclass(frozen=True, slots=True)
class Setting:
    """What a renderer may need beside the report: how text is drawn, and the documentation of the rules by id."""

    style: Style = _PLAIN
    rules: Mapping[str, Rule] = field(default_factory=dict)


VALIDATION: dict[str, Callable[[ValidationReport, Setting], str]] = {
    "text": lambda report, setting: text.render(report, setting.style),
    "json": lambda report, _: json.render(report),
}
"""Every format of a validation."""
