"""One request on a connection of its own, and its answer: HTTP/1.1 by h11, HTTP/2 by h2.

A connection of its own makes each request a draw of its own, also where a proxy chooses by connection. Nothing is
retried, no redirect is followed, and no proxy or cookie jar stands between.
"""

from __future__ import annotations

import asyncio
import ssl
from enum import Enum
from time import monotonic

import h11
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    ResponseReceived,
    StreamEnded,
    StreamReset,
    TrailersReceived,
)
from h2.exceptions import H2Error, ProtocolError
from h2.settings import SettingCodes
from msgspec import Struct

from gateshift.live.endpoint import Address, Wire

_CHUNK = 1 << 16
_STREAM = 1

Header = tuple[str, str]


class Outgoing(Struct, frozen=True):
    """A request. `target` is path and query in ASCII; the Host header comes from the endpoint."""

    method: str = "GET"
    target: str = "/"
    headers: tuple[Header, ...] = ()
    body: bytes = b""


class Limits(Struct, frozen=True):
    """`seconds` for connection and answer together; an answer's body is read up to `size` bytes."""

    seconds: float = 10.0
    size: int = 1 << 20


class Answer(Struct, frozen=True):
    """An answer. Header names are in lower case; trailers stand behind the headers. `seconds` from sending the request
    to the answer's end, without the time to connect. `cut` says that the body was longer than the limit."""

    status: int
    headers: tuple[Header, ...]
    body: bytes
    seconds: float
    cut: bool = False

    def values(self, name: str) -> tuple[str, ...]:
        """The values of a header, each as often as it came."""
        return tuple(value for key, value in self.headers if key == name.lower())


class FailureKind(Enum):
    """What became of a request without an answer."""

    REFUSED = "no connection"
    TLS = "TLS failed"
    TIMEOUT = "no complete answer in time"
    BROKEN = "the connection broke"
    PROTOCOL = "not an answer of this protocol"


class ExchangeFailure(Struct, frozen=True):
    """A request that got no whole answer, and why."""

    kind: FailureKind
    reason: str


Outcome = Answer | ExchangeFailure


async def exchange(
    endpoint: Address, outgoing: Outgoing, limits: Limits, context: ssl.SSLContext | None = None
) -> Outcome:
    """Send one request and read its answer. Never raises for what the other side does."""
    try:
        async with asyncio.timeout(limits.seconds):
            return await _exchange(endpoint, outgoing, limits, context)
    except TimeoutError:
        return ExchangeFailure(FailureKind.TIMEOUT, f"no complete answer within {limits.seconds:g} s")
    except ssl.SSLError as error:
        return ExchangeFailure(FailureKind.TLS, _first_line(error))
    except (h11.RemoteProtocolError, H2Error) as error:
        return ExchangeFailure(FailureKind.PROTOCOL, _first_line(error))
    except OSError as error:
        return ExchangeFailure(FailureKind.BROKEN, _first_line(error))


async def _exchange(endpoint: Address, outgoing: Outgoing, limits: Limits, context: ssl.SSLContext | None) -> Outcome:
    secure = context if endpoint.is_secure else None
    try:
        reader, writer = await asyncio.open_connection(
            endpoint.address, endpoint.port, ssl=secure, server_hostname=endpoint.server_name if secure else None
        )
    except ssl.SSLError:
        raise
    except (OSError, UnicodeError) as error:
        return ExchangeFailure(FailureKind.REFUSED, _first_line(error))
    try:
        match endpoint.wire:
            case Wire.HTTP1:
                return await _Http1(reader, writer, limits).exchange(endpoint, outgoing)
            case Wire.HTTP2:
                agreed = writer.get_extra_info("ssl_object")
                if agreed is not None and agreed.selected_alpn_protocol() != Wire.HTTP2.value:
                    return ExchangeFailure(FailureKind.PROTOCOL, "the server does not offer HTTP/2 (ALPN h2)")
                return await _Http2(reader, writer, limits).exchange(endpoint, outgoing)
    finally:
        writer.transport.abort()


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]


class _Body:
    """What came of a body, up to a limit."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.data = bytearray()
        self.cut = False

    def add(self, data: bytes) -> None:
        room = self.most - len(self.data)
        self.data += data[:room]
        self.cut = self.cut or len(data) > room


class _Http1:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, limits: Limits) -> None:
        self.reader = reader
        self.writer = writer
        self.connection = h11.Connection(h11.CLIENT)
        self.body = _Body(limits.size)

    async def exchange(self, endpoint: Address, outgoing: Outgoing) -> Outcome:
        """The answer to the only request of the connection."""
        headers = [("host", endpoint.authority), *outgoing.headers, ("connection", "close")]
        if outgoing.body:
            headers.append(("content-length", str(len(outgoing.body))))
        encoded = [(name.encode(), value.encode()) for name, value in headers]
        events: list[h11.Event] = [h11.Request(method=outgoing.method, target=outgoing.target, headers=encoded)]
        events += [h11.Data(data=outgoing.body)] if outgoing.body else []
        begun = monotonic()
        for event in (*events, h11.EndOfMessage()):
            self.writer.write(self.connection.send(event) or b"")
        await self.writer.drain()
        status, received = await self._head()
        while not self.body.cut and isinstance(event := await self._event(), h11.Data):
            self.body.add(event.data)
        return Answer(status, received, bytes(self.body.data), monotonic() - begun, self.body.cut)

    async def _head(self) -> tuple[int, tuple[Header, ...]]:
        while isinstance(event := await self._event(), h11.InformationalResponse):
            pass
        assert isinstance(event, h11.Response)
        return event.status_code, tuple(
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in event.headers
        )

    async def _event(self) -> h11.Event:
        while (event := self.connection.next_event()) is h11.NEED_DATA:
            self.connection.receive_data(await self.reader.read(_CHUNK))
        if not isinstance(event, h11.Event) or isinstance(event, h11.ConnectionClosed):
            raise ConnectionResetError("the connection was closed before the answer's end")
        return event


class _Http2:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, limits: Limits) -> None:
        self.reader = reader
        self.writer = writer
        self.connection = H2Connection(H2Configuration(client_side=True, header_encoding="latin-1"))
        self.body = _Body(limits.size)
        self.status = 0
        self.headers: list[Header] = []

    async def exchange(self, endpoint: Address, outgoing: Outgoing) -> Outcome:
        """The answer to the only request of the connection."""
        self.connection.local_settings[SettingCodes.ENABLE_PUSH] = 0
        self.connection.initiate_connection()
        pseudo = (
            (":method", outgoing.method),
            (":scheme", endpoint.scheme),
            (":authority", endpoint.authority),
            (":path", outgoing.target),
        )
        headers = [(name.encode(), value.encode()) for name, value in (*pseudo, *outgoing.headers)]
        begun = monotonic()
        self.connection.send_headers(_STREAM, headers, end_stream=not outgoing.body)
        if outgoing.body:
            self.connection.send_data(_STREAM, outgoing.body, end_stream=True)
        await self._flush()
        while not self.body.cut:
            data = await self.reader.read(_CHUNK)
            if not data:
                raise ConnectionResetError("the connection was closed before the answer's end")
            ended = self._ended(data)
            await self._flush()
            if ended:
                break
        return Answer(self.status, tuple(self.headers), bytes(self.body.data), monotonic() - begun, self.body.cut)

    def _ended(self, data: bytes) -> bool:
        for event in self.connection.receive_data(data):
            match event:
                case ResponseReceived(headers=headers) | TrailersReceived(headers=headers):
                    self._take([(str(name), str(value)) for name, value in headers or ()])
                case DataReceived(data=piece, flow_controlled_length=length):
                    self.body.add(piece or b"")
                    self.connection.acknowledge_received_data(length or 0, _STREAM)
                case StreamReset(error_code=code):
                    raise ConnectionResetError(f"the server reset the stream (error {int(code or 0)})")
                case ConnectionTerminated(error_code=code):
                    raise ConnectionResetError(f"the server ended the connection (error {int(code or 0)})")
                case StreamEnded():
                    return True
        return False

    def _take(self, headers: list[Header]) -> None:
        for name, value in headers:
            if name == ":status":
                if not value.isdecimal():
                    raise ProtocolError(f"the status is {value!r}")
                self.status = int(value)
            else:
                self.headers.append((name, value))

    async def _flush(self) -> None:
        self.writer.write(self.connection.data_to_send())
        await self.writer.drain()
