"""Runs a program: an argument list, no shell, both streams drained, and at the time limit its whole group killed.

The only importer of subprocess.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from msgspec import Struct

from gateshift.errors import NoVerdict

_PATIENCE = 10.0
"""Seconds that an interrupted program has for cleaning up."""


MOST_OUTPUT = 64 << 20
"""The most bytes that a program may say, unless more is expected: a build of 4,000 objects is about 4 MiB."""
MOST_MEMORY = 1 << 30
"""The most bytes that a program may keep for itself: a build of 4,000 objects takes about a fifth."""
_MOST_ERRORS = 16 << 10
"""The most bytes of standard error that are kept: they end up in messages."""
_LONGER = "A larger `--timeout SECONDS` gives the run longer."
_LOOK = 0.1
"""The seconds between two looks at a program."""


class Deadline(Struct, frozen=True):
    """The end of the time that all programs of a run have together: `seconds` from its start, `ends` on the monotonic
    clock."""

    seconds: float
    ends: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """That many seconds from now."""
        return cls(seconds, time.monotonic() + seconds)


TimeLimit: TypeAlias = float | Deadline
"""The seconds of one program, or the end of all."""


class Finished(Struct, frozen=True):
    """A program that came to its end: its argument list, exit code (negative: killed by that signal) and streams."""

    argv: tuple[str, ...]
    exit_code: int
    stdout: bytes
    stderr: str

    @property
    def command(self) -> str:
        """The command as one would type it."""
        return shlex.join(self.argv)


class Running:
    """The programs that several threads run for one job, so that an interrupt can end them all at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._processes: set[subprocess.Popen[bytes]] = set()
        self._stopped = False

    def stop(self) -> None:
        """Kill every program that runs, and every one that is started from now on, each with its group."""
        with self._lock:
            self._stopped = True
            for process in self._processes:
                _kill_group(process)

    @contextlib.contextmanager
    def holding(self, process: subprocess.Popen[bytes]) -> Iterator[None]:
        """Count the program as running within the block."""
        with self._lock:
            self._processes.add(process)
            if self._stopped:
                _kill_group(process)
        try:
            yield
        finally:
            with self._lock:
                self._processes.discard(process)


def run(
    argv: Sequence[str],
    *,
    timeout: TimeLimit,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: bytes | None = None,
    next_step: str = "",
    running: Running | None = None,
    most_output: int = MOST_OUTPUT,
) -> Finished:
    """Run the program to its end, whatever its exit code.

    `running` counts it among the programs that one interrupt ends. Raises NoVerdict where it is missing, cannot be
    started, runs longer than `timeout` or says more than `most_output` bytes; `next_step` says what to do about a
    missing one.
    """
    end, within = _end(timeout)
    if end <= time.monotonic():
        raise NoVerdict(f"`{shlex.join(argv)}` was not run: {within} were over", next_step=_LONGER)
    try:
        process = subprocess.Popen(
            list(argv),
            cwd=cwd,
            env=None if env is None else dict(env),
            stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise NoVerdict(f"{argv[0]} cannot be started: {error.strerror}", next_step=next_step) from error
    try:
        with (running or Running()).holding(process):
            out, err = _watched(process, argv[0], stdin, end, most_output)
    except subprocess.TimeoutExpired as error:
        _kill_group(process)
        _, err = process.communicate()
        said = _errors(err).strip()
        raise NoVerdict(
            f"`{shlex.join(argv)}` did not finish within {within} and was killed"
            + (f"; it said: {said}" if said else ""),
            next_step=_LONGER,
        ) from error
    except BaseException:
        _kill_group(process)
        process.communicate()
        raise
    return Finished(tuple(argv), process.returncode, out, _errors(err))


def _errors(said: bytes) -> str:
    """What a program said on standard error; of a flood the beginning, and the end, which mostly has the reason."""
    if len(said) <= _MOST_ERRORS:
        return said.decode(errors="replace")
    first, last = (part.decode(errors="replace") for part in (said[: _MOST_ERRORS // 2], said[-_MOST_ERRORS // 2 :]))
    return f"{first}\n... ({len(said):,} bytes)\n{last}"


def _end(timeout: TimeLimit) -> tuple[float, str]:
    """When the time is over, and how much that is, in words."""
    if isinstance(timeout, Deadline):
        return timeout.ends, f"the {timeout.seconds:g} s of the whole run"
    return time.monotonic() + timeout, f"{timeout:g} s"


def _watched(
    process: subprocess.Popen[bytes], name: str, stdin: bytes | None, end: float, most_output: int
) -> tuple[bytes, bytes]:
    """Both streams at the program's end. Raises TimeoutExpired, and NoVerdict for a program that takes more memory or
    says more than any build needs."""
    left = stdin
    while True:
        try:
            return process.communicate(left, timeout=min(_LOOK, max(end - time.monotonic(), 0)))
        except subprocess.TimeoutExpired as expired:
            left = None
            if time.monotonic() >= end:
                raise
            said = len(expired.output or b"") + len(expired.stderr or b"")
        for excess, limit, what in (
            (said, most_output, "said more than"),
            (_own_memory(process.pid), MOST_MEMORY, "took more memory than"),
        ):
            if excess > limit:
                raise NoVerdict(f"`{name}` {what} {limit >> 20} MiB and was killed")


def _own_memory(process_id: int) -> int:
    """The bytes that a program keeps in memory for itself; 0 where the system does not tell."""
    try:
        with open(f"/proc/{process_id}/statm", encoding="ascii") as stream:
            pages = stream.read().split()
        return (int(pages[1]) - int(pages[2])) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


def run_to_its_end(argv: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> Finished:
    """Run a program that must not be cut short, however long it takes.

    An interrupt is passed on to it and its children, who may clean up; then it is raised. Raises NoVerdict where the
    program cannot be started.
    """
    import tempfile  # it draws OpenSSL in, which a run that commits nothing need not load

    try:
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            process = subprocess.Popen(
                list(argv),
                cwd=cwd,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )
            try:
                process.wait()
            except BaseException:
                _end_gently(process)
                raise
            out.seek(0)
            err.seek(0)
            return Finished(tuple(argv), process.returncode, out.read(), err.read().decode(errors="replace"))
    except OSError as error:
        raise NoVerdict(f"{argv[0]} cannot be run: {error.strerror}") from error


def _end_gently(process: subprocess.Popen[bytes]) -> None:
    """Interrupt the program and its children, and wait for it; kill what is left of them then."""
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
            process.wait(timeout=_PATIENCE)
            break
    _kill_group(process)
    process.wait()


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
