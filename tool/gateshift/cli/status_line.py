"""A line on standard error that says what a run is at, once it has taken a second; on a terminal only."""

from __future__ import annotations

import sys
from threading import Lock, Timer
from time import monotonic

from gateshift.cli.console import clean, clear_line, columns, has_status_line

_PATIENCE = 1.0
"""Seconds."""

_UNKNOWN_WIDTH = 80


class StatusLine:
    """Called with what the run is at, and with "" where it is at nothing that takes long.

    The first second is told by a timer, since what takes long may be the very first thing.
    """

    def __init__(self) -> None:
        self._shown = has_status_line()
        self._text = ""
        self._drawn = False
        self._due = 0.0
        self._timer: Timer | None = None
        self._lock = Lock()

    def __call__(self, text: str) -> None:
        """Show it, now or when the first second is over."""
        if not self._shown:
            return
        with self._lock:
            self._text = text
        self._due = self._due or monotonic() + _PATIENCE
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        left = self._due - monotonic()
        if not text or left <= 0:
            self._draw()
            return
        self._timer = Timer(left, self._draw)
        self._timer.daemon = True
        self._timer.start()

    def _draw(self) -> None:
        with self._lock:
            if self._drawn:
                clear_line()
            self._drawn = bool(self._text)
            if self._text:
                width = columns(sys.stderr) or _UNKNOWN_WIDTH
                sys.stderr.write(f"{clean(self._text)[: width - 1]}\r")
                sys.stderr.flush()
