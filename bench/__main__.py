"""How quick gateshift is beside what people run today, in one go on one machine: `python bench`, or `make bench`.

Prints the table and, with `-o FILE`, writes it as a page. Being slow is no failure: what falls short is said in the
table. A program that does not come to the verdict it must come to ends the run.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from cache import use_own_cache
from decisions import rate
from measure import measure
from page import page
from peers import programs
from rows import Bench, commands, rows
from verdicts import check_verdicts


def main() -> None:
    """Measure, print and write."""
    options = _options()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # users' modules are compiled once, too
    own = programs()
    with tempfile.TemporaryDirectory(prefix="gateshift-bench-") as name:
        _say("checking that every program finds the fault that is there")
        check_verdicts(own, Path(name) / "verdicts")
        use_own_cache(Path(name) / "cache")
        bench = Bench.write(own, Path(name), services=options.overlays // 8, large=options.large // 8)
        costs = measure(commands(bench), bench.folder, options.rounds, _say)
        text = page(rows(bench, costs, rate()), costs, bench, options.rounds)
    print(text)
    if options.output:
        Path(options.output).write_text(text, encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python bench", description=__doc__)
    parser.add_argument("-n", "--rounds", type=int, default=5, help="how often each command runs (default: 5)")
    parser.add_argument("--overlays", type=int, default=200, help="of the repository (default: 200)")
    parser.add_argument("--large", type=int, default=0, metavar="N", help="also validate N overlays once, such as 8000")
    parser.add_argument("-o", "--output", metavar="FILE", help="write the table there as well")
    return parser.parse_args()


def _say(text: str) -> None:
    print(text, file=sys.stderr)


if __name__ == "__main__":
    main()
