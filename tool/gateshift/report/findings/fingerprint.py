"""A name for each finding that stays the same when lines move, so that a consumer knows it again in the next run.

A relative path as a URI reference.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable

from gateshift.model.report import ReportedFinding

_INDEX = re.compile(r"/\d+(?=/|\Z)")


def fingerprints(findings: Iterable[ReportedFinding]) -> tuple[str, ...]:
    """32 hexadecimal digits a finding, all different.

    They rest on the rule, file, object, field (without list indexes) and the text of the line at fault, not on its
    number; findings alike in all of these are told apart by their order.
    """
    seen: Counter[str] = Counter()
    names = []
    for finding in findings:
        key = _key(finding)
        names.append(hashlib.sha256(f"{key}\0{seen[key]}".encode(errors="surrogatepass")).hexdigest()[:32])
        seen[key] += 1
    return tuple(names)


def _key(finding: ReportedFinding) -> str:
    place = finding.place
    line = next((line.text.strip() for line in place.excerpt if line.number == place.line), "")
    if not line and finding.resource is None:
        line = finding.message
    return "\0".join((finding.rule, place.file, str(finding.resource), _INDEX.sub("/*", finding.pointer), line))


_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")


def relative_uri(path: str) -> str:
    """The path, percent-encoded by RFC 3986 so that no part of it can be read as a scheme, query or fragment.

    A byte of a file name that is not UTF-8 (a surrogate, as Python has it) becomes that byte again.
    """
    raw = b"".join(_bytes(char) for char in path)
    encoded = "".join(chr(byte) if byte in _PLAIN else f"%{byte:02X}" for byte in raw)
    return "." + encoded if encoded.startswith("//") else encoded


def _bytes(char: str) -> bytes:
    return bytes([ord(char) - 0xDC00]) if "\udc80" <= char <= "\udcff" else char.encode(errors="surrogatepass")
