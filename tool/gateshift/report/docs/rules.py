"""The rules' documentation: a list, a page, JSON, and the page of all rules in Markdown."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from difflib import unified_diff
from itertools import groupby

from msgspec import Struct
from msgspec.structs import replace

from gateshift.model.rule import Family, Rule
from gateshift.report.style import Style
from gateshift.yamldoc.data import Json

TITLES = {
    Family.BUILD: "Builds, files and gateshift.yaml",
    Family.SCHEMA: "Schemas and the API server's own rules",
    Family.REFERENCES: "References between objects",
    Family.ROUTING: "Routing",
    Family.TRANSITIONS: "Transitions from one stage to the next",
    Family.SYNC: "Sync engines and pointers",
    Family.FILES: "Generated files",
}
_WIDTH = 100
_COLOURS = {"-": ("red",), "+": ("green",), "@": ("cyan",), "#": ("bold",)}
_CONTEXT = 4
_EXAMPLES = "../tool/gateshift/checks/examples"


class ExampleFile(Struct, frozen=True):
    """A file of an example, its path relative to the example."""

    path: str
    text: str


class RulePage(Struct, frozen=True):
    """A rule with its examples; a rule that no file can show has none."""

    rule: Rule
    bad: tuple[ExampleFile, ...] = ()
    good: tuple[ExampleFile, ...] = ()


def _by_family(pages: Sequence[RulePage]) -> Iterator[tuple[Family, list[RulePage]]]:
    ordered = sorted(pages, key=lambda page: page.rule.id)
    for family, group in groupby(ordered, key=lambda page: page.rule.family):
        yield family, list(group)


def text(pages: Sequence[RulePage], style: Style) -> str:
    """A list of the rules, or where there is one, all that is known of it."""
    if len(pages) == 1:
        return "\n".join(_page(pages[0], style)) + "\n"
    lines: list[str] = []
    widest = max((len(page.rule.name) for page in pages), default=0)
    for family, group in _by_family(pages):
        lines += ["", style.paint(f"{family.value}xx {TITLES[family]}", "bold")]
        for page in group:
            name = page.rule.name.ljust(widest)
            lines.append(f"  {style.paint(page.rule.id, 'cyan')} {name}  {page.rule.meaning}")
    return style.fit("\n".join(lines[1:]) + "\n\n`gateshift rules ID` shows one with its examples.\n")


def _page(page: RulePage, style: Style) -> Iterator[str]:
    rule = page.rule
    yield style.paint(f"{rule.id} {rule.name}", "bold")
    yield ""
    page_style = replace(style, width=min(style.width or _WIDTH, _WIDTH))
    for paragraph in (rule.meaning, rule.why, f"Source: {rule.source}"):
        yield from page_style.wrap(" ".join(paragraph.split()))
        yield ""
    if page.bad:
        yield style.paint("The mistake (-) and the way out (+):", "bold")
        yield from (style.paint(line, *_COLOURS.get(line[:1], ())) for line in _difference(page))


def as_json(pages: Sequence[RulePage], style: Style) -> str:  # noqa: ARG001 -- the table's signature
    """`{"schema": 1, "rules": [...]}`, each rule with the files of its examples."""
    rules: list[Json] = [
        {
            "id": page.rule.id,
            "name": page.rule.name,
            "family": TITLES[page.rule.family],
            "meaning": page.rule.meaning,
            "why": page.rule.why,
            "source": page.rule.source,
            "bad": [{"path": file.path, "text": file.text} for file in page.bad],
            "good": [{"path": file.path, "text": file.text} for file in page.good],
        }
        for page in pages
    ]
    return json.dumps({"schema": 1, "rules": rules}, indent=2, ensure_ascii=False) + "\n"


def markdown(pages: Sequence[RulePage], style: Style) -> str:  # noqa: ARG001 -- the table's signature
    """The documentation page. Each rule's heading is its id alone, so that `#gs301` leads to it."""
    lines = [
        "# Rules",
        "",
        "Made by `gateshift rules -f markdown`; do not edit. `gateshift rules ID` shows one rule in the terminal.",
        "An error is what the build itself proves: the API server refuses it, or a share of the requests is lost.",
        "A warning doubts the intent; a note depends on objects outside the build.",
        "",
        "| rule | name | meaning |",
        "|---|---|---|",
    ]
    lines += [
        f"| [{page.rule.id}](#{page.rule.id.lower()}) | {page.rule.name} | {_cell(page.rule.meaning)} |"
        for page in pages
    ]
    for family, group in _by_family(pages):
        lines += ["", f"## {family.value}xx: {TITLES[family]}"]
        for page in group:
            lines += ["", *_section(page)]
    return "\n".join(lines) + "\n"


def _section(page: RulePage) -> Iterator[str]:
    rule = page.rule
    yield f"### {rule.id}"
    yield ""
    yield f"**{rule.name}**: {rule.meaning}"
    yield ""
    yield rule.why
    yield ""
    yield f"Source: {rule.source}"
    if page.bad:
        links = " and ".join(f"[{kind}]({_EXAMPLES}/{_link(rule, kind, page.bad)})" for kind in ("bad", "good"))
        yield from ("", f"From the {links} example:", "", "```diff", *_difference(page), "```")


def _link(rule: Rule, kind: str, files: tuple[ExampleFile, ...]) -> str:
    single = len(files) == 1 and files[0].path.startswith(rule.id)
    return f"{rule.id}.{kind}.yaml" if single else f"{rule.id}.{kind}"


def _difference(page: RulePage) -> Iterator[str]:
    """The lines that the way out changes, with a few around them, file by file."""
    good = {_paired(file.path): file for file in page.good}
    bad = {_paired(file.path): file for file in page.bad}
    for path in [*bad, *(path for path in good if path not in bad)]:
        before = bad[path].text.splitlines() if path in bad else []
        after = good[path].text.splitlines() if path in good else []
        lines = list(unified_diff(before, after, n=_CONTEXT, lineterm=""))[2:]
        if lines and len(page.bad) > 1:
            yield f"# {path}"
        yield from ("" if line == " " else line for line in lines)


def _paired(path: str) -> str:
    return path.replace(".bad.", ".").replace(".good.", ".")


def _cell(meaning: str) -> str:
    return meaning.replace("|", "\\|")


FORMATS: dict[str, Callable[[Sequence[RulePage], Style], str]] = {"text": text, "json": as_json, "markdown": markdown}
"""Every format of the rules."""
