"""Servers on loopback: HTTP/1.1 by a function of the test's, and gRPC health checks over HTTP/2 in clear text."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator

import h11
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import RequestReceived, StreamEnded

Handle = Callable[[h11.Request, asyncio.StreamWriter], Awaitable[None]]
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
_SERVING = b"\0\0\0\0\x02\x08\x01"


def answer(status: int = 200, body: bytes = b"", **headers: str) -> bytes:
    """An HTTP/1.1 answer; `x_version="v1"` is the header `x-version: v1`."""
    named = {"content-length": str(len(body))} | {key.replace("_", "-"): value for key, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status} Said\r\n{head}\r\n".encode() + body


@contextlib.contextmanager
def serving(serve: Serve, context: ssl.SSLContext | None = None) -> Iterator[int]:
    """A server in a thread of its own; its port."""
    loop = asyncio.new_event_loop()

    async def guarded(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.CancelledError):
            await serve(reader, writer)
        writer.close()

    server = loop.run_until_complete(asyncio.start_server(guarded, "127.0.0.1", 0, ssl=context, backlog=512))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(_end(server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end(server: asyncio.Server) -> None:
    server.close()
    running = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


def http(handle: Handle) -> Serve:
    """One request after another of a connection, each answered by the function."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = h11.Connection(h11.SERVER)
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA:
                connection.receive_data(await reader.read(65536))
            elif isinstance(event, h11.Request):
                await handle(event, writer)
                await writer.drain()
            elif isinstance(event, h11.EndOfMessage):
                connection = h11.Connection(h11.SERVER)
            elif not isinstance(event, h11.Data):
                return

    return serve


def saying(content: Callable[[h11.Request], bytes]) -> Serve:
    """A server whose answers are made from the request alone."""

    async def handle(request: h11.Request, writer: asyncio.StreamWriter) -> None:
        writer.write(content(request))

    return http(handle)


def version(name: str) -> Serve:
    """What a version of the service answers."""
    return saying(lambda _: answer(x_version=name, body=name.encode()))


def split(*pattern: str) -> Serve:
    """A front end that answers as these versions in turn, whatever is asked."""
    turns = iter(range(1 << 30))
    return saying(lambda _: answer(x_version=pattern[next(turns) % len(pattern)]))


def grpc_health(name: str) -> Serve:
    """A gRPC server in clear text that is always healthy, its version in the metadata behind the message."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = H2Connection(H2Configuration(client_side=False))
        connection.initiate_connection()
        paths: dict[int, str] = {}
        while True:
            writer.write(connection.data_to_send())
            await writer.drain()
            data = await reader.read(65536)
            if not data:
                return
            for event in connection.receive_data(data):
                if isinstance(event, RequestReceived):
                    paths[event.stream_id] = dict(event.headers)[b":path"].decode()
                elif isinstance(event, StreamEnded):
                    _answer_call(connection, event.stream_id, paths.pop(event.stream_id), name)

    return serve


def _answer_call(connection: H2Connection, stream: int, path: str, name: str) -> None:
    healthy = path == "/grpc.health.v1.Health/Check"
    connection.send_headers(stream, [(":status", "200"), ("content-type", "application/grpc")])
    if healthy:
        connection.send_data(stream, _SERVING)
    status = "0" if healthy else "12"
    connection.send_headers(stream, [("grpc-status", status), ("x-version", name)], end_stream=True)
