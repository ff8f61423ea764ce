"""What is measured, and which ratio of it is promised."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from measure import Command, Costs, Spread, measure
from msgspec import Struct
from peers import GATESHIFT, Programs, kubectl_validate, loop, one, pipeline, xargs
from repository import write_repository

LOOP, XARGS, PIPELINE, KUBECTL = "shell loop", "xargs -P", "best pipeline", "kubectl-validate"
COLD, PIPE, ONE = "gateshift, cold", "the pipe, one overlay", "gateshift, one overlay, cold"
PYTHON, VERSION, HELP, COMPLETION = "python -c pass", "--version", "--help", "completion"
PLAN = "plan --all, shipped rollout"
TOP = Path(__file__).parents[1]


class Bench(Struct, frozen=True):
    """The repositories to measure on, and the programs. `large` is None where no large repository is wanted."""

    own: Programs
    folder: Path
    overlays: tuple[str, ...]
    large: Path | None
    large_overlays: int

    @classmethod
    def write(cls, own: Programs, folder: Path, *, services: int, large: int) -> Bench:
        """Write the repositories below the folder, eight overlays a service."""
        overlays = _repository(folder / "many", services)
        large_overlays = _repository(folder / "large", large) if large else ()
        return cls(own, folder / "many", overlays, folder / "large" if large else None, len(large_overlays))


def _repository(folder: Path, services: int) -> tuple[str, ...]:
    overlays = write_repository(folder, services=services, stages=8)
    subprocess.run(["git", "init", "--quiet", folder], check=True)  # the repository ends here
    return tuple(str(overlay.relative_to(folder)) for overlay in overlays)


class Row(Struct, frozen=True):
    """One promise: the work, the ratio that was measured, and the one that is wanted: at least or at most."""

    work: str
    figure: Spread
    target: float
    unit: str = "x"
    at_least: bool = False

    @property
    def is_met(self) -> bool:
        """Whether the median keeps the promise."""
        return self.figure.median >= self.target if self.at_least else self.figure.median <= self.target


def commands(bench: Bench) -> Mapping[str, Command]:
    """Every command that is measured in turn, by its name."""
    own, roots = bench.own, bench.overlays
    program = shlex.quote(shutil.which("gateshift") or "") or GATESHIFT
    peers = {
        LOOP: loop(own, roots),
        XARGS: xargs(own, roots),
        PIPELINE: pipeline(own, roots),
        **({KUBECTL: kubectl_validate(own, roots)} if own.kubectl_validate else {}),
        PIPE: one(own, roots[0]),
        PYTHON: f"{shlex.quote(sys.executable)} -c pass",
    }
    lines = {
        COLD: f"{GATESHIFT} validate .",
        ONE: f"{GATESHIFT} validate {roots[0]}",
        VERSION: f"{program} --version",
        HELP: f"{program} --help",
        COMPLETION: f"_GATESHIFT_COMPLETE=bash_complete COMP_WORDS='gateshift pl' COMP_CWORD=1 {program}",
        PLAN: f"{GATESHIFT} -C {shlex.quote(str(TOP))} plan --all",
    }
    return {name: Command(line) for name, line in {**peers, **lines}.items()}


def rows(bench: Bench, costs: Costs, decided: Spread) -> Sequence[Row]:
    """The promises, each with what was measured."""
    loops = _inverse(costs.ratio(COLD, LOOP))
    found = [
        Row(f"cold, {len(bench.overlays)} overlays, all checks: times as fast as the loop", loops, 4.5, at_least=True),
        Row("the same: times as fast as the best pipeline", _inverse(costs.ratio(COLD, PIPELINE)), 1.2, at_least=True),
        Row("one overlay, cold: times the pipe's time", costs.ratio(ONE, PIPE), 4),
        *(Row(f"`{name}`: times the time of `python -c pass`", costs.ratio(name, PYTHON), 3) for name in _STARTS),
        Row("decisions of `explain --requests` a second", decided, 25_000, "", at_least=True),
    ]
    return (*found, *_large(bench, costs)) if bench.large is not None else found


_STARTS = (VERSION, HELP, COMPLETION)


def _large(bench: Bench, costs: Costs) -> Sequence[Row]:
    assert bench.large is not None
    line = f"{GATESHIFT} validate ."
    cost = measure({COLD: Command(line)}, bench.large, 1, lambda _: None).of[COLD][0]
    per_overlay = [cost.wall / bench.large_overlays / (one.wall / len(bench.overlays)) for one in costs.of[COLD]]
    return (
        Row(f"{bench.large_overlays:,} overlays, cold: times the time per overlay", Spread(*_sorted(per_overlay)), 1.2),
        Row("the same: peak memory", Spread(cost.memory, cost.memory, cost.memory), 400, " MiB"),
    )


def _sorted(values: list[float]) -> tuple[float, float, float]:
    ordered = sorted(values)
    return ordered[len(ordered) // 2], ordered[0], ordered[-1]


def _inverse(ratio: Spread) -> Spread:
    return Spread(1 / ratio.median, 1 / ratio.most, 1 / ratio.least)
