"""A text is made to say other data, and keeps everything else of what its author wrote."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateshift.yamldoc import dump, parse_all
from gateshift.yamldoc.data import Json
from gateshift.yamldoc.revise import CannotRevise, revise, same

names = st.sampled_from(["a", "b", "c", "name", "v1", "v2", "on", "x y", "1"])
leaves = st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["", "x", "on", "two\nlines\n", "a: b", "é"])
trees = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4), max_leaves=12
)
mappings = st.dictionaries(names, trees, min_size=1, max_size=4)


def read(text: str) -> Json:
    (document,) = parse_all(text, yaml_1_2=True)
    return document.data


@settings(max_examples=300)
@given(mappings, mappings, st.booleans())
def test_whatever_was_written_it_says_the_new_data(old: dict[str, Json], new: dict[str, Json], crlf: bool) -> None:  # noqa: FBT001 -- drawn
    text = dump(old).replace("\n", "\r\n") if crlf else dump(old)
    assert same(read(revise(text, new)), new)


@given(mappings)
def test_the_same_data_change_no_byte(data: dict[str, Json]) -> None:
    text = dump(data).replace(": ", ":   ")
    assert revise(text, read(text)) == text


TEXT = """\
# The head.
versions:   # all of them
  v1: {image: a:1}   # the old one
  # the new one
  v2:
    image: "b:2"  # pinned
    env:
      A: 'x'

stages:
  # before
  - name: first
    deploy: [v1]   # only one
  # then
  - name: second   # here
    shares:
      v1: 90   # most
      v2: 10
    soak: 1h
# the tail
"""


def test_what_is_gone_takes_its_lines_and_leaves_all_comments_on_lines_of_their_own() -> None:
    new: Json = {
        "versions": {"v2": {"image": "b:2", "env": {"A": "x"}}, "v3": {"image": "c:3"}},
        "stages": [
            {"name": "second", "shares": {"v2": 90, "v3": 10}, "approval": True},
            {"name": "third", "deploy": ["v3"]},
        ],
    }
    assert revise(TEXT, new, {"v1": "v2", "v2": "v3"}) == (
        "# The head.\n"
        "versions:   # all of them\n"
        "  # the new one\n"
        "  v2:\n"
        '    image: "b:2"  # pinned\n'
        "    env:\n"
        "      A: 'x'\n"
        "  v3:\n"
        "    image: c:3\n"
        "\n"
        "stages:\n"
        "  # before\n"
        "  # then\n"
        "  - name: second   # here\n"
        "    shares:\n"
        "      v2: 90   # most\n"
        "      v3: 10\n"
        "    approval: true\n"
        "  - name: third\n"
        "    deploy:\n"
        "      - v3\n"
        "# the tail\n"
    )


def test_a_flow_collection_stays_on_its_line() -> None:
    new: Json = {"shares": {"v2": 90, "v3": 10}, "deploy": ["v2", "a,b"]}
    text = "shares: {v1: 90, v2: 10}  # kept\ndeploy: [v1]\n"
    assert revise(text, new) == 'shares: {v2: 90, v3: 10}  # kept\ndeploy: [v2, "a,b"]\n'


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("a: &x 1\nb: *x\n", {"a": 1, "b": 2}),
        ("a: &x {c: 1}\nb: *x\n", {"a": {"c": 1}, "b": {"c": 2}}),
        ("base: &x {c: 1}\nb:\n  <<: *x\n  d: 1\n", {"base": {"c": 1}, "b": {"d": 1, "c": 2}}),
        ("a: 1\n---\nb: 2\n", {"a": 2}),
        ("", {"a": 2}),
    ],
)
def test_what_is_shared_or_several_is_refused(text: str, new: Json) -> None:
    with pytest.raises(CannotRevise):
        revise(text, new)
