"""Laws of reading gateshift.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from hypothesis import event, given, settings
from hypothesis import strategies as st

from gateshift.config import ConfigError, parse_rollout
from gateshift.config.schema import ROLLOUT
from gateshift.config.schema.schema_types import Either, Fields, Flag, ListOf, MapOf, Number, Raw, SchemaType, Text
from gateshift.errors import Exit
from gateshift.yamldoc import dump
from gateshift.yamldoc.data import FieldPath, Json, JsonObject, look_up
from tests.config.reading import BASE
from tests.config.schema_agreement import assert_agreement, shape_faults
from tests.strategies import Declared, declared

FILE = Path("gateshift.yaml")


def read_or_refuse(text: str) -> ConfigError | None:
    """Read any text; the refusal, which must tell at least one mistake at a place in the text."""
    refusal = None
    try:
        parse_rollout(text, FILE, lambda _: None)
    except ConfigError as error:
        refusal = error
    if refusal is not None:
        assert refusal.exit_code is Exit.USAGE
        assert refusal.mistakes
        assert str(refusal).startswith("gateshift.yaml: ")
        lines = sum(map(text.count, "\n\r\x85\u2028\u2029")) + 1
        for mistake in refusal.mistakes:
            assert mistake.message
            assert 1 <= mistake.place.line <= lines + 1
            assert mistake.place.column >= 1
    return refusal


# --- Any text ---------------------------------------------------------------------------------------------------------


@given(st.text() | st.text(st.sampled_from("abv12:-,[]{}&*!#|>%@'\"\\ \n\t.~?")))
@settings(max_examples=300)
def test_any_text_is_read_or_refused_and_never_crashes(text: str) -> None:
    read_or_refuse(text)


_WORDS = [
    "v1",
    "v2",
    "customers",
    "on",
    "1e3",
    "0o17",
    "~",
    "{}",
    "[]",
    "- a",
    "&x",
    "*x",
    "<<",
    "? a",
    "!!int 'a'",
    "''",
]


@st.composite
def _damaged(draw: st.DrawFn) -> str:
    """A valid file with a few places overwritten."""
    text = draw(st.just(BASE) | declared().map(lambda file: file.text))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 12)))
        text = text[:start] + draw(st.sampled_from(_WORDS) | st.text(max_size=6)) + text[end:]
    return text


@given(_damaged())
@settings(max_examples=200)
def test_a_damaged_file_is_read_or_refused_and_never_crashes(text: str) -> None:
    event("refused" if read_or_refuse(text) else "read")


_KEYS = sorted(set(re.findall(r"[a-zA-Z0-9]+", BASE)) | set(ROLLOUT.keys))
_ANY_JSON: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(_WORDS),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(_KEYS) | st.text(max_size=4), inner, max_size=5)
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(list(ROLLOUT.keys)), _ANY_JSON))
@settings(max_examples=200)
def test_any_values_under_the_right_keys_are_refused_and_never_crash(data: JsonObject) -> None:
    read_or_refuse(dump(data))


# --- The schema and the parser ----------------------------------------------------------------------------------------

_TEXTS = st.sampled_from(
    [
        "a", "A", "a-b", "a.b", "a_b", "a/b", "/a", "/", "/a//b", "/a/..", "*.a.com", "a b", " a", "a\n", "", "1", "1a",
        "web", "v1", "v2", "1h", "1h30m", "90", "1.5h", "GS301", "GS801", "2026-02-30", "2026-13-01", "a:1", "Nginx",
        "a@sha256:" + "0" * 64, "https://a/b", "http://a", "git@a:b", "ssh://a/b", "../a", "a/../b", "a/..", "100m",
        "64Mi", "GET", "get", "Always", "standard", "1.37", "v1.6.3", "Service/a", "example.com/a", "a" * 63, "a" * 64,
        "a" * 253, "a" * 254, "é", "\x01", "\u2028", "a,b", "{}",
    ]
)  # fmt: skip
_NUMBERS = st.sampled_from(
    [0, 1, 2, 15, 80, 100, 101, 65535, 65536, 1_000_000, 1_000_001, -1, 0.5, 1.0, 80.0, 10**30, 1e18]
)
_JUNK: st.SearchStrategy[Json] = _NUMBERS | _TEXTS | st.sampled_from([None, True, False, [], {}, [1], {"a": 1}])


def near(form: SchemaType) -> st.SearchStrategy[Json]:
    """Values that often have the form and sometimes just miss it."""
    return st.integers(0, 29).flatmap(lambda draw: _JUNK if draw == 0 else _near(form))


def _near(form: SchemaType) -> st.SearchStrategy[Json]:
    match form:
        case Text():
            return st.sampled_from(form.choices) if form.choices else _text_near(form)
        case Number():
            return _NUMBERS | st.integers(int(form.least), int(min(form.most or 100, 100)))
        case Flag():
            return st.booleans()
        case Raw():
            return st.just({"type": "CORS", "cors": {}})
        case ListOf():
            return st.lists(near(form.item), min_size=form.least, max_size=form.least + 2).map(list)
        case MapOf():
            names = _text_near(form.name)
            return st.dictionaries(names, near(form.value), min_size=form.least, max_size=form.least + 2)
        case Fields():
            return _fields_near(form)
        case Either():
            return st.one_of(*(_near(option) for option in form.options))


def _text_near(form: Text) -> st.SearchStrategy[str]:
    fitting = st.from_regex(form.pattern.replace("^", "", 1).removesuffix("$") or "a", fullmatch=True)
    return fitting | fitting | _TEXTS if len(form.pattern) < 80 else _TEXTS


@st.composite
def _fields_near(draw: st.DrawFn, form: Fields) -> JsonObject:
    wanted = set(form.required) | {draw(st.sampled_from(group)) for group in form.any_of}
    wanted |= set(draw(st.lists(st.sampled_from(list(form.keys)), max_size=3)))
    if draw(st.integers(0, 9)):
        for group in form.exclusive:
            for key in [key for key in group if key in wanted][1:]:
                wanted.discard(key)
    data: JsonObject = {key: draw(near(form.keys[key])) for key in form.keys if key in wanted}
    if draw(st.integers(0, 30)) == 0:
        data[draw(st.sampled_from(["x", "", "Name", *form.keys]))] = draw(_JUNK)
    return data


def _pointers(data: Json, at: FieldPath = ()) -> Iterator[FieldPath]:
    yield at
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, value in inner:
        yield from _pointers(value, (*at, step))


def _replaced(data: Json, at: FieldPath, value: Json) -> Json:
    """The data with another value at the pointer."""
    if not at:
        return value
    step, *rest = at
    if isinstance(data, dict) and isinstance(step, str):
        return {**data, step: _replaced(data[step], tuple(rest), value)}
    assert isinstance(data, list)
    assert isinstance(step, int)
    return [*data[:step], _replaced(data[step], tuple(rest), value), *data[step + 1 :]]


@st.composite
def _altered(draw: st.DrawFn, value: Json) -> Json:
    """The value made another: a key less, a key more, an item twice, or something else altogether."""
    if isinstance(value, dict) and value and draw(st.booleans()):
        gone = draw(st.sampled_from([None, *value]))
        more = {} if gone is not None else {draw(_TEXTS): draw(_JUNK | st.sampled_from(list(value.values())))}
        return {**{key: inner for key, inner in value.items() if key != gone}, **more}
    if isinstance(value, list) and value and draw(st.booleans()):
        return [*value, draw(st.sampled_from(value))]
    return draw(_JUNK)


@given(declared(), st.data())
@settings(max_examples=200)
def test_the_schema_and_the_parser_agree_on_a_valid_file_with_one_value_altered(
    file: Declared, drawn: st.DataObject
) -> None:
    at = drawn.draw(st.sampled_from(list(_pointers(file.data))))
    altered = _replaced(file.data, at, drawn.draw(_altered(look_up(file.data, at))))
    event("wrong shape" if shape_faults(altered) else "right shape")
    assert_agreement(altered)


@given(st.data())
@settings(max_examples=600)
def test_the_schema_and_the_parser_agree_on_the_shape_of_each_part(drawn: st.DataObject) -> None:
    """One key of a file of the right shape is drawn anew, so that most of its values decide the verdict."""
    key = drawn.draw(st.sampled_from(list(ROLLOUT.keys)))
    value = drawn.draw(near(ROLLOUT.keys[key]))
    data: JsonObject = {
        "service": {"name": "a"},
        "route": {"parents": [{"service": "a"}]},
        "versions": {"v1": {"image": "a:1"}, "v2": {"image": "a:2"}},
        "stages": [{"name": "a"}],
        key: value,
    }
    event(f"{key}: {'right' if not shape_faults(data) else 'wrong'} shape")
    assert_agreement(data)


# --- Valid rollouts ---------------------------------------------------------------------------------------------------


@given(declared())
def test_every_valid_rollout_is_read_with_what_it_declares(file: Declared) -> None:
    rollout = file.rollout()

    versions, stages = file.data["versions"], file.data["stages"]
    assert isinstance(versions, dict)
    assert isinstance(stages, list)
    assert [version.name for version in rollout.versions] == list(versions)
    for stage, said in zip(rollout.stages, stages, strict=True):
        assert isinstance(said, dict)
        shares = said.get("shares", {})
        assert {share.version: share.weight for share in stage.shares} == shares
        assert set(stage.deployed) == set(said.get("deploy", versions))  # type: ignore[arg-type]  # lists of names
        assert stage.place is not None


@given(declared())
def test_every_valid_rollout_has_the_shape_of_the_schema(file: Declared) -> None:
    assert shape_faults(file.data) == []
    assert_agreement(file.data)


@given(declared())
def test_the_form_of_the_text_changes_nothing_but_the_places(file: Declared) -> None:
    assert (
        parse_rollout(file.text, FILE, file.files.get).rollout
        == parse_rollout(dump(file.data), FILE, file.files.get).rollout
    )
