"""The functions that Kubernetes adds to CEL and the evaluator does not have.

An address, a range, a URL and a quantity are lists of their kind and their text here, since the evaluator cannot hold
types of ours; rules only pass them on to the functions below.

Source: apiserver, pkg/cel/library, and Kubernetes, "CEL in Kubernetes", section on libraries.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from ipaddress import ip_address, ip_network
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cel_expr_python import cel

_QUANTITY = r"([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))(|[numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]+)\Z"
_URL = r"(?s)(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#.*)?\Z"
_PORT = r":([0-9]*)\Z"
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}

Value = list[str]
"""A value of a Kubernetes type: its kind and its text."""


def _is(parse: Callable[[str], object]) -> Callable[[str], bool]:
    def holds(text: str) -> bool:
        try:
            parse(text)
        except ValueError:
            return False
        return True

    return holds


def _address(text: str) -> str:
    if "%" in text:
        raise ValueError("zones are not allowed")
    return str(ip_address(text))


def _range(text: str) -> str:
    ip_network(text, strict=False)
    if "/" not in text or "." in text.partition("/")[2]:
        raise ValueError("not a CIDR")
    return text


def _url(text: str) -> str:
    match = re.match(_URL, text)
    absolute = match is not None and match[1] and match[2]
    if not absolute and not text.startswith("/"):
        raise ValueError("neither an absolute URL nor an absolute path")
    return text


def _part(url: Value, group: int) -> str:
    """A part of the URL by RFC 3986, appendix B: 1 scheme, 2 authority, 3 path."""
    match = re.match(_URL, url[1])
    return (match[group] or "") if match else ""


def _host(url: Value) -> str:
    return _part(url, 2).rpartition("@")[2]


def _port(url: Value) -> str:
    match = re.search(_PORT, _host(url))
    return match[1] if match else ""


def amount(text: str) -> Decimal:
    """The number that a Kubernetes quantity stands for; ValueError where it is none."""
    match = re.match(_QUANTITY, text)
    if match is None:
        raise ValueError(f"no quantity: {text}")
    number, suffix = Decimal(match[1]), match[2]
    if suffix in _BINARY:
        return number * Decimal(2 ** _BINARY[suffix])
    return number.scaleb(_DECIMAL[suffix] if suffix in _DECIMAL else int(suffix[1:]))


def _quantity(text: str) -> Value:
    return ["quantity", format(amount(text), "f")]


def _made(kind: str, parse: Callable[[str], str]) -> Callable[[str], Value]:
    return lambda text: [kind, parse(text)]


def _compare(left: Value, right: Value) -> int:
    first, second = Decimal(left[1]), Decimal(right[1])
    return (first > second) - (first < second)


def _contains(outer: Value, inner: str) -> bool:
    network, other = ip_network(outer[1], strict=False), ip_network(inner, strict=False)
    return network.version == other.version and other.subnet_of(network)  # type: ignore[arg-type]  # same version


NOT_LINEAR = "the expression may take longer than linear time"
_REPEATED_GROUP = re.compile(r"\)[*+{?]|\\[1-9]|\(\?[^:]")
_REPEAT = re.compile(r"[*+{]")
_MOST_REPEATS = 3
_LONGEST_TEXT = 4096


def _find_all(text: str, pattern: str) -> list[str]:
    """Every match, by an engine that backtracks: only for expressions that cannot run away, and for short texts."""
    if _REPEATED_GROUP.search(pattern) or len(_REPEAT.findall(pattern)) > _MOST_REPEATS or len(text) > _LONGEST_TEXT:
        raise ValueError(NOT_LINEAR)
    return [match.group() for match in re.finditer(pattern, text)]


def _find(text: str, pattern: str) -> str:
    return next(iter(_find_all(text, pattern)), "")


def _sorted(entries: Sequence[Any]) -> bool:
    return all(first <= second for first, second in pairwise(entries))


def functions() -> list[cel.FunctionDecl]:
    """The declarations for an environment."""
    from cel_expr_python import cel

    text, flag, number, many, dyn = cel.Type.STRING, cel.Type.BOOL, cel.Type.INT, cel.Type.LIST, cel.Type.DYN
    table: list[tuple[str, bool, list[cel.Type], cel.Type, Callable[..., Any]]] = [
        ("isIP", False, [text], flag, _is(_address)),
        ("ip", False, [text], many, _made("ip", _address)),
        ("family", True, [many], number, lambda ip: ip_address(ip[1]).version),
        ("isCIDR", False, [text], flag, _is(_range)),
        ("cidr", False, [text], many, _made("cidr", _range)),
        ("prefixLength", True, [many], number, lambda net: ip_network(net[1], strict=False).prefixlen),
        ("containsIP", True, [many, text], flag, _contains),
        ("containsIP", True, [many, many], flag, lambda net, ip: _contains(net, ip[1])),
        ("containsCIDR", True, [many, text], flag, _contains),
        ("containsCIDR", True, [many, many], flag, lambda net, other: _contains(net, other[1])),
        ("isURL", False, [text], flag, _is(_url)),
        ("url", False, [text], many, _made("url", _url)),
        ("getScheme", True, [many], text, lambda url: _part(url, 1)),
        ("getHost", True, [many], text, _host),
        ("getHostname", True, [many], text, lambda url: re.sub(_PORT, "", _host(url)).strip("[]")),
        ("getPort", True, [many], text, _port),
        ("getEscapedPath", True, [many], text, lambda url: _part(url, 3)),
        ("isQuantity", False, [text], flag, _is(amount)),
        ("quantity", False, [text], many, _quantity),
        ("compareTo", True, [many, many], number, _compare),
        ("isLessThan", True, [many, many], flag, lambda left, right: _compare(left, right) < 0),
        ("isGreaterThan", True, [many, many], flag, lambda left, right: _compare(left, right) > 0),
        ("sign", True, [many], number, lambda value: _compare(value, ["quantity", "0"])),
        ("isInteger", True, [many], flag, lambda value: Decimal(value[1]) % 1 == 0),
        ("asInteger", True, [many], number, lambda value: int(Decimal(value[1]))),
        ("find", True, [text, text], text, _find),
        ("findAll", True, [text, text], many, _find_all),
        ("findAll", True, [text, text, number], many, lambda value, pattern, most: _find_all(value, pattern)[:most]),
        ("isSorted", True, [many], flag, _sorted),
        ("sum", True, [many], dyn, sum),
        ("min", True, [many], dyn, min),
        ("max", True, [many], dyn, max),
    ]
    overloads: dict[str, list[cel.Overload]] = {}
    for name, member, parameters, returned, function in table:
        key = f"{name}_{len(overloads.get(name, ()))}"
        overload = cel.Overload(key, return_type=returned, parameters=parameters, is_member=member, impl=function)
        overloads.setdefault(name, []).append(overload)
    return [cel.FunctionDecl(name, variants) for name, variants in overloads.items()]
