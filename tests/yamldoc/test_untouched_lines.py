"""An edit says what was asked for, and every line that it need not touch is byte for byte as its author wrote it."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from gateshift.yamldoc import Document, dump, parse_all
from gateshift.yamldoc.data import FieldPath, Json, JsonObject, object_at, walk
from gateshift.yamldoc.insert import apply, insert_fields
from gateshift.yamldoc.revise import revise, same

names = st.sampled_from(["a", "b", "c", "v1", "on", "x y", "1"])
leaves = st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["", "x", "on", "a: b", "é", "two\nlines"])
trees = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4), max_leaves=12
)
mappings = st.dictionaries(names, trees, min_size=1, max_size=4)
NEW = "added"


def document(text: str) -> Document:
    (only,) = parse_all(text, yaml_1_2=True)
    return only


@st.composite
def commented(draw: st.DrawFn) -> Document:
    """A file with wide gaps, and with a comment of its own on every line that can have one."""
    lines = dump(draw(mappings)).replace(": ", ":   ").splitlines()
    block = {number + offset for number, line in enumerate(lines) if line.endswith("|-") for offset in range(3)}
    return document("".join(f"{line}\n" if n in block else f"{line}   # {n}\n" for n, line in enumerate(lines)))


def put(data: Json, at: FieldPath, value: Json) -> Json:
    if not at:
        return value
    if isinstance(data, dict):
        return {key: put(item, at[1:], value) if key == at[0] else item for key, item in data.items()}
    assert isinstance(data, list)
    return [put(item, at[1:], value) if index == at[0] else item for index, item in enumerate(data)]


def some_mapping(file: Document, draw: st.DataObject) -> tuple[FieldPath, JsonObject]:
    found = [(at, value) for at, value in walk(file.data) if isinstance(value, dict) and value]
    return draw.draw(st.sampled_from(found))


def lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def first_line(file: Document, at: FieldPath) -> int:
    span = file.span(at, key=True)
    assert span is not None
    return span.line - 1


def length(value: Json) -> int:
    return len(dump({"key": value}).splitlines())


@given(commented(), st.data())
def test_a_scalar_that_changes_touches_its_own_lines_alone(file: Document, draw: st.DataObject) -> None:
    at, old = draw.draw(
        st.sampled_from([(at, value) for at, value in walk(file.data) if value == [] or not isinstance(value, list)])
    )
    assume(at and not (isinstance(old, dict) and old))
    wanted = put(file.data, at, NEW)
    revised = revise(file.text, wanted)
    assert same(document(revised).data, wanted)
    before, after, start = lines(file.text), lines(revised), first_line(file, at)
    assert after[:start] == before[:start]
    assert after[start + 1 :] == before[start + length(old) :]
    assert length(old) > 1 or after[start].endswith(f"   # {start}\n")


@given(commented(), st.data())
def test_a_key_that_comes_leaves_every_line(file: Document, draw: st.DataObject) -> None:
    at, mapping = some_mapping(file, draw)
    wanted = put(file.data, at, {**mapping, NEW: [1]})
    revised = revise(file.text, wanted)
    assert same(document(revised).data, wanted)
    after = lines(revised)
    start = next(number for number, line in enumerate(after) if NEW in line)
    assert after[:start] + after[start + length([1]) :] == lines(file.text)


@given(commented(), st.data())
def test_a_key_that_goes_takes_its_own_lines_alone(file: Document, draw: st.DataObject) -> None:
    at, mapping = some_mapping(file, draw)
    assume(len(mapping) > 1)
    key = draw.draw(st.sampled_from(list(mapping)[1:]))
    wanted = put(file.data, at, {other: value for other, value in mapping.items() if other != key})
    revised = revise(file.text, wanted)
    assert same(document(revised).data, wanted)
    before, start = lines(file.text), first_line(file, (*at, key))
    assert lines(revised) == before[:start] + before[start + length(mapping[key]) :]


@given(commented(), st.data())
def test_fields_that_are_inserted_leave_every_line_but_the_one_they_share(file: Document, draw: st.DataObject) -> None:
    at, mapping = some_mapping(file, draw)
    edited = apply(file.text, insert_fields(file, at, {"kind": "first", NEW: {"last": 1}}))
    assert document(edited).data == put(file.data, at, {**mapping, "kind": "first", NEW: {"last": 1}})
    after, shared = lines(edited), first_line(file, (*at, next(iter(object_at(file.data, *at)))))
    assert all(line in after for number, line in enumerate(lines(file.text)) if number != shared)
