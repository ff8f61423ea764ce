"""Which suppressions a change inherits, and which it adds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from gateshift.checks.inherited import inherited_comments, inherited_entry
from gateshift.checks.suppression import Marker, markers_in
from gateshift.model.place import Place
from gateshift.model.source import SourceFile

FILE = Path("/repo/route.yaml")
IGNORE = "# gateshift: ignore[GS301] it is known"


def inherited(before: str, now: str) -> list[int]:
    """The lines whose comments are inherited."""
    markers = list(markers_in(FILE, now))
    found = inherited_comments(markers, markers_in(FILE, before), SourceFile(FILE, now), SourceFile(FILE, before))
    return sorted(marker.lines[0] for marker in found)


BEFORE = f"a: 1\nb: 2 {IGNORE}\nc: 3\n"


@pytest.mark.parametrize(
    ("now", "line"),
    [
        pytest.param(BEFORE, 2, id="the same"),
        pytest.param(f"z: 0\ny: 0\n{BEFORE}", 4, id="lines above"),
        pytest.param(f"b: 2 {IGNORE}\nc: 3\n", 1, id="a line above is gone"),
        pytest.param(f"a: 1\nb: 7 {IGNORE}\nc: 4\n", 2, id="another value"),
    ],
)
def test_a_comment_that_stays_with_its_line_is_inherited(now: str, line: int) -> None:
    assert inherited(BEFORE, now) == [line]


def test_a_comment_above_its_line_is_inherited() -> None:
    assert inherited(f"a: 1\n{IGNORE}\nb: 2\n", f"{IGNORE}\nb: 3\nc: 4\n") == [2]


@pytest.mark.parametrize(
    "now",
    [
        pytest.param(f"a: 1 {IGNORE}\nb: 2\nc: 3\n", id="moved to another line"),
        pytest.param(f"a: 1\nc: 2 {IGNORE}\nc: 3\n", id="another key"),
        pytest.param("a: 1\nb: 2 # gateshift: ignore[GS302] it is known\nc: 3\n", id="another rule"),
        pytest.param("a: 1\nb: 2 # gateshift: ignore[GS301] really\nc: 3\n", id="another reason"),
    ],
)
def test_a_comment_that_says_or_means_something_else_is_new(now: str) -> None:
    assert inherited(BEFORE, now) == []


OBJECT = f"""\
kind: Service
metadata: {{name: a}}
spec:
  ports:
  - name: http
    port: 1 {IGNORE}
"""


def test_a_comment_in_an_object_that_grows_is_inherited() -> None:
    grown = OBJECT.replace("  ports:\n", "  type: ClusterIP\n  ports:\n  - {name: other, port: 2}\n")
    assert inherited(OBJECT, f"kind: ConfigMap\nmetadata: {{name: z}}\n---\n{grown}") == [11]


@pytest.mark.parametrize(
    "now",
    [
        pytest.param(OBJECT.replace("name: a", "name: b"), id="renamed"),
        pytest.param(OBJECT.replace("Service", "Other"), id="another kind"),
        pytest.param(OBJECT.replace("name: http", "name: other"), id="another item"),
        pytest.param(OBJECT.replace("ports:", "other:"), id="another list"),
        pytest.param(f"{OBJECT.replace(IGNORE, '')}---\n{OBJECT.replace('name: a', 'name: b')}", id="another object"),
        pytest.param(
            f"{OBJECT.replace(IGNORE, '').replace('port: 1', 'port: 2')}---\n{OBJECT.replace('name: a', 'name: b')}",
            id="another object, and the first is changed",
        ),
    ],
)
def test_a_comment_that_comes_to_another_object_or_item_is_new(now: str) -> None:
    assert inherited(OBJECT, now) == []


def test_a_copy_of_a_comment_is_new_and_the_first_is_not() -> None:
    before = f"a: 1 {IGNORE}\nb: 2\n"
    assert inherited(before, f"a: 1 {IGNORE}\nb: 2 {IGNORE}\n") == [1]


def test_of_many_changed_lines_no_comment_is_inherited() -> None:
    before = "".join(f"k{number}: {number}\n" for number in range(3000))
    now = before.replace(": ", ": x")
    assert inherited(f"{before}z: 1 {IGNORE}\n", f"{now}z: 1 {IGNORE}\n") == [3001], "the end of the file stayed"
    assert (
        inherited(before.replace("k9: 9\n", f"k9: 9 {IGNORE}\n"), now.replace("k9: x9\n", f"k9: x9 {IGNORE}\n")) == []
    )


@dataclass
class Entry:
    """An entry of gateshift.yaml."""

    until: date | None
    rule: str = "GS301"
    file: str = ""

    def marker(self) -> Marker:
        return Marker(self.rule, "known", Place(FILE), until=self.until, file_pattern=self.file, folder=FILE.parent)


MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)


@pytest.mark.parametrize(
    ("then", "now", "until"), [(MAY, MAY, MAY), (MAY, JUNE, MAY), (JUNE, MAY, MAY), (None, MAY, MAY), (MAY, None, MAY)]
)
def test_an_entry_reaches_to_the_earlier_day(then: date | None, now: date | None, until: date) -> None:
    found = inherited_entry(Entry(now).marker(), [Entry(then).marker()])
    assert found is not None
    assert found.until == until


@pytest.mark.parametrize("then", [Entry(MAY, rule="GS302"), Entry(MAY, file="base/*")])
def test_an_entry_that_means_something_else_is_new(then: Entry) -> None:
    assert inherited_entry(Entry(MAY).marker(), [then.marker()]) is None
