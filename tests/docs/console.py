"""Reads the `console` blocks of a Markdown file, and compares what their commands print with what the file says.

A line that begins with `$ ` is a command; it goes on over lines that end in a backslash, and to the end of a here
document. What follows is its output: a line of `…` alone stands for any lines, a `…` inside a line for any text.
"""

import re
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(r"^(?P<fence>`{3,})(?P<language>[\w-]*)\n(?P<body>.*?)^(?P=fence)$", re.MULTILINE | re.DOTALL)
_HERE = re.compile(r"<<-?\s*(['\"]?)(\w+)\1")
ANYTHING = "…"


@dataclass(frozen=True)
class Command:
    """One command, the line it stands at, and the lines it is said to print."""

    text: str
    line: int
    printed: tuple[str, ...]


@dataclass(frozen=True)
class Block:
    """A fenced block: its language and the line of its first line of text."""

    language: str
    line: int
    lines: tuple[str, ...]


def blocks(file: Path) -> list[Block]:
    """Every fenced block of the file."""
    text = file.read_text(encoding="utf-8")
    found = _BLOCK.finditer(text)
    return [
        Block(each["language"], text.count("\n", 0, each.start("body")) + 1, tuple(each["body"].splitlines()))
        for each in found
    ]


def commands(block: Block) -> list[Command]:
    """The commands of a console block, in order."""
    found: list[Command] = []
    lines = list(enumerate(block.lines, block.line))
    while lines:
        number, line = lines.pop(0)
        assert line.startswith("$ "), f"line {number}: output before any command: {line}"
        text = [line.removeprefix("$ ")]
        while text[-1].endswith("\\") and lines:
            text.append(lines.pop(0)[1])
        ending = _HERE.search(text[0])
        while ending is not None and lines:
            text.append(lines.pop(0)[1])
            if text[-1] == ending[2]:
                break
        printed = []
        while lines and not lines[0][1].startswith("$ "):
            printed.append(lines.pop(0)[1])
        found.append(Command("\n".join(text), number, tuple(printed)))
    return found


def agrees(said: tuple[str, ...], printed: list[str]) -> bool:
    """Whether the lines printed are those that the file says."""
    pattern = "".join(_any_lines() if line.strip() == ANYTHING else _line(line) for line in said)
    return re.fullmatch(pattern, "".join(f"{line.rstrip()}\n" for line in printed)) is not None


def _any_lines() -> str:
    return r"(?:.*\n)*?"


def _line(line: str) -> str:
    return ".*".join(re.escape(part) for part in line.rstrip().split(ANYTHING)) + r"\n"
