"""Serves one page to this machine alone, and tells it when files have changed."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock

from gateshift.errors import UserError

_ADDRESS = "127.0.0.1"
_FRESH = 0.5
_SKIPPED = frozenset({"node_modules", "__pycache__"})


class Watched:
    """Folders and the state of the files in them, as one short text that changes when any file does."""

    def __init__(self, folders: Iterable[Path]) -> None:
        self._folders = tuple(folders)
        self._lock = Lock()
        self._at = -_FRESH
        self._state = ""

    def state(self) -> str:
        """The state, looked at again after half a second."""
        with self._lock:
            if time.monotonic() - self._at >= _FRESH:
                lines = sorted(line for folder in self._folders for line in _lines(folder))
                self._state = hashlib.sha256("\n".join(lines).encode(errors="surrogateescape")).hexdigest()[:16]
                self._at = time.monotonic()
            return self._state


def _lines(folder: Path) -> Iterator[str]:
    """Each file's path, time and size; hidden folders and those of packages are left out."""
    for path, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".") and name not in _SKIPPED]
        for name in files:
            try:
                state = os.stat(os.path.join(path, name))
            except OSError:
                continue
            yield f"{path}/{name} {state.st_mtime_ns} {state.st_size}"


class LiveServer:
    """A server on the loopback address. `make` gives the page; it is made anew when the watched files have changed."""

    def __init__(self, make: Callable[[], str], watched: Watched, port: int) -> None:
        self._make = make
        self._watched = watched
        self._lock = Lock()
        self._made = ("", "")
        try:
            self._server = ThreadingHTTPServer((_ADDRESS, port), self._handler())
        except OSError as error:
            raise UserError(
                f"port {port} cannot be used: {error.strerror}", next_step="Choose another with `--port`, or 0 for any."
            ) from error
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        """The address of the page."""
        return f"http://{_ADDRESS}:{self._server.server_port}/"

    def run(self) -> None:
        """Serve until interrupted."""
        try:
            self._server.serve_forever()
        finally:
            self._server.server_close()

    def stop(self) -> None:
        """End `run`, which must be running in another thread."""
        self._server.shutdown()

    def page(self) -> str:
        """The page as the files are now."""
        with self._lock:
            state = self._watched.state()
            if state != self._made[0]:
                self._made = (state, self._make())
            return self._made[1]

    def answer(self, host: str, path: str) -> tuple[HTTPStatus, str, str]:
        """The status, content type and text for a path. A foreign Host header is refused: it is how another site
        would read the page through a name that it points at this machine."""
        names = {f"{name}:{self._server.server_port}" for name in (_ADDRESS, "localhost")}
        if host not in names:
            return HTTPStatus.MISDIRECTED_REQUEST, "text/plain", "This server is for this machine alone.\n"
        if path == "/":
            return HTTPStatus.OK, "text/html", self.page()
        if path == "/version":
            return HTTPStatus.OK, "text/plain", self._watched.state()
        return HTTPStatus.NOT_FOUND, "text/plain", "There is only one page.\n"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        answer = self.answer

        class Handler(BaseHTTPRequestHandler):
            """Answers GET."""

            def do_GET(self) -> None:
                status, kind, text = answer(self.headers.get("Host", ""), self.path.partition("?")[0])
                content = text.encode(errors="backslashreplace")
                self.send_response(status)
                self.send_header("Content-Type", f"{kind}; charset=utf-8")
                self.send_header("Content-Length", str(len(content)))
                self.send_header("Cache-Control", "no-store")
                self.send_header("X-Content-Type-Options", "nosniff")
                self.send_header("X-Frame-Options", "DENY")
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- http.server's signature
                """The terminal stays quiet."""

        return Handler
