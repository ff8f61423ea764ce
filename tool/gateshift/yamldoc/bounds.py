"""How much text is read at all, so that no file can exhaust time or memory."""

from __future__ import annotations

from msgspec import Struct


class UnreadableYaml(Exception):  # noqa: N818 -- it says what the text is, as the caller's finding will
    """The text is no YAML that can be used: what is wrong, and the line and column (from 1) where it shows."""

    def __init__(self, what: str, line: int = 1, column: int = 1) -> None:
        super().__init__(what)
        self.what = what
        self.line = line
        self.column = column


class ReadLimits(Struct, frozen=True):
    """Bounds of one text: its size in bytes, and its number of values, as written and once aliases are expanded.

    Nesting is bounded by libyaml itself, at 1,000 levels.
    """

    size: int = 16 << 20
    values: int = 500_000


DEFAULT = ReadLimits()


def text_of(raw: bytes, limits: ReadLimits = DEFAULT) -> str:
    """The bytes as text: UTF-8, or UTF-16 with a byte order mark, which is dropped. Line breaks stay as they are.

    Raises UnreadableYaml for more than `limits.size` bytes, a NUL byte or another encoding.
    """
    if len(raw) > limits.size:
        raise UnreadableYaml(f"{len(raw):,} bytes are more than the {limits.size:,} that are read of one file")
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        line = before.count(b"\n") + 1
        column = error.start - (before.rfind(b"\n") + 1) + 1
        raise UnreadableYaml(f"not UTF-8: byte 0x{raw[error.start]:02x}", line, column) from error
    nul = text.find("\0")
    if nul >= 0:
        raise UnreadableYaml("a NUL byte", text.count("\n", 0, nul) + 1, nul - (text.rfind("\n", 0, nul) + 1) + 1)
    return text


def bytes_like(raw: bytes, text: str) -> bytes:
    """The text as bytes in the encoding of `raw`, with its byte order mark: what `text_of` took off."""
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"\xef\xbb\xbf", "utf-8")):
        if raw.startswith(mark):
            return mark + text.encode(encoding)
    return text.encode()
