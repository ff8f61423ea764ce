import re

from hypothesis import given
from markdown_it import MarkdownIt
from markdown_it.token import Token
from msgspec.structs import replace

from gateshift.model.finding import Level
from gateshift.model.report import ReportedRoot, ValidationReport
from gateshift.report.findings.markdown import LONGEST, render
from gateshift.report.markdown_text import cell, code, prose
from tests.report.strategies import reports, texts
from tests.report.values import FINDING, GAP, REPORT, ROOTS

GITHUB = MarkdownIt("gfm-like")
GITHUB.linkify.set({"fuzzy_link": False})
"""CommonMark with GitHub's tables, strikethrough, and links made of addresses."""


def tokens_of(markdown: str) -> list[Token]:
    """Every token, those inside a line among them."""
    tokens = GITHUB.parse(markdown)
    return [inner for token in tokens for inner in (token, *(token.children or ()))]


def html_of(markdown: str) -> str:
    return str(GITHUB.render(markdown))


def test_a_finding_has_a_heading_its_lines_and_its_way_out() -> None:
    html = html_of(render(REPORT))
    assert "<h2>gateshift: 2 roots, 14 objects: 1 error</h2>" in html
    assert "<h3>error GS301: backend-service-missing</h3>" in html
    assert "<p>the backend Service <code>nope</code> is not in the build" in html
    assert "4 |     value: nope" in html
    assert "^^^^" in html
    assert "Help: Name a Service of this build." in html
    assert html.count("<table>") == 1


def test_nothing_found_is_one_line() -> None:
    assert render(ValidationReport((), ROOTS)) == "## gateshift: 2 roots, 14 objects: no findings\n"


def test_what_was_not_checked_comes_first() -> None:
    html = html_of(render(replace(REPORT, gaps=(GAP,))))
    assert html.index("<strong>no verdict</strong>") < html.index("GS301")


def test_the_worst_come_first_and_what_does_not_fit_is_counted() -> None:
    notes = tuple(replace(FINDING, level=Level.NOTE, message="x" * 900) for _ in range(90))
    text = render(ValidationReport((*notes, FINDING), ROOTS), notes=True)
    assert len(text) <= LONGEST
    assert text.index("error GS301") < text.index("note GS301")
    left = re.search(r"The rest does not fit here, (\d+) of 91 findings among it\.", text)
    assert left is not None
    assert int(left[1]) + text.count("### ") == 91


def test_one_finding_longer_than_a_comment_is_counted_too() -> None:
    text = render(ValidationReport((replace(FINDING, message="x" * 70_000),), ROOTS))
    assert "1 of 1 findings" in text


def test_many_roots_are_cut_in_the_table() -> None:
    roots = tuple(ReportedRoot(f"overlays/{number}", 1) for number in range(100))
    assert "and 60 more" in render(ValidationReport((FINDING,), roots))


def test_a_mention_or_a_link_is_code() -> None:
    html = html_of(prose("ask @everyone about #12 at https://example.org or user@example.org"))
    for word in ("@everyone", "#12", "https://example.org", "user@example.org"):
        assert f"<code>{word}</code>" in html


@given(texts)
def test_code_shows_the_text_and_nothing_else(text: str) -> None:
    tokens = [token for token in tokens_of(f"a {code(text)} b") if token.type not in ("paragraph_open", "inline")]
    assert {token.type for token in tokens} <= {"text", "code_inline", "html_inline", "paragraph_close"}
    assert all(token.content in ("<code>", "</code>") for token in tokens if token.type == "html_inline")


@given(texts)
def test_a_cell_never_ends_its_column(text: str) -> None:
    table = f"| a | b |\n| --- | --- |\n| {cell(text)} | end |\n"
    tokens = tokens_of(table)
    assert [token.type for token in tokens].count("td_open") == 2
    assert not any(token.type in ("link_open", "image", "em_open", "strong_open") for token in tokens)


@given(reports())
def test_any_report_is_only_the_markup_we_write(report: ValidationReport) -> None:
    text = render(report, notes=True)
    tokens = tokens_of(text)
    markup = {token.type for token in tokens}
    assert not markup & {"link_open", "image", "html_block", "em_open", "s_open", "hr", "ordered_list_open"}
    assert all(token.content in ("<code>", "</code>") for token in tokens if token.type == "html_inline")
    headings = [token for token in tokens if token.type == "heading_open"]
    assert len(headings) == 1 + len(report.findings)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
