"""Where requests go: the address that is dialled, the host that is asked for, and how the connection is secured."""

from __future__ import annotations

import ipaddress
import ssl
from enum import Enum
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct

from gateshift.errors import UserError

_PORTS = {"http": 80, "https": 443}


class Wire(Enum):
    """The protocol on the connection, by its ALPN name."""

    HTTP1 = "http/1.1"
    HTTP2 = "h2"


class TlsOptions(Struct, frozen=True):
    """Who is trusted beside the system's authorities, and who we are. `insecure` trusts whoever answers."""

    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    insecure: bool = False


class Resolution(Struct, frozen=True):
    """An address to dial for a host and port, instead of asking DNS."""

    host: str
    port: int
    address: str


class Address(Struct, frozen=True):
    """`address` and `port` are dialled, `authority` is the Host header, `server_name` that of TLS ("" without it)."""

    scheme: str
    address: str
    port: int
    authority: str
    server_name: str
    wire: Wire = Wire.HTTP1

    @property
    def is_secure(self) -> bool:
        """Whether it speaks TLS."""
        return self.scheme == "https"

    @property
    def is_loopback(self) -> bool:
        """Whether the address that is dialled is this machine's own, written as one that no resolver can move."""
        try:
            return ipaddress.ip_address(self.address).is_loopback
        except ValueError:
            return self.address == "localhost"


def split_url(url: str) -> SplitResult:
    """The parts of a URL of http or https with a host. Raises UserError, also for one that holds a password."""
    try:
        parts = urlsplit(url)
        wrong = not parts.hostname or parts.port == 0 or parts.scheme not in _PORTS or not url.isprintable()
    except ValueError:
        wrong = True
    if wrong or " " in url:
        raise UserError(f"{url!r} is not a URL that can be asked", next_step="Write http://HOST[:PORT]/PATH, or https.")
    if "@" in parts.netloc:
        raise UserError("a name or password in the URL is not sent", next_step="Leave out what stands before the `@`.")
    return parts


def endpoint_of(url: str, *, host: str = "", wire: Wire = Wire.HTTP1, resolve: tuple[Resolution, ...] = ()) -> Address:
    """Where a URL's requests go. `host` is asked for instead of the URL's own, in the Host header and in TLS."""
    parts = split_url(url)
    name, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    addresses = [entry.address for entry in resolve if (entry.host.lower(), entry.port) == (name, port)]
    return Address(
        scheme=parts.scheme,
        address=addresses[-1] if addresses else name,
        port=port,
        authority=host or parts.netloc,
        server_name=_host(host or parts.netloc) if parts.scheme == "https" else "",
        wire=wire,
    )


def _host(authority: str) -> str:
    return urlsplit(f"//{authority}").hostname or ""


def tls_context(options: TlsOptions, wire: Wire) -> ssl.SSLContext:
    """How connections are secured. Raises UserError for files that cannot be read."""
    context = _trusting(options)
    if options.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if options.certificate is not None:
        try:
            context.load_cert_chain(options.certificate, options.key, password=_no_password)
        except (OSError, ssl.SSLError, ValueError) as error:
            raise UserError(f"cannot use this client certificate: {error}", where=str(options.certificate)) from error
    context.set_alpn_protocols([wire.value])
    return context


def _trusting(options: TlsOptions) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=None if options.ca is None else str(options.ca))
    except (OSError, ssl.SSLError) as error:
        raise UserError(f"cannot read certificates: {error}", where=str(options.ca)) from error


def _no_password() -> str:
    """OpenSSL would ask on the terminal for the password of an encrypted key."""
    raise ValueError("the key is encrypted")
