"""gateshift beside the loop that everyone writes, and beside kustomize in parallel with one kubeconform.

Each figure is the median of several runs, all in one go on the same repository and the same schemas, so that only the
ratios are worth quoting. Exits 1 where a promised ratio is missed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from repository import write_repository

from gateshift.model.rollout import SchemaChoice
from gateshift.schemas import open_schemas
from gateshift.schemas.layout import TEMPLATE

SERVICES, STAGES, RUNS = 25, 8, 5
LOOP_RATIO, PIPE_RATIO, START_RATIO = 3.0, 5.0, 5.0


def main() -> int:
    """Measure and print; returns the exit code."""
    tools = {name: _tool(name) for name in ("kustomize", "kubeconform")}
    locations = " ".join(f"-schema-location '{place}/{TEMPLATE}'" for place in open_schemas(SchemaChoice()).sets)
    kubeconform = f"{tools['kubeconform']} -strict {locations}"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        overlays = write_repository(folder, services=SERVICES, stages=STAGES)
        subprocess.run(["git", "init", "--quiet", folder], check=True)  # the repository ends here
        paths = " ".join(str(overlay.relative_to(folder)) for overlay in overlays)
        loop = f"for o in {paths}; do {tools['kustomize']} build $o | {kubeconform} -; done"
        parallel = (
            f"mkdir -p .built && printf '%s\\n' {paths} | xargs -P {os.cpu_count()} -I{{}} sh -c "
            f"'{tools['kustomize']} build {{}} > .built/$(echo {{}} | tr / _).yaml' && {kubeconform} .built"
        )
        pipe = f"{tools['kustomize']} build {overlays[0].relative_to(folder)} | {kubeconform} -"
        validate = f"{sys.executable} -m gateshift validate"
        figures = _measure(
            folder,
            {
                "loop": loop,
                "parallel": parallel,
                "gateshift, 200 overlays": f"{validate} .",
                "pipe, 1 overlay": pipe,
                "gateshift, 1 overlay": f"{validate} {overlays[0].relative_to(folder)}",
                "python -c pass": f"{sys.executable} -c pass",
                "gateshift --version": f"{shutil.which('gateshift') or sys.executable + ' -m gateshift'} --version",
            },
        )
    faster = figures["loop"] / figures["gateshift, 200 overlays"]
    beside = figures["parallel"] / figures["gateshift, 200 overlays"]
    slower = figures["gateshift, 1 overlay"] / figures["pipe, 1 overlay"]
    start = figures["gateshift --version"] / figures["python -c pass"]
    print(f"\n200 overlays: {faster:.2f}x the loop's speed (promised: at least {LOOP_RATIO:g}x)")
    print(f"200 overlays: {beside:.2f}x the speed of kustomize in parallel and one kubeconform")
    print(f"one overlay: {slower:.2f}x the time of the pipe (promised: at most {PIPE_RATIO:g}x)")
    print(f"--version: {start:.2f}x the time of python -c pass (promised: at most {START_RATIO:g}x)")
    return int(faster < LOOP_RATIO or slower > PIPE_RATIO or start > START_RATIO)


def _measure(folder: Path, commands: dict[str, str]) -> dict[str, float]:
    times: dict[str, list[float]] = {name: [] for name in commands}
    for run in range(RUNS + 1):
        for name, command in commands.items():
            begin = time.perf_counter()
            done = subprocess.run(command, shell=True, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S602 -- the loop under test is a shell's
            if done.returncode != 0:
                raise SystemExit(f"{name} failed ({done.returncode}):\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
            if run:  # the first round warms the caches
                times[name].append(time.perf_counter() - begin)
    for name, values in times.items():
        print(f"{name:26} {median(values) * 1000:9.1f} ms  ({min(values) * 1000:.1f} to {max(values) * 1000:.1f})")
    return {name: median(values) for name, values in times.items()}


def _tool(name: str) -> str:
    return _output([sys.executable, "-m", "gateshift", "tools", "path", name])


def _output(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
