"""The figures as a Markdown page."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from statistics import median

from measure import Cost, Costs, spread
from rows import Bench, Row

_HEAD = """# How quick it is

Written by `make bench`, which runs every command below in turn on one machine, round by round. Only ratios of one run
say anything: machines differ, and those that others share change from minute to minute. Each ratio is taken within a
round; the median counts, the least and the most stand behind it.

Before anything is measured, every program has to pass a sound repository and to find the fault of a faulty one. The
peers look at schemas alone; gateshift makes all its checks.

The machine: {cores} cores, {system}, Python {python}. {overlays} overlays of {services} services, {rounds} rounds.
The load average was {load:.0f} at the end; well above the cores, others were at work, and processor time says more.

"""

_REASONS = """
## What the time goes into

By a profile, on the machine above:

- **Cold, 200 overlays.** More than half of the processor time is Kustomize's, a process a root; most of the rest is
  this program's: checking a third, reading the trees and what Kustomize says another. While each root is a process of
  its own and all checks are made besides, no run of this kind is quicker than the best pipeline, which makes the same
  builds and looks at schemas alone. The checks run on one core; with four and more, they and not Kustomize would be
  the longest.
- **Cold, one overlay.** A third is imports; then reading the schemas of the kinds in it, what the API server asks of
  them, and their CEL rules, a tenth each; then Kustomize and kubeconform.
- **Nothing changed.** Half is Python and the imports for the command line; the rest lists the repository, reads what
  was read before, asks Git again, and renders.
- **One file changed.** The trees of all roots are read, which is half of it: that is how a new, missing or redirected
  file is seen. One root is built and checked.
- **Starting.** Python's library for command lines (click) takes most of it, four times what Python itself takes.
"""


def page(rows: Sequence[Row], costs: Costs, bench: Bench, rounds: int) -> str:
    """The page: the promises, then what each command cost."""
    head = _HEAD.format(
        cores=os.cpu_count(),
        system=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
        overlays=len(bench.overlays),
        services=len(bench.overlays) // 8,
        rounds=rounds,
        load=os.getloadavg()[0],
    )
    return f"{head}## Promises\n\n{_promises(rows)}\n## Costs\n\n{_costs(costs)}{_REASONS}"


def _promises(rows: Sequence[Row]) -> str:
    lines = ["| work | measured | by processor time | wanted | |", "|---|---|---|---|---|"]
    for row in rows:
        figure, bound = row.figure, "at least" if row.at_least else "at most"
        measured = f"{_number(figure.median)}{row.unit} ({_number(figure.least)} to {_number(figure.most)})"
        verdict = "kept" if row.is_met else "**falls short**"
        cpu = "" if row.by_cpu is None else f"{_number(row.by_cpu)}x"
        lines.append(f"| {row.work} | {measured} | {cpu} | {bound} {_number(row.target)}{row.unit} | {verdict} |")
    return "\n".join(lines) + "\n"


def _costs(costs: Costs) -> str:
    lines = ["| command | time, ms | processor time, ms | most memory of a process, MiB |", "|---|---|---|---|"]
    lines += [f"| {name} | {_cost(runs)} |" for name, runs in costs.of.items()]
    return "\n".join(lines) + "\n"


def _cost(runs: Sequence[Cost]) -> str:
    wall = spread([cost.wall * 1000 for cost in runs])
    cpu, memory = median(cost.cpu * 1000 for cost in runs), max(cost.memory for cost in runs)
    return f"{wall.median:,.0f} ({wall.least:,.0f} to {wall.most:,.0f}) | {cpu:,.0f} | {memory:,.0f}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"
