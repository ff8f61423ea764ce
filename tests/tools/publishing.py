"""A publisher on the loopback: serves bytes over TLS as a release page would, and misbehaves where it is told to."""

from __future__ import annotations

import http.server
import io
import ssl
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import trustme

from gateshift.tools.lock import PinnedProgram


@dataclass
class Publisher:
    """`files` maps a path to its bytes.

    `cut` answers the first request for a path, or with `cut_always` each, with that many bytes and breaks off.
    `moved` redirects, `silent` never answers. `asked` lists the paths as met.
    """

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    cut: dict[str, int] = field(default_factory=dict)
    cut_always: bool = False
    moved: dict[str, str] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def put(self, path: str, content: bytes) -> str:
        """Publish the bytes; the URL they are at."""
        self.files[path] = content
        return self.url + path


class _Server(http.server.ThreadingHTTPServer):
    """It shrugs at clients that hang up, which is what they are tested for."""

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing."""


@contextmanager
def publishing(folder: Path, *, tls: bool = True) -> Iterator[Publisher]:
    """A publisher that lives as long as the block. With TLS its authority's certificate is `folder`/ca.pem."""
    publisher = Publisher()
    server = _Server(("127.0.0.1", 0), _handler(publisher))
    if tls:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(folder / "ca.pem")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(context)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    publisher.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield publisher
    finally:
        publisher.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(publisher: Publisher) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            publisher.asked.append(self.path)
            self.close_connection = True
            if self.path in publisher.silent:
                publisher.closing.wait(20)
            elif self.path in publisher.moved:
                self._answer(302, b"", Location=publisher.moved[self.path])
            elif self.path not in publisher.files:
                self._answer(404, b"nothing here")
            else:
                content = publisher.files[self.path]
                sent = publisher.cut.get(self.path, len(content))
                if not publisher.cut_always:
                    publisher.cut.pop(self.path, None)
                self._answer(200, content, sent)

        def _answer(self, code: int, content: bytes, sent: int | None = None, **headers: str) -> None:
            self.send_response(code)
            for name, value in {**headers, "Content-Length": str(len(content)), "Connection": "close"}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content[:sent])

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the server's signature
            """Keep quiet."""

    return Handler


def tar_of(members: dict[str, bytes], *, links: dict[str, str] | None = None) -> bytes:
    """A gzipped tar archive with these files and symbolic links."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
        for name, target in (links or {}).items():
            info = tarfile.TarInfo(name)
            info.type = tarfile.SYMTYPE
            info.linkname = target
            tar.addfile(info)
    return packed.getvalue()


def zip_of(members: dict[str, bytes]) -> bytes:
    """A zip archive with these files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def program_at(url: str, assets: dict[str, str]) -> PinnedProgram:
    """A program called kubeconform that the publisher at `url` releases, with these pinned assets."""
    return PinnedProgram(
        name="kubeconform",
        version="v9.9.9",
        module="example.org/kubeconform",
        package="example.org/kubeconform",
        sum="h1:none",
        asset=url + "/{version}/kubeconform-{os}-{arch}.tar.gz",
        checksums=url + "/{version}/CHECKSUMS",
        assets=tuple(assets.items()),
    )
