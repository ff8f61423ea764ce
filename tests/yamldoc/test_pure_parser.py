"""Where PyYAML was built without libyaml, files are read by PyYAML's own parser: the same data at the same places."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import sys
if sys.argv[1] == "pure":
    sys.modules["yaml._yaml"] = None
from gateshift.yamldoc import UnreadableYaml, parse_all
from gateshift.yamldoc.data import walk
try:
    for document in parse_all(sys.argv[2]):
        print(document.data, [(document.span(at), document.span(at, key=True)) for at, _ in walk(document.data)])
except UnreadableYaml as error:
    print("unreadable in line", error.line)
"""


def read(parser: str, text: str) -> str:
    argv = [sys.executable, "-c", PROGRAM, parser, text]
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffa: é\nb: [1, {c: 'd'}]\r\nc: |\n  x\n  y\n# z\n---\n? k\n: &a {b: 1}\nz: {<<: *a, c: 🎉} # e\n...\n",
        'a: &k "1"\nb: *k\nc: &k {x: 1}\nd: *k\n---\na: &k 2\nb: *k\n',
        "a: &k [1]\nb: &k [*k]\n",
        "a: b: c\n",
        "a:\n  b: 1\n c: 2\n",
        "a: \x07\n",
        "- " * 2000 + "x",
        "[" * 2000 + "]" * 2000,
    ],
)
def test_both_parsers_read_the_same(text: str) -> None:
    assert read("pure", text) == read("libyaml", text) != ""
