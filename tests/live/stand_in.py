"""A stand-in for Prometheus: the HTTP API on loopback, with the figures that a test wants."""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
from collections.abc import Iterator
from urllib.parse import parse_qs

import h11

from tests.live.servers import Serve, answer, serving

Reply = bytes | float | str | None


class Prometheus:
    """What it answers: `figures` maps a kind of query to a number, raw bytes, or None for no series; `candidate` has
    those of v2 where they differ. It remembers the queries and the headers that came with them."""

    def __init__(self, candidate: dict[str, Reply] | None = None, **figures: Reply) -> None:
        self.figures = {"age": 5.0} | figures
        self.candidate = self.figures | (candidate or {})
        self.queries: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.url = ""

    @contextlib.contextmanager
    def serving(self, context: ssl.SSLContext | None = None) -> Iterator[Prometheus]:
        """It, answering."""
        with serving(self._serve(), context) as port:
            self.url = f"{'http' if context is None else 'https'}://127.0.0.1:{port}"
            yield self

    def _serve(self) -> Serve:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            connection = h11.Connection(h11.SERVER)
            body = b""
            while True:
                event = connection.next_event()
                if event is h11.NEED_DATA:
                    connection.receive_data(await reader.read(65536))
                elif isinstance(event, h11.Request):
                    self.headers.append({name.decode(): value.decode() for name, value in event.headers})
                elif isinstance(event, h11.Data):
                    body += event.data
                elif isinstance(event, h11.EndOfMessage):
                    self.queries.append(parse_qs(body.decode())["query"][0])
                    writer.write(self._answer(self.queries[-1]))
                    await writer.drain()
                    return
                else:
                    return

        return serve

    def _answer(self, query: str) -> bytes:
        figures = self.candidate if "v2" in query else self.figures
        reply = next(figures.get(name) for name, part in _PARTS.items() if part in query)
        return reply if isinstance(reply, bytes) else vector(reply)


_PARTS = {
    "age": "timestamp(",
    "within": "max(sum by (le)",
    "success": "1 - ",
    "p99": "histogram_quantile",
    "rate": "sum(rate(",
}
"""The presets' queries by the first part that one holds."""


def vector(*values: float | str | None, **more: object) -> bytes:
    """The answer with these series, at their numbers; None is no series."""
    series = [{"metric": {}, "value": [1.0, str(value)]} for value in values if value is not None]
    return said({"status": "success", "data": {"resultType": "vector", "result": series}, **more})


def said(data: object, status: int = 200) -> bytes:
    """This JSON with this status."""
    return answer(status, json.dumps(data).encode(), content_type="application/json")
