"""The version is told by a short way, which says what the long one says."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

LONG_WAY = ("-v", "--version")


def asked(*words: str, **options: str) -> tuple[int, str, str]:
    argv = [sys.executable, "-m", "gateshift", *words]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, env=os.environ | options)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("word", ["--version", "-V"])
def test_the_short_way_says_what_the_long_one_does(word: str) -> None:
    assert asked(word) == asked(*LONG_WAY)


@pytest.mark.parametrize("words", [["--version", "x"], ["--versio"], ["validate", "--version"]])
def test_what_is_not_that_question_goes_the_long_way(words: list[str]) -> None:
    assert asked(*words)[0] == asked("-v", *words)[0]
    assert asked(*words)[2] == asked("-v", *words)[2]


def test_a_shell_that_asks_for_completion_is_answered_first() -> None:
    shell = {"_GATESHIFT_COMPLETE": "bash_complete", "COMP_WORDS": "gateshift pl", "COMP_CWORD": "1"}
    assert asked("--version", **shell)[1] == "plain,plan\n"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="the system has no /dev/full")
def test_a_full_disk_is_told_as_ever() -> None:
    with open("/dev/full", "wb") as full:
        short, long = (
            subprocess.run(
                [sys.executable, "-m", "gateshift", *words], stdout=full, stderr=subprocess.PIPE, check=False
            )
            for words in (["--version"], LONG_WAY)
        )
    assert (short.returncode, short.stderr) == (long.returncode, long.stderr)
    assert short.returncode != 0
