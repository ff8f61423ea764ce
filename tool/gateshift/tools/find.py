"""Finds a program: where the user says, in the tool's own cache, on PATH, or inside kubectl."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from gateshift.errors import NoVerdict
from gateshift.system.cache import cache_root
from gateshift.system.cache_sums import program_is_as_recorded
from gateshift.tools.lock import PinnedProgram, pinned
from gateshift.tools.program import Program, Source, kubectl_kustomize_version, version_of

_PARTS = r"v(\d+)\.(\d+)\."
# Argo CD: argoproj/argo-cd, hack/tool-versions.sh, KUSTOMIZE_VERSION=5.8.1. Flux: fluxcd/pkg, kustomize/go.mod, which
# pins sigs.k8s.io/kustomize/api to v0.21.1, the library of kustomize v5.8.1. Both as of mid-2026.
_ENGINES = "Argo CD and Flux build with v5.8.1"
_VERBS = {"kustomize": ("build",), "kubeconform": ()}


def find(name: str, override: Path | None = None) -> Program:
    """The program named "kustomize" or "kubeconform".

    `override` is the path the user gave; without one GATESHIFT_<NAME> counts the same. Raises NoVerdict, with the
    command that installs it, where there is none that can be used.
    """
    program = pinned().program(name)
    named = override or _from_environment(name)
    if named is not None:
        return _named(program, named)
    installed = installed_path(program)
    if os.access(installed, os.X_OK):
        if not program_is_as_recorded(installed):
            raise NoVerdict(
                f"{installed} is not what was installed",
                next_step=f"Run `gateshift tools install {name}`, which installs it again.",
            )
        return _found(program, installed, program.version, Source.CACHE)
    return _on_path(program) or _inside_kubectl(program) or _missing(program)


def installed_path(program: PinnedProgram) -> Path:
    """Where the pinned version lies in the cache once it is installed."""
    return cache_root() / "tools" / program.name / program.version / program.name


def _from_environment(name: str) -> Path | None:
    value = os.environ.get(f"GATESHIFT_{name.upper()}", "")
    return Path(value) if value else None


def _named(program: PinnedProgram, path: Path) -> Program:
    program_path = shutil.which(path) if path.parent == Path() else None
    path = Path(program_path) if program_path else path.absolute()
    if not os.access(path, os.X_OK) or path.is_dir():
        raise NoVerdict(
            f"{path}, named as {program.name}, is not a program that can be run",
            next_step=f"Name another one, or none: `gateshift tools install {program.name}` gets the pinned one.",
        )
    version = version_of(path, program)
    if not version and program.name == "kustomize":
        raise _not_kustomize(path)
    return _found(program, path, version, Source.OPTION, _doubts(program, path, version))


def _not_kustomize(path: Path) -> NoVerdict:
    """What speaks against a named program that does not say its version as Kustomize does: it would refuse any root."""
    inside = kubectl_kustomize_version(path)
    if inside:
        return NoVerdict(
            f"{path}, named as kustomize, is kubectl",
            next_step=f"Leave the option out: where no other is found, the Kustomize {inside} inside kubectl is run.",
        )
    return NoVerdict(
        f"{path}, named as kustomize, does not answer `{path} version` as Kustomize does",
        next_step="Name another one, or none: `gateshift tools install kustomize` gets the pinned one.",
    )


def _on_path(program: PinnedProgram) -> Program | None:
    program_path = shutil.which(program.name)
    if program_path is None:
        return None
    path = Path(program_path)
    version = version_of(path, program)
    if _major(version) != _major(program.version):
        return None
    return _found(program, path, version, Source.PATH, _doubts(program, path, version))


def _inside_kubectl(program: PinnedProgram) -> Program | None:
    kubectl = shutil.which("kubectl") if program.name == "kustomize" else None
    if kubectl is None:
        return None
    version = kubectl_kustomize_version(Path(kubectl))
    if _major(version) != _major(program.version):
        return None
    doubts = _doubts(program, Path(kubectl), version)
    return Program("kustomize", (kubectl, "kustomize"), version, Source.KUBECTL, doubts)


def _missing(program: PinnedProgram) -> Program:
    unfit = shutil.which(program.name)
    what = f"{program.name} {program.version} is not installed"
    if unfit:
        version = version_of(Path(unfit), program) or "of an unknown version"
        what += f"; {unfit} is {version}, which does not fit"
    raise NoVerdict(what, next_step=f"Run `gateshift tools install {program.name}`.")


def _found(program: PinnedProgram, path: Path, version: str, source: Source, warnings: tuple[str, ...] = ()) -> Program:
    return Program(program.name, (str(path), *_VERBS[program.name]), version, source, warnings)


def _major(version: str) -> str:
    parts = re.match(_PARTS, version)
    return parts[1] if parts else ""


def _doubts(program: PinnedProgram, path: Path, version: str) -> tuple[str, ...]:
    """What a version says that is not the pinned minor one."""
    have, want = re.match(_PARTS, version), re.match(_PARTS, program.version)
    if have and want and have.groups() == want.groups():
        return ()
    said = f"{path} is {program.name} {version or 'of an unknown version'}, not {program.version}"
    if program.name == "kustomize":
        said += f"; its output may differ from the cluster's: {_ENGINES}"
    return (f"{said}. `gateshift tools install {program.name}` gets the pinned one.",)
