"""A list of requests as JSON, each mistake in it at its place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl

from gateshift.errors import UserError
from gateshift.traffic.request import ParentRef, Protocol, Request
from gateshift.yamldoc.data import Json, JsonObject

KEYS = (
    "parent",
    "listener",
    "port",
    "scheme",
    "protocol",
    "sni",
    "host",
    "method",
    "path",
    "query",
    "headers",
    "from_namespace",
)
"""What an entry may say; only `parent` must be there."""

PARENTS = ("Gateway", "ListenerSet", "Service")
PARENT_FORMS = "Gateway/NAMESPACE/NAME, ListenerSet/NAMESPACE/NAME or Service/NAMESPACE/NAME"
_SHOWN = 20
_SPACE = re.compile(r"[ \t\r\n]*")


class _MistakeError(Exception):
    """What is wrong with one entry, and the key at fault ("" for the whole entry)."""

    def __init__(self, what: str, key: str = "") -> None:
        super().__init__(what)
        self.key = key


def read_requests(text: str, where: str) -> tuple[Request, ...]:
    """The requests of a file. Raises UserError that names every mistake with its line and column; `where` names the
    file."""
    found: list[Request] = []
    mistakes: list[str] = []
    for start, end, entry in _entries(text, where):
        try:
            found.append(_request(entry))
        except _MistakeError as mistake:
            at = _key_at(text, start, end, mistake.key)
            mistakes.append(f"{where}:{_position(text, at)}: {mistake}")
    if mistakes:
        more = [f"and {len(mistakes) - _SHOWN} more"] if len(mistakes) > _SHOWN else []
        raise UserError("\n".join([*mistakes[:_SHOWN], *more]), next_step=f"An entry may have: {', '.join(KEYS)}.")
    return tuple(found)


def _entries(text: str, where: str) -> Iterator[tuple[int, int, Json]]:
    """Each entry of the list with its start and end in the text."""
    decoder = json.JSONDecoder()
    index = _after_space(text, 1 if text.startswith("\ufeff") else 0)
    try:
        if not text.startswith("[", index):
            raise json.JSONDecodeError("a requests file is a JSON list", text, index)
        index = _after_space(text, index + 1)
        while not text.startswith("]", index):
            entry, end = decoder.raw_decode(text, index)
            yield index, end, entry
            index = _after_space(text, end)
            if text.startswith(",", index):
                index = _after_space(text, index + 1)
            elif not text.startswith("]", index):
                raise json.JSONDecodeError("expected a comma or the end of the list", text, index)
        rest = _after_space(text, index + 1)
        if rest != len(text):
            raise json.JSONDecodeError("something follows the list", text, rest)
    except json.JSONDecodeError as error:
        raise UserError(
            f"not a JSON list of requests: {error.msg}", where=f"{where}:{error.lineno}:{error.colno}"
        ) from error
    except RecursionError as error:
        raise UserError("nested too deep", where=f"{where}:{_position(text, index)}") from error


def _after_space(text: str, index: int) -> int:
    found = _SPACE.match(text, index)
    return found.end() if found else index


def _position(text: str, index: int) -> str:
    return f"{text.count(chr(10), 0, index) + 1}:{index - text.rfind(chr(10), 0, index)}"


def _key_at(text: str, start: int, end: int, key: str) -> int:
    """Where the key stands in an entry; the entry's start where it is not found."""
    found = re.compile(rf"{re.escape(json.dumps(key, ensure_ascii=False))}[ \t\r\n]*:").search(text, start, end)
    return found.start() if key and found else start


def _request(entry: Json) -> Request:
    if not isinstance(entry, dict):
        raise _MistakeError("a request is a JSON object")
    for key in entry:
        if key not in KEYS:
            raise _MistakeError(f"unknown key {json.dumps(key)}", key)
    path, query = _target(entry)
    return Request(
        parent=_parent(entry),
        protocol=_protocol(entry),
        host=_text(entry, "host"),
        method=_text(entry, "method") or "GET",
        path=path,
        query=query,
        headers=_headers(entry),
        port=_port(entry),
        listener=_text(entry, "listener"),
        sni=_text(entry, "sni"),
        from_namespace=_text(entry, "from_namespace"),
        scheme=_one_of(entry, "scheme", ("http", "https")),
    )


def parent_ref(text: str) -> ParentRef | None:
    """`Gateway/NS/NAME` as a ParentRef; NS may be empty. None for anything else."""
    kind, *rest = text.split("/")
    if kind not in PARENTS or len(rest) != 2 or not rest[1]:
        return None
    return ParentRef(kind, rest[0], rest[1])


def _parent(entry: JsonObject) -> ParentRef:
    found = parent_ref(_text(entry, "parent"))
    if found is None:
        raise _MistakeError(f"parent is written {PARENT_FORMS}", "parent")
    return found


def _text(entry: JsonObject, key: str) -> str:
    value = entry.get(key)
    if value is not None and not isinstance(value, str):
        raise _MistakeError(f"{key} is a string", key)
    return value or ""


def _one_of(entry: JsonObject, key: str, allowed: tuple[str, ...]) -> str:
    value = _text(entry, key).lower()
    if value and value not in allowed:
        raise _MistakeError(f"{key} is one of {', '.join(allowed)}", key)
    return value


def _protocol(entry: JsonObject) -> Protocol:
    """The protocol; where it is left out, the scheme's."""
    value = _one_of(entry, "protocol", tuple(each.value for each in Protocol))
    return Protocol(value or _one_of(entry, "scheme", ("http", "https")) or "http")


def _port(entry: JsonObject) -> int | None:
    value = entry.get("port")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 65536:
        raise _MistakeError("port is a number from 1 to 65535", "port")
    return value


def _target(entry: JsonObject) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The path without its query string, and the query's parameters: those in the path, then those of `query`."""
    path, _, written = _text(entry, "path").partition("?")
    if path and not path.startswith("/"):
        raise _MistakeError("path starts with /", "path")
    return path or "/", (*parameters(written), *_query(entry.get("query")))


def parameters(query: str) -> tuple[tuple[str, str], ...]:
    """The parameters of a query string, decoded, in order."""
    return tuple(parse_qsl(query, keep_blank_values=True))


def _query(value: Json) -> tuple[tuple[str, str], ...]:
    """Query parameters written as a query string, an object, or a list of pairs."""
    if value is None:
        return ()
    if isinstance(value, str):
        return parameters(value.removeprefix("?"))
    return _pairs(value, "query")


def _headers(entry: JsonObject) -> tuple[tuple[str, str], ...]:
    value = entry.get("headers")
    return () if value is None else _pairs(value, "headers")


def _pairs(value: Json, key: str) -> tuple[tuple[str, str], ...]:
    """Names and values: an object, whose values may be lists of strings, or a list of pairs."""
    if isinstance(value, Mapping):
        found = [(name, each) for name, item in value.items() for each in (item if isinstance(item, list) else [item])]
    elif isinstance(value, list):
        found = [_pair(item, key) for item in value]
    else:
        raise _MistakeError(f"{key} is an object of names and values, or a list of pairs", key)
    kept = [(name, each) for name, each in found if isinstance(each, str)]
    if len(kept) < len(found):
        raise _MistakeError(f"a value in {key} is a string", key)
    return tuple(kept)


def _pair(item: Json, key: str) -> tuple[str, Json]:
    if isinstance(item, list) and len(item) == 2 and isinstance(item[0], str):
        return item[0], item[1]
    if isinstance(item, dict) and set(item) == {"name", "value"} and isinstance(item["name"], str):
        return item["name"], item["value"]
    raise _MistakeError(f"an entry of {key} is a pair of a name and a value", key)
