"""What an unquoted scalar is, to YAML 1.2 and to Kubernetes.

The second column was read with sigs.k8s.io/yaml v1.6.0; the first is YAML 1.2.2, chapter 10.3 (core schema).
"""

from __future__ import annotations

import pytest

from gateshift.yamldoc import parse_all
from gateshift.yamldoc.data import Scalar
from gateshift.yamldoc.scalars import core, kubernetes

READINGS: list[tuple[str, Scalar, Scalar]] = [
    ("a", "a", "a"),
    ("true", True, True),
    ("TRUE", True, True),
    ("tRUE", "tRUE", "tRUE"),
    ("y", "y", True),
    ("Y", "Y", True),
    ("n", "n", False),
    ("yes", "yes", True),
    ("on", "on", True),
    ("Off", "Off", False),
    ("~", None, None),
    ("", None, None),
    ("null", None, None),
    ("12", 12, 12),
    ("+12", 12, 12),
    ("-12", -12, -12),
    ("010", 10, 8),
    ("-010", -10, -8),
    ("080", 80, 80),
    ("00", 0, 0),
    ("0o10", 8, 8),
    ("0O10", "0O10", 8),
    ("0o8", "0o8", "0o8"),
    ("0x1F", 31, 31),
    ("0X1f", "0X1f", 31),
    ("0b11", "0b11", 3),
    ("0B11", "0B11", 3),
    ("-0b11", "-0b11", -3),
    ("0b", "0b", "0b"),
    ("1_000", "1_000", 1000),
    ("1_0.5", "1_0.5", 10.5),
    ("-_1", "-_1", -1),
    ("_1", "_1", "_1"),
    ("1e3", 1000.0, 1000.0),
    ("1.", 1.0, 1.0),
    (".5", 0.5, 0.5),
    ("._5", "._5", "._5"),
    ("1:30", "1:30", "1:30"),
    ("2024-01-01", "2024-01-01", "2024-01-01"),
]


@pytest.mark.parametrize(("text", "new", "old"), READINGS)
def test_both_readings(text: str, new: Scalar, old: Scalar) -> None:
    assert (core(text), type(core(text))) == (new, type(new))
    assert (kubernetes(text), type(kubernetes(text))) == (old, type(old))


@pytest.mark.parametrize("prefix", ["", "0o", "0x", "0b", "-"])
def test_digits_without_end_are_a_text(prefix: str) -> None:
    text = prefix + "1" * 5000

    assert core(text) == kubernetes(text) == text


def test_the_unquoted_scalars_of_a_document_are_listed_once_with_their_places() -> None:
    text = "a: &one {b: on, 'c': \"d\", e: 'f'}\ng: [1, *one]\n<<: {h: i}\nj: *one\n"
    [document] = parse_all(text)

    assert list(document.unquoted()) == [
        (("a",), "a", True),
        (("a", "b"), "b", True),
        (("a", "b"), "on", False),
        (("a", "e"), "e", True),
        (("g",), "g", True),
        (("g", 0), "1", False),
        (("h",), "h", True),
        (("h",), "i", False),
        (("j",), "j", True),
    ]


@pytest.mark.parametrize("letter", ["y", "Y", "n", "N"])
def test_a_single_letter_stays_text_as_kustomize_keeps_it(letter: str) -> None:
    (document,) = parse_all(f"name: {letter}\n")
    assert document.data == {"name": letter}
