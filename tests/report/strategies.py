"""Any report value, with the characters that a renderer is most likely to let through."""

from hypothesis import strategies as st

from gateshift.model.finding import Level
from gateshift.model.report import (
    Gap,
    ReportedFinding,
    ReportedPlace,
    ReportedRelated,
    ReportedRoot,
    ResourceName,
    SourceLine,
    ValidationReport,
)

HOSTILE = (
    "<script>alert(1)</script>",
    "]]>",
    "-->",
    "\"'&<>",
    "::error file=x::y",
    "##[add-mask]x",
    "%0A::warning::",
    "a\r\n::error::b",
    "`` ` ```",
    "| a | b |",
    "[x](http://example.org)",
    "@everyone #1 https://example.org www.example.org",
    "{{ 7 * 7 }}",
    "\u202eevil\u2066",
    "\x1b[31m\x07\0",
    "\udc80",
    "\ufffe",
    "é→😀",
    "a" * 253,
    "",
    " ",
)

texts = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(exclude_categories=()), max_size=20))
names = st.text(st.characters(exclude_categories=()), min_size=1, max_size=12) | st.sampled_from(HOSTILE[:14])
lines = st.integers(1, 10**6)


@st.composite
def places(draw: st.DrawFn) -> ReportedPlace:
    line, column = draw(lines), draw(lines)
    end_line = line + draw(st.integers(0, 3))
    end_column = column + draw(st.integers(0, 9)) if end_line == line else draw(lines)
    shown = draw(st.lists(texts.map(lambda text: text.replace("\n", " ").replace("\r", " ")), max_size=3))
    excerpt = tuple(SourceLine(line + index, text) for index, text in enumerate(shown))
    return ReportedPlace(draw(names), line, column, end_line, end_column, excerpt)


findings = st.builds(
    ReportedFinding,
    rule=st.sampled_from(("GS101", "GS301", "GS502", "GS701")),
    name=st.sampled_from(("backend-service-missing", "wrong-field")),
    level=st.sampled_from(Level),
    message=texts,
    place=places(),
    roots=st.lists(names, max_size=3, unique=True).map(tuple),
    resource=st.none() | st.builds(ResourceName, texts, texts, texts),
    pointer=texts,
    cluster_says=texts,
    help=texts,
    related=st.lists(st.builds(ReportedRelated, texts, places()), max_size=2).map(tuple),
)
gaps = st.builds(Gap, texts, texts, texts)


@st.composite
def reports(draw: st.DrawFn) -> ValidationReport:
    """Reports whose findings reach the roots they list."""
    found = tuple(draw(st.lists(findings, max_size=4)))
    paths = {root: None for finding in found for root in finding.roots} | dict.fromkeys(draw(st.lists(names)))
    roots = tuple(ReportedRoot(path, draw(st.integers(0, 99))) for path in paths)
    return ValidationReport(found, roots, draw(st.integers(0, 3)), tuple(draw(st.lists(gaps, max_size=2))))
