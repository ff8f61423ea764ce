"""The formats of `gateshift adopt`: this table is what `--format` offers and what renders."""

from __future__ import annotations

from collections.abc import Callable

from gateshift.model.adoption import Adoption
from gateshift.report.adopt import json, markdown, text
from gateshift.report.style import Style

FORMATS: dict[str, Callable[[Adoption, Style], str]] = {
    "text": text.render,
    "json": lambda adoption, _: json.render(adoption),
    "markdown": lambda adoption, _: markdown.render(adoption),
}
"""What draws each format."""
