"""A relative path as a URI reference."""

from __future__ import annotations

_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")


def relative_uri(path: str) -> str:
    """The path, percent-encoded by RFC 3986 so that no part of it can be read as a scheme, query or fragment.

    A byte of a file name that is no UTF-8 (a surrogate, as Python has it) becomes that byte again.
    """
    raw = b"".join(_bytes(char) for char in path)
    encoded = "".join(chr(byte) if byte in _PLAIN else f"%{byte:02X}" for byte in raw)
    return "." + encoded if encoded.startswith("//") else encoded


def _bytes(char: str) -> bytes:
    return bytes([ord(char) - 0xDC00]) if "\udc80" <= char <= "\udcff" else char.encode(errors="surrogatepass")
