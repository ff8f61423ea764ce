"""What YAML 1.1 and YAML 1.2 take for different things must be written so that nobody is surprised."""

from __future__ import annotations

import pytest

from tests.config.reading import BASE, edited, mistakes, only_mistake, parsed


@pytest.mark.parametrize(
    ("name", "taken_for"),
    [
        ("on", "true"),
        ("off", "false"),
        ("yes", "true"),
        ("y", "true"),
        ("n", "false"),
        ("null", "null"),
        ("1e3", "the number 1000"),
        ("0o10", "the number 8"),
        ("010", "the number 10"),
        ("0x1f", "the number 31"),
        ("0b11", "the number 3"),
        ("1", "the number 1"),
        ("1_000", "the number 1000"),
    ],
)
def test_a_versions_name_that_looks_like_something_else_must_be_quoted(name: str, taken_for: str) -> None:
    text = BASE.replace("v1", name)

    first = mistakes(text)[0]

    assert first.message == f"versions: the key `{name}` is {taken_for} to some readers of YAML, not a string"
    assert first.hint == f"put it in quotes: '{name}'"
    assert (first.place.line, first.place.column) == (6, 3)


@pytest.mark.parametrize("name", ["on", "y", "1e3", "0o10", "010", "1", "null"])
def test_in_quotes_it_is_a_name_like_any_other(name: str) -> None:
    rollout = parsed(BASE.replace("v1", f"'{name}'")).rollout

    assert [version.name for version in rollout.versions] == [name, "v2"]
    assert rollout.versions[0].service == f"customers-{name}"


@pytest.mark.parametrize(
    ("value", "says", "hint"),
    [
        ("0120", "`0120` is the number 120 in YAML 1.2 and the number 80 in YAML 1.1", "write 120"),
        ("8_0", "`8_0` is a string in YAML 1.2 and the number 80 in YAML 1.1", "write 8_0"),
        ("0b1010000", "is a string in YAML 1.2 and the number 80", ""),
    ],
)
def test_a_number_that_two_readers_take_differently_must_be_written_otherwise(value: str, says: str, hint: str) -> None:
    mistake = only_mistake(edited(("  name: customers\n", f"  name: customers\n  port: {value}\n")))

    assert says in mistake.message
    assert hint in mistake.hint


@pytest.mark.parametrize("word", ["yes", "on", "No", "OFF", "y"])
def test_a_truth_value_of_yaml_1_1_must_be_written_as_true_or_false(word: str) -> None:
    mistake = only_mistake(edited(("  - name: half\n", f"  - name: half\n    approval: {word}\n")))

    assert f"`{word}` is a string in YAML 1.2" in mistake.message
    assert mistake.hint.startswith("write true" if word in ("yes", "on", "y") else "write false")


def test_a_header_value_kept_as_written_must_be_unmistakable_too() -> None:
    parents = "  parents: [{service: customers}]\n"
    match = "  matches: [{headers: [{name: x-beta, value: on}]}]\n"
    mistake = only_mistake(edited((parents, parents + match)))

    assert "route.matches[0].headers[0].value: `on`" in mistake.message


def test_a_number_that_all_readers_take_alike_is_a_number() -> None:
    rollout = parsed(edited(("{v1: 1, v2: 1}", "{v1: 0x10, v2: 1e2}"))).rollout

    assert [share.weight for share in rollout.stages[0].shares] == [16, 100]


def test_a_day_and_a_time_are_texts() -> None:
    ignore = "ignore: [{rule: GS301, reason: 12:30, until: 2026-12-31}]\nservice:\n"
    [suppression] = parsed(edited(("service:\n", ignore))).rollout.suppressions

    assert suppression.reason == "12:30"
    assert suppression.until is not None
    assert suppression.until.isoformat() == "2026-12-31"
