"""Runs shell commands in turn, round by round, and keeps what each cost: time, processor time and memory.

Machines that others share change their speed from minute to minute. That is why every command runs once in each round,
and why two commands are compared within a round: the median of those ratios is what may be quoted.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median

from msgspec import Struct


def nothing() -> None:
    """Prepare nothing."""


class Command(Struct, frozen=True):
    """A line for the shell, what is done before each run of it and not measured, and the exit code it must have."""

    line: str
    prepare: Callable[[], None] = nothing
    exit_code: int = 0


class Cost(Struct, frozen=True):
    """One run: seconds that passed, seconds of processor time of all its processes, and the most memory that one of
    them held, in MiB."""

    wall: float
    cpu: float
    memory: float


class Spread(Struct, frozen=True):
    """The median of several runs, the least and the most."""

    median: float
    least: float
    most: float


def spread(values: list[float]) -> Spread:
    """The spread of one figure."""
    return Spread(median(values), min(values), max(values))


class Costs(Struct, frozen=True):
    """What every run of every command cost, by the command's name, round by round."""

    of: Mapping[str, list[Cost]]

    def ratio(self, name: str, to: str, *, of_cpu: bool = False) -> Spread:
        """How many times the time of `to`, or its processor time, a command took, round by round."""
        pairs = zip(self.of[name], self.of[to], strict=True)
        return spread([one.cpu / other.cpu if of_cpu else one.wall / other.wall for one, other in pairs])


def measure(commands: Mapping[str, Command], folder: Path, rounds: int, say: Callable[[str], None]) -> Costs:
    """Run every command once in each round, after a round that is not counted."""
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        say(f"round {number} of {rounds}")
        for name, command in commands.items():
            command.prepare()
            cost = run(command, folder)
            if number:
                costs[name].append(cost)
    return Costs(costs)


def run(command: Command, folder: Path) -> Cost:
    """Run a command once. Ends the program where it has not the exit code that it must have."""
    with tempfile.TemporaryFile() as said:
        begin = time.perf_counter()
        process = subprocess.Popen(["sh", "-c", command.line], cwd=folder, stdout=said, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != command.exit_code:
            said.seek(0)
            raise SystemExit(f"{command.line[:300]}\nended with {process.returncode}:\n{said.read()[-3000:].decode()}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
