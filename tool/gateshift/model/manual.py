"""What the manual says of the commands, as data."""

from __future__ import annotations

from msgspec import Struct


class OptionEntry(Struct, frozen=True):
    """One option: its forms as one types them, what it does, its default in words ("" for none), and the environment
    variables that set it."""

    forms: str
    help: str
    default: str
    variables: tuple[str, ...]


class Example(Struct, frozen=True):
    """A command line, and what it is for ("" where it speaks for itself)."""

    line: str
    meaning: str


class CommandEntry(Struct, frozen=True):
    """One command, by its whole name: how it is called, its first sentence, and more paragraphs about it."""

    name: str
    usage: str
    summary: str
    paragraphs: tuple[str, ...]
    options: tuple[OptionEntry, ...]
    examples: tuple[Example, ...]


class Manual(Struct, frozen=True):
    """What the program is for, its own options, and every command in the order of a rollout's life."""

    summary: str
    options: tuple[OptionEntry, ...]
    commands: tuple[CommandEntry, ...]
    exit_codes: tuple[tuple[int, str], ...]
