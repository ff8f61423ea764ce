"""Who is measured must do the work: each program passes a sound repository and finds the fault of a faulty one."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from peers import GATESHIFT, Programs, kubectl_validate, loop, pipeline, xargs
from repository import write_repository

_SOUND, _FAULTY = "replicas: 2", "replicas: two"
_NAMED = "replicas"


def check_verdicts(own: Programs, folder: Path) -> None:
    """Run each program on a sound and on a faulty repository. Ends the run where one does not see the difference."""
    for fault in (False, True):
        repository = folder / ("faulty" if fault else "sound")
        overlays = write_repository(repository, services=1, stages=2)
        subprocess.run(["git", "init", "--quiet", repository], check=True)
        if fault:
            file = repository / "service-0/base/v2/deployment.yaml"
            file.write_text(file.read_text(encoding="utf-8").replace(_SOUND, _FAULTY), encoding="utf-8")
        for name, line in _lines(own, [str(path.relative_to(repository)) for path in overlays]).items():
            done = subprocess.run(["sh", "-c", line], cwd=repository, capture_output=True, text=True, check=False)
            said = done.stdout + done.stderr
            if (done.returncode != 0) != fault or (fault and _NAMED not in said):
                kind = "faulty" if fault else "sound"
                raise SystemExit(f"{name} ended with {done.returncode} on a {kind} repository:\n{said[-3000:]}")


def _lines(own: Programs, roots: Sequence[str]) -> Mapping[str, str]:
    lines = {
        "the shell loop": loop(own, roots),
        "xargs": xargs(own, roots),
        "the pipeline": pipeline(own, roots),
        "gateshift": f"{GATESHIFT} validate {' '.join(roots)}",
    }
    return {**lines, "kubectl-validate": kubectl_validate(own, roots)} if own.kubectl_validate else lines
