"""What is measured, and which ratio of it is promised."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from measure import Command, Costs, Spread, measure, run, spread
from msgspec import Struct
from peers import GATESHIFT, Programs, kubectl_validate, loop, one, pipeline, xargs
from repository import write_repository

LOOP, XARGS, PIPELINE, KUBECTL = "shell loop", "xargs -P", "best pipeline", "kubectl-validate"
COLD, WARM, CHANGED = "gateshift, cold", "gateshift, nothing changed", "gateshift, one file changed"
PIPE, ONE, ONE_WARM = "the pipe, one overlay", "gateshift, one overlay, cold", "gateshift, one overlay, nothing changed"
PYTHON, VERSION, HELP, COMPLETION = "python -c pass", "--version", "--help", "completion"
PLAN, PLAN_WARM = "plan --all, shipped rollout, cold", "plan --all, shipped rollout, nothing changed"
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
    """One promise: the work, the ratio that was measured, and the one that is wanted: at least or at most. `by_cpu` is
    the ratio of processor times, which other users of the machine change least."""

    work: str
    figure: Spread
    target: float
    unit: str = "x"
    at_least: bool = False
    by_cpu: float | None = None

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
    matrix = f"{GATESHIFT} -C {shlex.quote(str(TOP))} plan --all"
    lines = {
        COLD: f"{GATESHIFT} validate --no-cache .",
        WARM: f"{GATESHIFT} validate .",
        ONE: f"{GATESHIFT} validate --no-cache {roots[0]}",
        ONE_WARM: f"{GATESHIFT} validate {roots[0]}",
        VERSION: f"{program} --version",
        HELP: f"{program} --help",
        COMPLETION: f"_GATESHIFT_COMPLETE=bash_complete COMP_WORDS='gateshift pl' COMP_CWORD=1 {program}",
        PLAN: f"{matrix} --no-cache",
        PLAN_WARM: matrix,
    }
    change = _Change(bench.folder / roots[1] / "httproute.yaml")
    return {
        **{name: Command(line) for name, line in {**peers, **lines}.items()},
        CHANGED: Command(lines[WARM], prepare=change),
        **{
            name: Command(lines[name], prepare=_Once(lines[name], bench.folder)) for name in (WARM, ONE_WARM, PLAN_WARM)
        },
    }


class _Once:
    """Runs a line, so that the next time nothing has changed."""

    def __init__(self, line: str, folder: Path) -> None:
        self._command = Command(line)
        self._folder = folder

    def __call__(self) -> None:
        run(self._command, self._folder)


_WARM = (WARM, ONE_WARM, PLAN_WARM)


class _Change:
    """Makes a file another one each time, by a comment."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._times = 0

    def __call__(self) -> None:
        self._times += 1
        with self._file.open("a", encoding="utf-8") as file:
            file.write(f"# change {self._times}\n")


def rows(bench: Bench, costs: Costs, decided: Spread) -> Sequence[Row]:
    """The promises, each with what was measured."""
    count = len(bench.overlays)
    found = [
        _faster(costs, f"cold, {count} overlays, all checks: times as fast as the loop", COLD, LOOP, 4.5),
        _faster(costs, "the same: times as fast as the best pipeline", COLD, PIPELINE, 1.2),
        _faster(costs, "the same, nothing changed: times as fast as the loop", WARM, LOOP, 30),
        _faster(costs, "the same, one file changed: times as fast as the loop", CHANGED, LOOP, 20),
        _slower(costs, "one overlay, cold: times the pipe's time", ONE, PIPE, 4),
        _slower(costs, "one overlay, nothing changed: times the pipe's time", ONE_WARM, PIPE, 2),
        *(_slower(costs, f"`{name}`: times the time of `python -c pass`", name, PYTHON, 3) for name in _STARTS),
        Row("`plan --all` of the shipped rollout, nothing changed", _seconds(costs, PLAN_WARM), 0.3, " s"),
        Row("decisions of `explain --requests` in a second of processor time", decided, 25_000, "", at_least=True),
    ]
    return (*found, *_large(bench, costs)) if bench.large is not None else found


def _slower(costs: Costs, work: str, name: str, to: str, target: float) -> Row:
    """At most so many times the time of the other."""
    return Row(work, costs.ratio(name, to), target, by_cpu=costs.ratio(name, to, of_cpu=True).median)


def _faster(costs: Costs, work: str, name: str, to: str, target: float) -> Row:
    """At least so many times as fast as the other."""
    by_cpu = 1 / costs.ratio(name, to, of_cpu=True).median
    return Row(work, _inverse(costs.ratio(name, to)), target, at_least=True, by_cpu=by_cpu)


def _seconds(costs: Costs, name: str) -> Spread:
    return spread([cost.wall for cost in costs.of[name]])


_STARTS = (VERSION, HELP, COMPLETION)


def _large(bench: Bench, costs: Costs) -> Sequence[Row]:
    assert bench.large is not None
    line = f"{GATESHIFT} validate --no-cache ."
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
