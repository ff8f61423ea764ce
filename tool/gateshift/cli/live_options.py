"""The options of the commands that ask running systems: headers, TLS, addresses, and the line of progress."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar

import click

from gateshift.cli.options import Seconds
from gateshift.errors import UserError
from gateshift.live.endpoint import Resolution, TlsOptions
from gateshift.live.prometheus import Server, server_at

T = TypeVar("T")

_EVERY = 0.1
_LONGEST_TOKEN = 16_384


class _Header(click.ParamType[tuple[str, str]]):
    """`Name: value`, as curl takes it."""

    name = "header"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """The name and the value without the blanks around it."""
        name, colon, rest = value.partition(":")
        if not colon or not name.strip():
            self.fail(f"{value!r} is not a header: write 'Name: value'", param, ctx)
        return name.strip(), rest.strip()


class _Resolve(click.ParamType[Resolution]):
    """`HOST:PORT:ADDRESS`, as curl takes it."""

    name = "resolution"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> Resolution:
        """The host, the port and the address without brackets."""
        host, _, rest = value.partition(":")
        port, _, address = rest.partition(":")
        if not host or not port.isdecimal() or not 0 < int(port) < 65536 or not address:
            self.fail(f"{value!r} is not HOST:PORT:ADDRESS", param, ctx)
        return Resolution(host, int(port), address.strip("[]"))


class Figure(click.FloatRange):
    """A number in a range; `nan`, which no comparison refuses, is none."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number. Raises click's usage error."""
        figure = float(super().convert(value, param, ctx))
        if math.isnan(figure):
            self.fail(f"{value} is not a number", param, ctx)
        return figure


HEADER = _Header()
SECONDS = Seconds(min=0, max=86_400.0, min_open=True)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def resolve_option(function: Callable[..., T]) -> Callable[..., T]:
    """Give a command `--resolve`."""
    option = click.option(
        "--resolve",
        type=_Resolve(),
        multiple=True,
        metavar="HOST:PORT:ADDRESS",
        help="Dial ADDRESS for HOST and PORT; repeatable.",
    )
    return option(function)


def tls_options(function: Callable[..., T]) -> Callable[..., T]:
    """Give a command the options of TLS; its function gets the keyword `tls` instead of them."""

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> T:
        ca, certificate, key = kwargs.pop("cacert"), kwargs.pop("cert"), kwargs.pop("key")
        if key is not None and certificate is None:
            raise click.UsageError("--key is for --cert")
        return function(*args, tls=TlsOptions(ca, certificate, key, kwargs.pop("insecure")), **kwargs)

    options = (
        click.option("--cacert", type=_FILE, metavar="FILE", help="Trust these authorities (PEM), and no others."),
        click.option("--cert", type=_FILE, metavar="FILE", help="The client certificate (PEM)."),
        click.option("--key", type=_FILE, metavar="FILE", help="Its key, where that is in another file."),
        click.option("--insecure", is_flag=True, help="Do not check the server's certificate; the report says so."),
    )
    for option in reversed(options):
        call = option(call)
    return call


def prometheus_options(function: Callable[..., T]) -> Callable[..., T]:
    """Give a command `--prometheus` and `--token-file`."""
    options = (
        click.option(
            "--prometheus",
            default="",
            metavar="URL",
            envvar="GATESHIFT_PROMETHEUS",
            help="Its address, instead of that in gateshift.yaml.",
        ),
        click.option(
            "--token-file",
            type=_FILE,
            metavar="FILE",
            envvar="GATESHIFT_PROMETHEUS_TOKEN_FILE",
            help="A file with the bearer token.",
        ),
    )
    for option in reversed(options):
        function = option(function)
    return function


def prometheus_server(
    declared: str, given: str, token_file: Path | None, tls: TlsOptions, seconds: float = 30.0
) -> Server:
    """The server to ask. Raises UserError where a token would go to an address that only gateshift.yaml names: whoever
    can change that file would receive it."""
    token = os.environ.get("GATESHIFT_PROMETHEUS_TOKEN", "") if token_file is None else _token(token_file)
    if token and not given:
        raise UserError(
            "a token is not sent to an address that only gateshift.yaml names",
            next_step="Give the address too, with --prometheus or GATESHIFT_PROMETHEUS.",
        )
    return server_at(given or declared, tls=tls, token=token, seconds=seconds)


def _token(file: Path) -> str:
    try:
        token = file.read_bytes()[:_LONGEST_TOKEN].decode("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError("the token cannot be read", where=str(file)) from error
    if not token:
        raise UserError("the file holds no token", where=str(file))
    return token


class Progress:
    """One line on standard error that tells how far a run is."""

    def __init__(self, *, shown: bool) -> None:
        self.shown = shown
        self._last = 0.0

    def __call__(self, done: int, total: int, failed: int) -> None:
        """Show it, at most ten times a second."""
        now = monotonic()
        if self.shown and (now - self._last >= _EVERY or done == total):
            self._last = now
            sys.stderr.write(f"\r\x1b[K{done} of {total} requests, {failed} without an answer")
            sys.stderr.flush()

    def end(self) -> None:
        """Clear the line."""
        if self.shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
