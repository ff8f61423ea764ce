"""A small valid gateshift.yaml to make mistakes in, and what the parser says of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateshift.config import ConfigError, Mistake, Parsed, parse_rollout
from gateshift.model.rollout import Rollout

FILE = Path("gateshift.yaml")
BASE = """\
service:
  name: customers
route:
  parents: [{service: customers}]
versions:
  v1: {image: 'a:1'}
  v2: {image: 'a:2'}
stages:
  - name: half
    shares: {v1: 1, v2: 1}
"""


def edited(*edits: tuple[str, str]) -> str:
    """BASE with each first text replaced by the second, once."""
    text = BASE
    for before, after in edits:
        assert text.count(before) == 1, before
        text = text.replace(before, after)
    return text


def parsed(text: str, **files: str) -> Parsed:
    """The text read, with the owner's manifests by the stem of their name."""
    return parse_rollout(text, FILE, lambda path: files.get(path.removesuffix(".yaml")))


def read(*edits: tuple[str, str]) -> Rollout:
    return parsed(edited(*edits)).rollout


def mistakes(text: str, **files: str) -> tuple[Mistake, ...]:
    """The mistakes in a text that must have some."""
    with pytest.raises(ConfigError) as raised:
        parsed(text, **files)
    return raised.value.mistakes


def only_mistake(text: str, **files: str) -> Mistake:
    """The mistake in a text that must have exactly one."""
    [mistake] = mistakes(text, **files)
    return mistake


def pointed_at(mistake: Mistake) -> str:
    """The text under the mistake's caret, on its first line."""
    end = mistake.place.end_column if mistake.place.end_line == mistake.place.line else None
    return mistake.line[mistake.place.column - 1 : None if end is None else end - 1]
