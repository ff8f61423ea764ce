"""Runs at the same time: one moves the pointers, the others are told to wait, and none sees half of a move."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.promoting import ARGOCD, FLUX, at, customers, git  # noqa: F401 -- customers is a fixture


@pytest.mark.parametrize("words", [(), ("--commit",)], ids=["promote", "commit"])
def test_promotions_at_the_same_time_move_both_pointers_once(customers: Path, words: tuple[str, ...]) -> None:  # noqa: F811
    at(customers, "canary")
    argv = [sys.executable, "-m", "gateshift", "promote", "half", *words]
    runs = [
        subprocess.Popen(argv, cwd=customers, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    ended = [(run.communicate()[1], run.returncode) for run in runs]
    assert [told for told, code in ended if code == 0]
    assert all(code == 0 or "another run of gateshift is writing here" in told for told, code in ended), ended
    for file in (ARGOCD, FLUX):
        assert "overlays/half" in (customers / file).read_text()
    assert list(customers.rglob(".gateshift-*")) == []
    assert not (customers / ".git/index.lock").exists()
    assert git(customers, "rev-list", "--count", "HEAD").strip() == ("3" if words else "2")
