"""How a sync engine is set to make a change: what the pointer in force says of it."""

from __future__ import annotations

from dataclasses import dataclass

from gateshift.model.rollout import Engine


@dataclass(frozen=True, slots=True)
class Sync:
    """One engine's settings. `prune`: objects that leave the files leave the cluster. `prune_last` and `waves` are
    Argo CD's: prunes wait until everything else is healthy, and sync-wave annotations count.

    The defaults are those of an engine without a pointer: one wave, and prunes as early as the engine makes them.
    """

    engine: Engine
    prune: bool = True
    prune_last: bool = False
    waves: bool = False


WITHOUT_POINTER = (Sync(Engine.ARGOCD), Sync(Engine.FLUX))
