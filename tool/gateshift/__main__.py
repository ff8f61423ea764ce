"""The program's entry, also as `python -m gateshift`: an interrupt ends it quietly from the first import on."""

from __future__ import annotations

import gc
import os
import signal
import sys

from gateshift import __version__
from gateshift.errors import INTERRUPTED, Exit

_PATIENCE = (50_000, 20, 100)
"""How much Python allocates before it looks for cycles. A run keeps nearly all that it reads to its end: looking more
often frees nothing and takes an eighth of its time."""


def main() -> None:
    """Run the command line and exit."""
    before = signal.getsignal(signal.SIGINT)
    heard = before is signal.default_int_handler  # not where the caller ignores it, as `nohup` and `&` do
    if heard:
        signal.signal(signal.SIGINT, _leave)
    if _said_version():
        return
    gc.set_threshold(*_PATIENCE)
    from gateshift.cli.main import main as run

    if heard:
        signal.signal(signal.SIGINT, before)
    run()


def _said_version() -> bool:
    """Answer a question for the version alone, without the command line's start-up; where that cannot be written, the
    command line says so."""
    if sys.argv[1:] not in (["--version"], ["-V"]) or "_GATESHIFT_COMPLETE" in os.environ:
        return False
    try:
        os.write(1, f"gateshift {__version__}\n".encode())
    except OSError:
        return False
    return True


def _leave(number: int, frame: object) -> None:  # noqa: ARG001 -- signal's signature
    """End at once: an exception in the middle of an import shows its lines, or is lost in a callback."""
    try:
        os.write(2, f"gateshift: {INTERRUPTED}\n".encode())
    finally:
        os._exit(Exit.INTERRUPTED)


if __name__ == "__main__":
    main()
