"""A request as it reaches a Gateway's listener or is dialled at a Service."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct


class Protocol(Enum):
    """What the client speaks."""

    HTTP = "http"
    HTTPS = "https"
    GRPC = "grpc"


class ParentRef(Struct, frozen=True):
    """The object a request is sent to: `Gateway/NS/NAME`, `ListenerSet/NS/NAME` or `Service/NS/NAME`."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.namespace}/{self.name}"


class Request(Struct, frozen=True):
    """One request. `path` holds no query string and is matched as written; `query` and `headers` keep their order.

    `host` is the Host header, "" where none is sent by name (the parent's address); a port in it counts only where
    `port` is None. `port` is the port dialled: None picks the only one that fits. `listener` names the listener whose
    port is dialled; which listener answers is then decided by host and SNI, as on the wire. `sni` defaults to the
    host. `scheme` is http or https; "" follows the protocol. `from_namespace` is the client's, for mesh routes
    ("" is the Service's own).
    """

    parent: ParentRef
    protocol: Protocol = Protocol.HTTP
    host: str = ""
    method: str = "GET"
    path: str = "/"
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    port: int | None = None
    listener: str = ""
    sni: str = ""
    from_namespace: str = ""
    scheme: str = ""

    @property
    def is_secure(self) -> bool:
        """Whether the client speaks TLS."""
        return self.scheme == "https" or (not self.scheme and self.protocol is Protocol.HTTPS)
