"""What is dumped reads back the same, whoever reads it."""

from __future__ import annotations

import math

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from gateshift.yamldoc import dump, dump_all, load_all, parse_all
from gateshift.yamldoc.data import Json

HOSTILE = [
    "", " ", "~", "null", "Null", "yes", "No", "ON", "off", "y", "N", "true", "False", "1", "-1", "+1", "0o7", "0x1F",
    "0b1", "1e3", "1_000", "1:20", "12:30:45", "1.5", ".5", "5.", ".inf", "-.INF", ".NaN", "nan", "2001-01-01",
    "2001-12-14t21:59:43.10-05:00", "=", "<<", "-", "- a", "?", "? a", ":", "a:", "a: b", ": a", "#", "a #b", "a#b",
    "&a", "*a", "!a", "|", ">", "'", '"', "%a", "@a", "`a", "{", "}", "[", "]", ",", "[a]", "{a: b}", "---", "--- a",
    "...", "a\n", "a\nb", "a\nb\n", "a\n\nb\n\n", "\na", " a\nb", "a \nb", "a\n b", "a\n\tb", "a\tb", "\t", "a\r\nb",
    "a\rb", "a\u0085b", "a\u2028b\u2029c", "\ufeff", "a\ufeffb", "\x00", "\x07", "\x1b[31m", "\x7f", "\u202eabc", "é",
    "日本", "🎉", "a" * 1100, "é" * 1100, "a\n---\nb", "a\n...\nb", "a\n#b\nc", "#a\nb", "\\", "\\n", "a\\", "$",
    "${A}", "50Mi", "1m", "1e", "0x", "1E5", "12e03", "0.1.2", "1.2.3", "v1", "../../base", "./overlays", "/",
    "a/b:c@d", "gcr.io/x/y:1.0.0",
    "C:\\x", "a b", "a  b", "a ", " a", "a - b", "(a) b", "<script>", "a: ", "key:\tvalue",
]  # fmt: skip

text = st.text(st.characters(codec="utf-8"), max_size=40) | st.sampled_from(HOSTILE)
scalars = (
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False) | text
)
json = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=12,
)


def of_yaml_1_2(written: str) -> Json:
    reader = YAML(typ="safe", pure=True)
    reader.version = (1, 2)
    loaded: Json = reader.load(written)
    return loaded


@given(json)
def test_what_is_dumped_reads_back_the_same_by_kubernetes_rules(data: Json) -> None:
    assert load_all(dump(data)) == [data]


@given(json)
def test_what_is_dumped_reads_back_the_same_by_the_core_schema_of_yaml_1_2(data: Json) -> None:
    assert [document.data for document in parse_all(dump(data), yaml_1_2=True)] == [data]


@given(json)
def test_what_is_dumped_reads_back_the_same_in_pyyaml(data: Json) -> None:
    assert yaml.safe_load(dump(data)) == data


@pytest.mark.parametrize("value", HOSTILE, ids=repr)
def test_a_hostile_string_is_a_string_to_every_reader(value: str) -> None:
    for data in (value, [value], {"key": value}, {"key": [value, {"in": value}]}):
        written = dump(data)
        assert load_all(written) == [data]
        assert yaml.safe_load(written) == data
        if "\x00" not in value:
            assert of_yaml_1_2(written) == data
    if len(value) < 1000:
        assert yaml.safe_load(dump({value: 1})) == {value: 1}


@given(json)
def test_only_characters_that_print_are_written(data: Json) -> None:
    assert all(char.isprintable() or char == "\n" for char in dump(data))


def test_special_floats_have_yaml_s_own_spelling() -> None:
    assert dump([math.inf, -math.inf, 1e22, 1e-7]) == "- .inf\n- -.inf\n- 1.0e+22\n- 1.0e-07\n"
    (read,) = load_all(dump([math.nan]))
    assert isinstance(read, list)
    assert read[0] != read[0]


def test_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(ValueError, match="U\\+D800"):
        dump("\ud800")


@given(st.dictionaries(text, scalars, min_size=1, max_size=4), st.text())
def test_a_comment_changes_no_value(data: dict[str, Json], note: str) -> None:
    first = next(iter(data))
    nested: Json = {"list": [data, [data]], "map": data}
    comments = {(): note, (first,): note, ("list", 0): note, ("list", 0, first): note, ("list", 1, 0, first): note}
    assert load_all(dump(nested, comments)) == [nested]


def test_it_reads_as_a_person_would_write_it() -> None:
    data: Json = {
        "apiVersion": "v1",
        "metadata": {"name": "a", "annotations": {"wave": "0", "empty": ""}},
        "items": [{"name": "x", "args": ["-c", "echo one\necho two\n"], "none": {}}],
        "replicas": 2,
    }
    assert dump(data, {(): "What it is for.", ("items", 0): "The only one."}) == (
        "# What it is for.\n"
        "apiVersion: v1\n"
        "metadata:\n"
        "  name: a\n"
        "  annotations:\n"
        '    wave: "0"\n'
        '    empty: ""\n'
        "items:\n"
        "  # The only one.\n"
        "  - name: x\n"
        "    args:\n"
        '      - "-c"\n'
        "      - |\n"
        "        echo one\n"
        "        echo two\n"
        "    none: {}\n"
        "replicas: 2\n"
    )


@given(st.lists(json, min_size=1, max_size=3))
def test_several_documents_stay_several(data: list[Json]) -> None:
    assert load_all(dump_all(*map(dump, data))) == data
