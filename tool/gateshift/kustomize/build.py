"""Builds roots with Kustomize: in a folder of its own, several at once, without the network, within a time limit."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from queue import SimpleQueue

from msgspec import Struct
from msgspec.structs import replace

from gateshift.errors import NoVerdict
from gateshift.kustomize.build_error import explained
from gateshift.kustomize.build_start import BuildStart, write_mirror
from gateshift.kustomize.built_objects import BuildReader, Traces
from gateshift.kustomize.traced_kustomization import can_wrap, traced_exactly, traced_kustomization
from gateshift.model.kustomization import KustomizationTree
from gateshift.model.resource import Build, Origin, Resource, Unbuilt, objects_in
from gateshift.system.process import Finished, Running, TimeLimit, run
from gateshift.system.source_files import real_path
from gateshift.tools.program import Program

_REFUSED = 1
_CRASH = r"(?m)^(panic:|fatal error:|runtime: |SIG[A-Z]+:)"
_NOWHERE = "http://127.0.0.1:1"
_OFFLINE = {
    "HTTP_PROXY": _NOWHERE,
    "HTTPS_PROXY": _NOWHERE,
    "http_proxy": _NOWHERE,
    "https_proxy": _NOWHERE,
    "NO_PROXY": "",
    "no_proxy": "",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_TERMINAL_PROMPT": "0",
}
"""A second lock on the door: remote references were refused when the tree was read; should one slip through, it
fails to connect."""

_SHORT_LIVED = {"GOGC": "400", "GOMEMLIMIT": "1GiB"}
_ONE_OF_MANY = {"GOMAXPROCS": "1"}
"""A build lives for milliseconds, a fifth of which Go's collector takes at its default pace; and where every core has
a build of its own, a second thread in each only gets in the way. Who sets these variables is obeyed."""


class _Runs(Struct, frozen=True):
    """What Kustomize said of a root: with traces, and where that may differ or has failed, without. `start` is where
    the traced build was started."""

    traced: Finished | None
    plain: Finished | None
    start: BuildStart


Outcome = Build | Unbuilt | NoVerdict
"""What came of a root: its objects, Kustomize's refusal, or that Kustomize crashed, hung or could not be started."""


PendingBuild = Callable[[], Outcome]
"""Waits for a root's build, and reads what it came to."""


def build_all(
    trees: Sequence[KustomizationTree], program: Program, timeout: TimeLimit, *, jobs: int | None = None
) -> Iterator[Outcome]:
    """Each tree's outcome, in order, as soon as it is there; trees with refusals in them must be left out before.

    `timeout` is each build's, in seconds, or that of all together. One root without a verdict does not keep the others
    from theirs.
    """
    return (outcome() for outcome in start_builds(trees, program, timeout, jobs=jobs))


def start_builds(
    trees: Sequence[KustomizationTree], program: Program, timeout: TimeLimit, *, jobs: int | None = None
) -> Iterator[PendingBuild]:
    """As `build_all`, but each outcome is the caller's to ask for, so that a defect in one is not the end of all."""
    reader, running = BuildReader(), Running()
    jobs = jobs or _cores()
    environment = {**_SHORT_LIVED, **(_ONE_OF_MANY if len(trees) > jobs else {}), **os.environ, **_OFFLINE}
    command = partial(_kustomize, program, timeout, environment, running)
    with tempfile.TemporaryDirectory(prefix="gateshift-") as temporary, ThreadPoolExecutor(jobs) as pool:
        folders = _folders(real_path(Path(temporary)), jobs)
        started: list[Future[_Runs] | None] = []
        try:
            for tree in trees:
                job = (tree, folders, command)
                started.append(None if tree.root.files else pool.submit(_run, *job))
            for index, tree in enumerate(trees):
                future = started[index]
                yield partial(plain_build, tree) if future is None else partial(_outcome, tree, future, reader)
                started[index] = None
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            running.stop()
            raise


def build(tree: KustomizationTree, program: Program, timeout: TimeLimit) -> Build | Unbuilt:
    """The build of one tree, as `build_all` makes it. Raises NoVerdict."""
    (outcome,) = build_all((tree,), program, timeout, jobs=1)
    if isinstance(outcome, NoVerdict):
        raise outcome
    return outcome


def plain_build(tree: KustomizationTree) -> Build:
    """The objects of plain YAML files, in the order of the files; documents that are not objects are left out."""
    resources = [
        Resource.read(data, Origin(file.path, document.index), file.text)
        for file in tree.files.values()
        for document in file.documents
        for _, data in objects_in(document.data)
        if data.get("kind") and data.get("apiVersion")
    ]
    return Build(tree.root.path, tuple(resources))


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _folders(top: Path, count: int) -> SimpleQueue[Path]:
    """As many folders as builds run at once; each is used again by the next build."""
    folders: SimpleQueue[Path] = SimpleQueue()
    for number in range(count):
        folder = top / str(number)
        folder.mkdir()
        folders.put(folder)
    return folders


def _kustomize(
    program: Program, timeout: TimeLimit, environment: Mapping[str, str], running: Running, folder: Path
) -> Finished:
    return run((*program.argv, str(folder)), timeout=timeout, env=environment, running=running)


def _run(tree: KustomizationTree, folders: SimpleQueue[Path], kustomize: Callable[[Path], Finished]) -> _Runs:
    folder = folders.get()
    try:
        return _run_in(folder, tree, kustomize)
    finally:
        folders.put(folder)


def _run_in(folder: Path, tree: KustomizationTree, kustomize: Callable[[Path], Finished]) -> _Runs:
    if not tree.rewritten:
        return _run_from(BuildStart(folder), tree, kustomize)
    with tempfile.TemporaryDirectory(dir=folder) as name:
        mirror = Path(name)
        write_mirror(tree, mirror)
        return _run_from(BuildStart(folder, mirror, tree.root.repository), tree, kustomize)


def _run_from(start: BuildStart, tree: KustomizationTree, kustomize: Callable[[Path], Finished]) -> _Runs:
    traced = None
    if start.mirror is not None or can_wrap(tree, start.folder):
        text = traced_kustomization(tree, start)
        (start.folder / "kustomization.yaml").write_text(text, encoding="utf-8")
        traced = kustomize(start.folder)
        if traced.exit_code == 0 and traced_exactly(tree):
            return _Runs(traced, None, start)
    return _Runs(traced, kustomize(start.built(tree.root.folder)), start)


def _outcome(tree: KustomizationTree, future: Future[_Runs], reader: BuildReader) -> Outcome:
    try:
        return _result(tree, future.result(), reader)
    except NoVerdict as error:
        return error


def _result(tree: KustomizationTree, runs: _Runs, reader: BuildReader) -> Build | Unbuilt:
    """The plain build's objects where there is one, with the origins of the traced one."""
    counts = runs.plain or runs.traced
    assert counts is not None
    if counts.exit_code != 0:
        return _unbuilt(tree, counts, runs.start)
    warnings = tuple(dict.fromkeys(line for line in counts.stderr.splitlines() if line.strip()))
    traced = _resources(tree, runs.traced, reader, runs.start)
    if runs.plain is None:
        return Build(tree.root.path, traced, warnings)
    plain = _resources(tree, runs.plain, reader, BuildStart(tree.root.folder), keep_traces=True)
    return Build(tree.root.path, _with_origins(plain, traced), warnings)


def _resources(
    tree: KustomizationTree, said: Finished | None, reader: BuildReader, start: BuildStart, *, keep_traces: bool = False
) -> tuple[Resource, ...]:
    if said is None or said.exit_code != 0:
        return ()
    traces = Traces.KEPT if keep_traces else Traces.EXPECTED if traced_exactly(tree) else Traces.READ
    return reader.read(said.stdout.decode(errors="replace"), tree, start, traces)


def _with_origins(plain: tuple[Resource, ...], traced: tuple[Resource, ...]) -> tuple[Resource, ...]:
    """The plain build's objects, each with its origin from the traced build: they come in the same order."""
    if [resource.id for resource in plain] == [resource.id for resource in traced]:
        return tuple(replace(resource, origin=twin.origin) for resource, twin in zip(plain, traced, strict=True))
    origins = {resource.id: resource.origin for resource in traced}
    return tuple(replace(resource, origin=origins.get(resource.id, resource.origin)) for resource in plain)


def _unbuilt(tree: KustomizationTree, said: Finished, start: BuildStart) -> Unbuilt:
    stderr = start.said(said.stderr.strip())
    if said.exit_code != _REFUSED or not stderr or re.search(_CRASH, stderr):
        raise NoVerdict(
            f"`{start.said(said.command)}` ended with exit code {said.exit_code}"
            + (f" and said: {stderr}" if stderr else ""),
            where=str(tree.root.path),
            next_step="Run that command by hand; another Kustomize can be named with `--kustomize PATH`.",
        )
    message, place = explained(stderr, tree)
    return Unbuilt(tree.root.path, message, place, stderr)
