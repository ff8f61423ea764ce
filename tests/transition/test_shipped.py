"""Every pair of the shipped rollout's stages, as the shipped pointers and no pointers at all set the engines."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from gateshift.app.shared.build_roots import build_roots, required
from gateshift.engines.registry import WITHOUT_POINTER
from gateshift.kustomize.tree.roots import find_roots
from gateshift.kustomize.tree.tree_reader import TreeReader
from gateshift.model.resource import Build
from gateshift.model.rollout import Engine
from gateshift.model.sync_pointer import SyncSettings
from gateshift.transition.judge import judge

SHIPPED = Path(__file__).parents[2] / "overlays"
STAGES = ("initial", "subsets", "routed", "dark", "debug", "canary", "half", "final", "retired")
POINTED = (SyncSettings(Engine.ARGOCD, prune_last=True, waves=True), SyncSettings(Engine.FLUX))
SETTINGS = {"without pointers": WITHOUT_POINTER, "with pointers": POINTED}

MATRIX = """
             initial subsets routed dark debug canary half final retired
    initial  ---     ok      no     no   no    no     no   no    no
    subsets  ok      ---     ok     no   no    no     no   no    no
    routed   no      ok      ---    ok   argo  argo   argo no    no
    dark     no      no      ok     ---  ok    ok     ok   no    no
    debug    no      no      argo   ok   ---   ok     ok   ok    argo
    canary   no      no      argo   ok   ok    ---    ok   ok    argo
    half     no      no      argo   ok   ok    ok     ---  ok    argo
    final    no      no      no     no   no    ok     ok   ---   ok
    retired  no      no      no     no   no    no     no   ok    ---
"""
"""`argo`: safe for Argo CD where its pointer sets waves and prunes last, and for nobody else."""


@pytest.fixture(scope="module")
def builds() -> dict[str, Build]:
    roots = find_roots([SHIPPED / stage for stage in STAGES]).roots
    built = build_roots(roots, TreeReader(), program=None, timeout=60)
    return {root.path.name: required(root) for root in built}


def cells() -> dict[tuple[str, str], str]:
    head, *rows = (line.split() for line in MATRIX.strip("\n").splitlines())
    return {(row[0], target): cell for row in rows for target, cell in zip(head, row[1:], strict=True)}


@pytest.mark.parametrize("setting", SETTINGS)
def test_every_pair_has_its_verdict(builds: dict[str, Build], setting: str) -> None:
    waits = setting == "with pointers"
    for (origin, target), cell in cells().items():
        if cell == "---":
            continue
        found = judge(builds[origin], builds[target], SETTINGS[setting]).verdicts
        expected = {"ok": (True, True), "no": (False, False), "argo": (waits, False)}[cell]
        assert tuple(verdict.safe for verdict in found) == expected, (origin, target)


def test_every_step_forward_is_safe_and_back_from_before_retired_too(builds: dict[str, Build]) -> None:
    pairs = list(pairwise(STAGES))
    steps = pairs + [(after, before) for before, after in pairs if after != "retired"]
    for syncs in SETTINGS.values():
        assert all(judge(builds[one], builds[other], syncs).safe for one, other in steps)
