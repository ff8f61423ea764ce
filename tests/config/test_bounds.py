"""Texts that are no gateshift.yaml at all: one clear message, in bounded time."""

from __future__ import annotations

import random
import string
import time
from pathlib import Path

import pytest

from gateshift.config import ConfigError, open_rollout
from gateshift.errors import Exit, UserError
from tests.config.reading import BASE, mistakes, only_mistake, parsed

MEBIBYTE = 1 << 20


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing yet\n", "---\n", "null\n"])
def test_an_empty_file_is_told_how_to_begin(text: str) -> None:
    mistake = only_mistake(text)

    assert mistake.message == "the file is empty"
    assert "gateshift init" in mistake.hint


def test_several_documents_are_refused_at_the_second() -> None:
    mistake = only_mistake(f"{BASE}---\n{BASE}")

    assert "2 YAML documents" in mistake.message
    assert mistake.place.line == 12


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("service: [a", 2, "not YAML"),
        ("service:\n\tname: a\n", 2, "not YAML"),
        ("a: *b\n", 1, "not YAML"),
        ("a: &b [*b]\n", 1, "contains itself"),
        ("? [a]\n: b\n", 1, "a key that is not a scalar"),
        ("a: \x00\n", 1, "not YAML"),
        ("a: \ud800\n", 1, "U+D800 is not a character"),
    ],
)
def test_a_text_that_is_not_yaml_is_told_at_its_line(text: str, line: int, says: str) -> None:
    mistake = only_mistake(text)

    assert says in mistake.message
    assert mistake.place.line == line


def test_a_tab_is_named() -> None:
    assert "spaces" in only_mistake("service:\n\tname: a\n").hint


@pytest.mark.parametrize("text", ["[]", "a text", "42", "- service: a"])
def test_another_kind_of_document_is_told_what_is_expected(text: str) -> None:
    assert "expected a mapping with `service`, `route`, `versions` and `stages`" in only_mistake(text).message


def test_a_byte_order_mark_and_windows_line_breaks_are_read() -> None:
    text = "\ufeff" + BASE.replace("\n", "\r\n")

    assert parsed(text).rollout.stages == parsed(BASE).rollout.stages


NONSENSE = {
    "noise": "".join(random.Random(7).choices(string.printable, k=10 * MEBIBYTE)),
    "much noise in one line": "a" * (10 * MEBIBYTE),
    "keys": "\n".join(f"k{index}: v" for index in range(90_000)),
    "truths": "\n".join(f"{index}: on" for index in range(90_000)),
    "one key": "service: on\n" * 80_000,
    "rules": "stages:\n- name: a\n  rules:\n" + "  - {to: a}\n" * 60_000,
    "parents": "route:\n parents:\n" + " - {gateway: a/b}\n" * 50_000,
    "depth": "[" * (MEBIBYTE // 2),
    "digits": "service: {port: " + "9" * (MEBIBYTE // 2) + "}",
    "octal digits": "service: {port: 0o" + "7" * (MEBIBYTE // 2) + "}",
    "aliases": "a: &a [x,x,x,x,x,x,x,x,x]\n"
    + "".join(f"{b}: &{b} [{','.join(['*' + a] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)),
    "dots": "versions: {v1: {image: '" + "a." * 250 + "!'}}",
    "dashes": "route: {hostnames: ['" + "a-" * 120 + "!']}",
    "slashes": "stages: [{rules: [{match: {path: '" + "/a" * 500 + "?'}}]}]",
}


@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense_costs_little_and_says_little(name: str) -> None:
    begun = time.process_time()
    with pytest.raises(ConfigError) as raised:
        parsed(NONSENSE[name])

    assert time.process_time() - begun < 20
    assert len(raised.value.mistakes) <= 100
    assert len(str(raised.value)) < 50_000


def test_what_is_not_listed_is_counted() -> None:
    with pytest.raises(ConfigError) as raised:
        parsed("\n".join(f"k{index}: v" for index in range(250)))

    assert len(raised.value.mistakes) == 100
    assert str(raised.value).startswith("gateshift.yaml: 254 mistakes\n")
    assert str(raised.value).endswith("... and 154 more")


def test_a_mistake_shows_its_line_with_a_caret() -> None:
    [mistake] = mistakes(BASE.replace("name: customers", "name: Customers"))

    assert str(mistake).splitlines()[1:] == [
        "  2 |   name: Customers",
        "    |         ^^^^^^^^^",
        "  did you mean `customers`?",
    ]


def test_a_file_on_the_disk_is_read_no_further_than_it_may_be_long(tmp_path: Path) -> None:
    (tmp_path / "gateshift.yaml").write_bytes(b"a" * (10 * MEBIBYTE))

    with pytest.raises(ConfigError) as raised:
        open_rollout(tmp_path)

    assert "more than the 1,048,576 that are read" in str(raised.value)


def test_bytes_that_are_no_text_are_told_at_their_line(tmp_path: Path) -> None:
    (tmp_path / "gateshift.yaml").write_bytes(b"service:\n  name: caf\xe9\n")

    with pytest.raises(ConfigError) as raised:
        open_rollout(tmp_path)

    [mistake] = raised.value.mistakes
    assert (mistake.place.line, mistake.message) == (2, "not UTF-8: byte 0xe9")


def test_a_missing_file_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UserError) as raised:
        open_rollout(tmp_path / "gateshift.yaml")

    assert raised.value.exit_code is Exit.USAGE
    assert raised.value.where == str(tmp_path / "gateshift.yaml")


def test_a_manifest_outside_the_folder_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text("kind: Secret\n")
    folder = tmp_path / "service"
    folder.mkdir()
    (folder / "own.yaml").symlink_to(tmp_path / "secret.yaml")
    (folder / "gateshift.yaml").write_text(BASE.replace("{image: 'a:1'}", "{manifest: own.yaml}"))

    with pytest.raises(ConfigError) as raised:
        open_rollout(folder)

    assert "the file `own.yaml` does not exist" in str(raised.value)
    assert "Secret" not in str(raised.value)


def test_a_manifest_that_is_no_text_is_one_of_the_mistakes(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_bytes(b"\xff\xff\xff")
    (tmp_path / "gateshift.yaml").write_text(BASE.replace("{image: 'a:1'}", "{manifest: own.yaml}"))

    with pytest.raises(ConfigError) as raised:
        open_rollout(tmp_path)

    assert [str(mistake.place.file) for mistake in raised.value.mistakes] == [str(tmp_path / "own.yaml")]
