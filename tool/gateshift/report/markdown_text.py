"""Text from files, made safe for Markdown as GitHub and GitLab read it: nothing in it becomes markup, a mention,
a reference to an issue or a link."""

from __future__ import annotations

import re

from gateshift.report.plain_text import printable

_PUNCTUATION = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~&$^=\"':@])")
_ACTIVE = re.compile(r"@|://|www\.|#\d|\bGH-\d", re.IGNORECASE)
_AT, _BREAK = "&#64;", "<!-- -->"
"""GitHub looks for addresses of mail after it has read entities, but not across a comment."""

_TICKS = re.compile(r"`+")


def code(text: str) -> str:
    """The text as a code span, whatever it holds; line breaks and control characters are spelled out."""
    shown = printable(text)
    if not shown.strip():
        return f"<code>{shown}</code>" if shown else "<code></code>"
    longest = max((len(run) for run in _TICKS.findall(shown)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if shown.startswith(("`", " ")) or shown.endswith(("`", " ")) else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def cell(text: str) -> str:
    """The text as code in a cell of a table, where a bar would end the cell even inside a code span."""
    if "|" not in text:
        return code(text)
    shown = _PUNCTUATION.sub(lambda found: f"&#{ord(found[0])};", printable(text))
    return f"<code>{shown.replace(_AT, _AT + _BREAK)}</code>"


def prose(text: str) -> str:
    """A sentence of a finding: what stands between backticks stays code, every other word is plain text.

    A word that GitHub or GitLab would act on (a mention, a link, an issue's number) becomes code as well.
    """
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return _plain(text)
    return "".join(code(part) if index % 2 and part else _plain(part) for index, part in enumerate(parts))


def own_prose(text: str) -> str:
    """A sentence of the program itself, for a cell of a table: it may hold code between backticks, and nothing in it
    is hostile, so that it stays readable as it is written."""
    parts = text.replace("|", "\\|").split("`")
    return "`".join(part if index % 2 else part.replace("<", "&lt;") for index, part in enumerate(parts))


def block(lines: list[str], language: str = "") -> str:
    """The lines as a fenced block that none of them can end."""
    shown = [printable(line.replace("\t", " ")) for line in lines]
    longest = max((len(run) for line in shown for run in _TICKS.findall(line)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join([f"{fence}{language}", *shown, fence])


def _plain(text: str) -> str:
    words = re.split(r"(\s+)", text)
    return "".join(" " if word.isspace() else code(word) if _ACTIVE.search(word) else _escaped(word) for word in words)


def _escaped(word: str) -> str:
    return _PUNCTUATION.sub(r"\\\1", printable(word))
