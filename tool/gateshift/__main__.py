"""The program's entry, also as `python -m gateshift`: an interrupt ends it quietly from the first import on."""

from __future__ import annotations

import os
import signal

from gateshift.errors import INTERRUPTED, Exit


def main() -> None:
    """Run the command line and exit."""
    before = signal.getsignal(signal.SIGINT)
    heard = before is signal.default_int_handler  # not where the caller ignores it, as `nohup` and `&` do
    if heard:
        signal.signal(signal.SIGINT, _leave)
    from gateshift.cli.main import main as run

    if heard:
        signal.signal(signal.SIGINT, before)
    run()


def _leave(number: int, frame: object) -> None:  # noqa: ARG001 -- signal's signature
    """End at once: an exception in the middle of an import shows its lines, or is lost in a callback."""
    try:
        os.write(2, f"gateshift: {INTERRUPTED}\n".encode())
    finally:
        os._exit(Exit.INTERRUPTED)


if __name__ == "__main__":
    main()
