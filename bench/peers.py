"""What people run today for what `gateshift validate` does, as lines for the shell.

None of them sees more than the schemas: no CEL rule, reference, route, weight or sync pointer.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from gateshift.model.rollout import SchemaChoice
from gateshift.schemas import open_schemas
from gateshift.schemas.layout import TEMPLATE
from gateshift.tools.lock import pinned

GATESHIFT = f"{shlex.quote(sys.executable)} -m gateshift"


class Programs(Struct, frozen=True):
    """The programs that the peers are made of, ready for a shell; `kubectl_validate` is "" where it is not there."""

    kustomize: str
    kubeconform: str
    kubectl_validate: str


def programs() -> Programs:
    """The same programs and schemas that gateshift uses, and kubectl-validate with the Gateway API's own CRDs."""
    schemas = open_schemas(SchemaChoice()).sets
    places = " ".join(f"-schema-location {shlex.quote(f'{place}/{TEMPLATE}')}" for place in schemas)
    return Programs(
        f"{shlex.quote(_path('kustomize'))} build",
        f"{shlex.quote(_path('kubeconform'))} -strict {places}",
        _kubectl_validate(),
    )


def loop(own: Programs, roots: Sequence[str]) -> str:
    """The loop that everyone writes first."""
    return f"bad=0; for o in {' '.join(roots)}; do {one(own, '$o')} || bad=1; done; exit $bad"


def one(own: Programs, root: str) -> str:
    """One root through the pipe."""
    return f"{own.kustomize} {root} | {own.kubeconform} -"


def xargs(own: Programs, roots: Sequence[str]) -> str:
    """The pipe on every core."""
    return _on_every_core(roots, one(own, "{}"))


def pipeline(own: Programs, roots: Sequence[str]) -> str:
    """Kustomize on every core, then one kubeconform: nothing plain is quicker."""
    return f"{_built(own, roots)} && {own.kubeconform} ../built"


def kubectl_validate(own: Programs, roots: Sequence[str]) -> str:
    """Kustomize on every core, then one kubectl-validate."""
    return f"{_built(own, roots)} && {own.kubectl_validate} ../built"


def _built(own: Programs, roots: Sequence[str]) -> str:
    into = "../built/$(echo {} | tr / _).yaml"
    return "rm -rf ../built && mkdir ../built && " + _on_every_core(roots, f"{own.kustomize} {{}} > {into}")


def _on_every_core(roots: Sequence[str], line: str) -> str:
    names = " ".join(roots)
    return f"printf '%s\\n' {names} | xargs -P {os.cpu_count()} -I{{}} sh -c {shlex.quote(line)}"


def _path(name: str) -> str:
    return _output([sys.executable, "-m", "gateshift", "tools", "path", name])


def _kubectl_validate() -> str:
    program, go = shutil.which("kubectl-validate"), shutil.which("go")
    if program is None or go is None:
        return ""
    module = f"sigs.k8s.io/gateway-api@v{pinned().gateway_api}"
    folder = json.loads(_output([go, "mod", "download", "-json", module]))["Dir"]
    return f"{shlex.quote(program)} --local-crds {shlex.quote(str(Path(folder) / 'config/crd/standard'))}"


def _output(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
