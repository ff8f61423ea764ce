"""A program that was found, ready to be run.

Which version a program is, asked once for each state of its file.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import re
from collections.abc import Callable
from enum import Enum
from pathlib import Path

from msgspec import Struct

from gateshift.errors import NoVerdict
from gateshift.system.cache import cache_root, write_json
from gateshift.system.cache_sums import SUMS
from gateshift.system.process import run
from gateshift.tools.lock import PinnedProgram, pinned
from gateshift.yamldoc.data import JsonObject, json_of, object_at, text_at


class Source(Enum):
    """Where a program was found, in the order in which places are searched."""

    OPTION = "option"
    CACHE = "cache"
    PATH = "path"
    KUBECTL = "kubectl"


class Program(Struct, frozen=True):
    """`argv` holds the words in front of the arguments: (".../kustomize", "build") or, where only kubectl is there,
    (".../kubectl", "kustomize"); (".../kubeconform",).

    `version` is like "v5.8.1", or "" where the program does not say. `warnings` are sentences about that version.
    """

    name: str
    argv: tuple[str, ...]
    version: str
    source: Source
    warnings: tuple[str, ...] = ()


_ASKING = 20.0
_VERSION = r"v\d+\.\d+\.\d+[-+.\w]*"
# Such as `v5.8.1`, `{Version:kustomize/v4.5.7 ...` and, of a build from a checkout, `(devel)`. kubectl, Helm and others
# answer the same question with words in front.
_OWN_VERSION = rf"(?m)^(?:\{{Version:kustomize/)?({_VERSION}|\(devel\))"
_ANSWERS = "versions.json"
_KUBECTL = ("k8s.io/kubernetes", "k8s.io/kubectl")


def program_state(program: Program) -> bytes | None:
    """What tells this program from any other: the sums of an installed one, and of another the state of its file; None
    where the file starts another program, as a shim does, so that it stays the same when that one changes."""
    path = Path(program.argv[0])
    if program.source is Source.CACHE:
        state = (path.parent / SUMS).read_bytes()
    elif not _is_build_of(
        path, _KUBECTL if program.source is Source.KUBECTL else (pinned().program(program.name).module,)
    ):
        return None
    else:
        found = path.stat()
        state = f"{path} {found.st_size} {found.st_ino} {found.st_mtime_ns} {found.st_ctime_ns}".encode(
            errors="surrogateescape"
        )
    return "\0".join((*program.argv[1:], program.version, *program.warnings, "")).encode() + state


def version_of(path: Path, program: PinnedProgram) -> str:
    """The program's version such as "v5.8.1", or "" where neither it nor its build says."""
    return _remembered(path, program.name, (program.module,), lambda: _ask(path, program))


def kubectl_kustomize_version(path: Path) -> str:
    """The version of the kustomize inside kubectl, or ""."""
    return _remembered(path, "kubectl", _KUBECTL, lambda: _ask_kubectl(path))


def module_sum(path: Path, module: str) -> tuple[str, str] | None:
    """The version and h1 sum of the module that a Go program says it was built from; None where it says nothing.

    Go writes the build's modules into every binary (runtime/debug.BuildInfo), as lines of words parted by tabs.
    """
    line = re.compile(b"mod\t" + re.escape(module.encode()) + rb"\t(v[^\t\n]+)\t(h1:[A-Za-z0-9+/=]+)\n")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        match = line.search(content)
        return (match[1].decode(), match[2].decode()) if match else None


def _is_build_of(path: Path, modules: tuple[str, ...]) -> bool:
    """Whether the file is a Go program that was built from one of the modules."""
    built = b"|".join(re.escape(module.encode()) for module in modules)
    with path.open("rb") as file:
        if not os.fstat(file.fileno()).st_size:
            return False
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return content[:2] != b"#!" and re.search(b"\nmod\t(" + built + b")\t", content) is not None


def _ask(path: Path, program: PinnedProgram) -> str:
    words = ["version"] if program.name == "kustomize" else ["-v"]
    answer = re.search(_OWN_VERSION, _said(path, words))
    if answer:
        return answer[1]
    # kubeconform only knows its version where its release build told it; `go install` does not.
    built = module_sum(path, program.module)
    return built[0] if built else ""


def _ask_kubectl(path: Path) -> str:
    try:
        answer = json_of(_said(path, ["version", "--client", "--output=json"]))
    except ValueError:
        return ""
    return text_at(answer, "kustomizeVersion")


def _said(path: Path, words: list[str]) -> str:
    try:
        finished = run([str(path), *words], timeout=_ASKING)
    except NoVerdict:
        return ""
    return finished.stdout.decode(errors="replace") if finished.exit_code == 0 else ""


def _remembered(path: Path, name: str, modules: tuple[str, ...], ask: Callable[[], str]) -> str:
    """The answer given when the file had the same size and time of change; a program takes 30 ms to say its version.
    What is no build of one of the modules may start another program, and is asked each time."""
    state = path.stat()
    store = cache_root() / _ANSWERS
    answers = _read(store)
    known = object_at(answers, str(path))
    if known.get("size") == state.st_size and known.get("changed") == state.st_mtime_ns and known.get("name") == name:
        return text_at(known, "version")
    version = ask()
    if version and _is_build_of(path, modules):
        fact: JsonObject = {"name": name, "size": state.st_size, "changed": state.st_mtime_ns, "version": version}
        _write(store, {**answers, str(path): fact})
    return version


def _read(store: Path) -> JsonObject:
    try:
        answers = json_of(store.read_bytes())
    except (OSError, ValueError):
        return {}
    return object_at(answers)


def _write(store: Path, answers: JsonObject) -> None:
    with contextlib.suppress(OSError, NoVerdict):  # a cache that cannot be written costs time, nothing else
        write_json(store, answers)
