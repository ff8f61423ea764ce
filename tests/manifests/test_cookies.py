"""A cookie condition is a regular expression on the cookie header, the same whether it is searched or matched whole."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateshift.manifests.matches import cookie_pattern
from gateshift.model.rollout import DeclaredValueMatch, MatchType

TOKEN = st.text("abz019!#$%&'*+-.^_`|~", min_size=1, max_size=8)
VALUE = st.text("abz019!#$%&'()*+-./:<=>?@[]^_`{|}~", max_size=8)
COOKIE = st.tuples(TOKEN, VALUE)


def python(pattern: str) -> re.Pattern[str]:
    """Python writes the end of the text as an upper-case Z until 3.14."""
    return re.compile(pattern.removesuffix(r"\z") + r"\Z")


def accepts(pattern: str, header: str) -> bool:
    whole, within = python(pattern).fullmatch(header), python(pattern).search(header)
    assert bool(whole) == bool(within), "searching and matching whole differ"
    return bool(whole)


@given(COOKIE, st.lists(COOKIE, max_size=3), st.lists(COOKIE, max_size=3), st.sampled_from(["; ", ";", ";  "]))
def test_the_cookie_is_found_wherever_it_stands(
    cookie: tuple[str, str], before: list[tuple[str, str]], after: list[tuple[str, str]], between: str
) -> None:
    header = between.join(f"{name}={value}" for name, value in (*before, cookie, *after))
    assert accepts(cookie_pattern([DeclaredValueMatch(*cookie)]), header)


@given(COOKIE, st.lists(COOKIE, max_size=4))
def test_nothing_else_is_taken_for_the_cookie(cookie: tuple[str, str], others: list[tuple[str, str]]) -> None:
    others = [other for other in others if other != cookie]
    header = "; ".join(f"{name}={value}" for name, value in others)
    assert not accepts(cookie_pattern([DeclaredValueMatch(*cookie)]), header)


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        ("group=beta", True),
        ("group=beta2", False),
        ("mygroup=beta", False),
        ("group=beta;x=1", True),
        ("x=group=beta", False),
        ("Group=beta", False),
        ("", False),
    ],
)
def test_only_the_whole_cookie_counts(header: str, accepted: bool) -> None:  # noqa: FBT001 -- a table
    assert accepts(cookie_pattern([DeclaredValueMatch("group", "beta")]), header) == accepted


@pytest.mark.parametrize(
    ("header", "accepted"),
    [("a=1; b=2", True), ("b=2;a=1", True), ("a=1; x=9; b=2", True), ("a=1", False), ("a=1b=2", False), ("b=2", False)],
)
def test_several_cookies_hold_together_in_any_order(header: str, accepted: bool) -> None:  # noqa: FBT001 -- a table
    pattern = cookie_pattern([DeclaredValueMatch("a", "1"), DeclaredValueMatch("b", "2")])
    assert accepts(pattern, header) == accepted


def test_a_pattern_for_the_value_stays_one() -> None:
    pattern = cookie_pattern([DeclaredValueMatch("group", "beta|gamma", MatchType.REGEX)])
    assert accepts(pattern, "group=gamma")
    assert not accepts(pattern, "gamma")


@given(st.lists(COOKIE, min_size=1, max_size=3))
def test_no_dollar_is_left_for_flux_to_substitute(cookies: list[tuple[str, str]]) -> None:
    assert "$" not in cookie_pattern([DeclaredValueMatch(*cookie) for cookie in cookies])
