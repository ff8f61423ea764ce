"""One number from Prometheus, or why there is none. Whatever is not one fresh finite number is none.

Source: the HTTP API of Prometheus (`/api/v1/query`), https://prometheus.io/docs/prometheus/latest/querying/api/.
"""

from __future__ import annotations

import asyncio
import math
from urllib.parse import urlencode, urlsplit

import msgspec
from msgspec import Struct

from gateshift.errors import UserError
from gateshift.live.endpoint import Address, TlsOptions, endpoint_of, tls_context
from gateshift.live.exchange import Answer, ExchangeFailure, Limits, Outgoing, exchange
from gateshift.yamldoc.data import Json, list_at, look_up, object_at, text_at

_LONGEST = 200


class Server(Struct, frozen=True):
    """Where Prometheus answers. `token` is sent as a bearer token, "" for none."""

    url: str
    address: Address
    tls: TlsOptions = TlsOptions()
    token: str = ""
    limits: Limits = Limits()


class Sample(Struct, frozen=True):
    """The number that a query gave."""

    value: float


class NoSample(Struct, frozen=True):
    """Why a query gave no number that proves anything. `empty` says that it matched no series at all."""

    reason: str
    empty: bool = False


def server_at(url: str, *, tls: TlsOptions, token: str, seconds: float) -> Server:
    """A server to ask. Raises UserError for a token that anyone on the way, or anyone who answers, could read."""
    address = endpoint_of(url)
    if token and not address.is_loopback and (not address.is_secure or tls.insecure):
        raise UserError(
            "a token is sent only by TLS with a checked certificate, or to this machine",
            where=url,
            next_step="Give an https:// address, without --insecure.",
        )
    if any(not "\x20" < character < "\x7f" for character in token):
        raise UserError("the token holds a character that no header can carry")
    return Server(url, address, tls, token, Limits(seconds=seconds))


def ask(server: Server, query: str) -> Sample | NoSample:
    """What the query gives now."""
    headers = [("content-type", "application/x-www-form-urlencoded"), ("accept", "application/json")]
    if server.token:
        headers.append(("authorization", f"Bearer {server.token}"))
    path = urlsplit(server.url).path.rstrip("/")
    body = urlencode({"query": query}).encode()
    outgoing = Outgoing("POST", f"{path}/api/v1/query", tuple(headers), body)
    context = tls_context(server.tls, server.address.wire) if server.address.is_secure else None
    match asyncio.run(exchange(server.address, outgoing, server.limits, context)):
        case ExchangeFailure(kind=kind, reason=reason):
            return NoSample(f"Prometheus did not answer: {kind.value}: {reason}")
        case Answer() as answer:
            return _sample(answer)


def _sample(answer: Answer) -> Sample | NoSample:
    data = _json(answer)
    if answer.status in (401, 403):
        return NoSample(f"Prometheus refused the token, or wants one (status {answer.status})")
    if 300 <= answer.status < 400:
        return NoSample(f"the address redirects (status {answer.status}), which is not followed")
    if answer.cut:
        return NoSample("the answer is longer than 1 MiB, which is not read")
    if answer.status != 200 or text_at(data, "status") != "success":
        said = text_at(data, "error")[:_LONGEST] or ("" if isinstance(data, dict) else "not the API of Prometheus")
        return NoSample(f"Prometheus answered with status {answer.status}" + (f": {said}" if said else ""))
    warnings = [str(warning) for warning in list_at(data, "warnings")]
    if warnings:
        return NoSample(f"the answer is partial: {warnings[0][:_LONGEST]}")
    return _value(data)


def _json(answer: Answer) -> Json:
    try:
        data: Json = msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, RecursionError):
        return None
    return data


def _value(data: Json) -> Sample | NoSample:
    result = object_at(data, "data")
    if text_at(result, "resultType") == "scalar":
        return _number(look_up(result, ("result", 1)))
    if text_at(result, "resultType") != "vector":
        return NoSample("the query gives no instant value")
    series = list_at(result, "result")
    if not series:
        return NoSample("no series", empty=True)
    if len(series) > 1:
        return NoSample(f"{len(series)} series where one is meant: aggregate them in the query")
    return _number(look_up(series[0], ("value", 1)))


def _number(text: Json) -> Sample | NoSample:
    """The number as Prometheus writes it, in a string."""
    try:
        value = float(text) if isinstance(text, str) else math.nan
    except ValueError:
        value = math.nan
    if math.isfinite(value):
        return Sample(value)
    return NoSample(f"the value is {str(text)[:_LONGEST]}: there was nothing to divide, or it is not a number")
