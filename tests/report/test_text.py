import re

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from gateshift.model.place import Focus
from gateshift.model.report import ReportedPlace, SourceLine, ValidationReport
from gateshift.report.findings.text import concise_line, render, summary
from gateshift.report.style import Style, display_width
from tests.report.values import FINDING, GAP, REPORT, ROOTS


def test_a_finding_reads_like_a_compilers() -> None:
    assert render(REPORT) == (
        "error[GS301]: the backend Service `nope` is not in the build; the nearest name is `customers-v1`\n"
        "  --> overlays/canary/patch.yaml:4:12\n"
        "  4 |     value: nope\n"
        "    |            ^^^^\n"
        "  note: the value before the patch\n"
        "  --> base/route.yaml:9:15\n"
        "  9 |       - name: customers-v1\n"
        "    |               ^^^^^^^^^^^^\n"
        "    object: HTTPRoute default/customers /spec/rules/0/backendRefs/0/name\n"
        "   reaches: overlays/canary, overlays/half\n"
        "   cluster: ResolvedRefs=False, BackendNotFound\n"
        "      help: Name a Service of this build.\n"
        "\n"
        "2 roots, 14 objects: 1 error\n"
    )


def test_a_gap_leaves_no_verdict() -> None:
    text = render(replace(REPORT, gaps=(GAP,)))
    assert "no verdict: kubeconform was not run\n  no kubeconform was found\n" in text
    assert text.endswith("2 roots, 14 objects: no verdict (1 error)\n")


def test_gaps_of_one_reason_are_one_block() -> None:
    gaps = [replace(GAP, what=f"overlays/{number} was not built") for number in range(7)]
    text = render(replace(REPORT, findings=(), gaps=(*gaps, replace(GAP, why="it crashed"))))
    assert text.count("no kubeconform was found") == 1
    assert "      also: overlays/1 was not built, " in text
    assert "overlays/4 was not built and 2 more\n" in text
    assert "no verdict: kubeconform was not run\n  it crashed\n" in text


def test_without_findings_the_summary_says_what_was_looked_at() -> None:
    assert summary(ValidationReport((), ROOTS)) == "2 roots, 14 objects: no findings"


def test_a_hostile_source_line_cannot_steer_the_terminal() -> None:
    place = ReportedPlace("a\x1b[2J.yaml", 1, 1, 1, 3, (SourceLine(1, "\x1b]0;owned\x07\u202egnp"),))
    text = render(replace(REPORT, findings=(replace(FINDING, message="evil\x1b[31m\r", place=place, related=()),)))
    assert not {"\x1b", "\x07", "\r", "\u202e"} & set(text)
    assert "\\x1b]0;owned\\x07\\u202egnp" in text


def test_the_caret_is_at_what_a_reader_looks_for() -> None:
    lines = (SourceLine(3, "  - group: x"), SourceLine(4, "    name: shop"))
    place = ReportedPlace("a.yaml", 3, 5, 5, 1, lines, Focus(4, 11, 15))
    text = render(replace(REPORT, findings=(replace(FINDING, place=place, related=()),)))
    assert "  --> a.yaml:4:11\n  3 |   - group: x\n  4 |     name: shop\n    |           ^^^^\n" in text


def test_a_name_of_any_length_is_one_mistake() -> None:
    long = replace(FINDING, message=f"Service {'a' * 20_000} is not there", help="b" * 20_000)
    text = render(replace(REPORT, findings=(long,)))
    assert len(text) < 2_500
    assert "a ... a" in text
    assert "a is not there\n" in text
    assert len(concise_line(long)) < 800


def test_colour_is_only_written_when_asked_for() -> None:
    assert "\x1b[" not in render(REPORT)
    assert "\x1b[31;1merror[GS301]\x1b[0m" in render(REPORT, Style(colour=True))


def test_lines_are_as_wide_as_the_terminal_and_words_stay_whole() -> None:
    address = "https://example.org/" + "a" * 50
    long = replace(FINDING, message=f"a b {address} c", help="word " * 30, roots=("apps/1" * 3, "apps/2" * 3))
    lines = render(replace(REPORT, findings=(long,)), Style(width=60)).splitlines()
    assert [line for line in lines if len(line) > 60 and address not in line] == []
    assert sum(address in line for line in lines) == 1
    assert "  c" in lines
    at = next(index for index, line in enumerate(lines) if line.startswith("      help: word"))
    assert lines[at + 1].startswith("            word")


@given(st.lists(st.text(" abc", max_size=12), max_size=30), st.integers(40, 90))
def test_text_that_fits_keeps_its_words_and_their_order(words: list[str], width: int) -> None:
    text = "  label   " + " ".join(words).strip()
    painted = f"\x1b[1m{text}\x1b[0m"
    assert Style().fit(text) == text
    lines = Style(width=width).fit(text).split("\n")
    assert " ".join(lines).split() == text.split()
    assert max(map(len, lines)) <= width
    assert [re.sub("\x1b[^m]*m", "", line) for line in Style(width=width).fit(painted).split("\n")] == lines


def test_a_line_goes_on_under_its_second_column_or_a_little_to_the_right() -> None:
    assert Style(width=40).fit("  next     " + "word " * 8).split("\n")[1] == f"{'':11}word word"
    assert Style(width=40).fit("  word" + " word" * 8).split("\n")[1].startswith("    word")


def test_a_narrow_terminal_sees_the_fault() -> None:
    place = ReportedPlace("a.yaml", 1, 90, 1, 94, (SourceLine(1, "x" * 89 + "port" + "y" * 90),))
    lines = render(replace(REPORT, findings=(replace(FINDING, place=place, related=()),)), Style(width=60)).splitlines()
    source, caret = next((line, lines[index + 1]) for index, line in enumerate(lines) if "port" in line)
    assert source[caret.index("^") :].startswith("port")
    assert len(source) <= 60


def test_a_caret_stays_within_a_long_line() -> None:
    place = ReportedPlace("a.yaml", 1, 400, 1, 410, (SourceLine(1, "x" * 500),))
    lines = render(replace(REPORT, findings=(replace(FINDING, place=place, related=()),))).splitlines()
    assert max(len(line) for line in lines) < 200
    assert any(line.endswith("^") for line in lines)


def test_a_caret_stands_below_wide_characters() -> None:
    line = SourceLine(4, "名前: 値  # ok")
    place = ReportedPlace("base/route.yaml", 4, 5, 4, 6, (line,))
    text = render(replace(REPORT, findings=(replace(FINDING, place=place, related=()),)))
    assert "  4 | 名前: 値  # ok\n    |       ^^\n" in text


def test_wide_characters_take_two_columns_of_a_line() -> None:
    assert Style(width=40).wrap("名" * 15 + " " + "前" * 10) == ["名" * 15, "前" * 10]
    assert Style(width=40).cut("名" * 30) == "名" * 18 + "..."
    assert display_width("e\u0301 \u200d\x1b[1m日\x1b[0m") == 4


def test_a_long_path_leaves_half_of_the_line_to_the_message() -> None:
    place = replace(FINDING.place, file=f"{'clusters/' * 9}route.yaml")
    alike = tuple(replace(FINDING, message=f"number {number} is wrong", place=place) for number in range(12))
    lines = render(replace(REPORT, findings=alike), Style(width=80)).splitlines()
    (line,) = (line for line in lines if line.endswith("number 11 is wrong"))
    assert line.startswith("...")
    assert "/route.yaml:4:12: error[GS301] " in line
    assert len(line) <= 80


def test_the_root_in_whose_folder_the_fault_is_need_not_be_named() -> None:
    own = replace(FINDING, roots=("overlays/canary",))
    assert own.place.file == "overlays/canary/patch.yaml"
    assert "reaches" not in render(replace(REPORT, findings=(own,)))
    assert "   reaches: overlays/half\n" in render(replace(REPORT, findings=(replace(own, roots=("overlays/half",)),)))
