"""Values as bytes that another run reads back, by their types."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")


def encoded(value: object) -> bytes:
    """The value, its mappings in their own order. Raises ValueError or TypeError for what cannot be kept, such as text
    that is not Unicode, an integer of more than 64 bits, or what is nested too deeply."""
    try:
        return msgspec.msgpack.encode(value, enc_hook=_plain)
    except (OverflowError, RecursionError) as error:
        raise ValueError("this value is not kept") from error


def decoded(payload: bytes | msgspec.Raw, form: type[T]) -> T | None:
    """The value of that type; None where the bytes are none."""
    try:
        return msgspec.msgpack.decode(payload, type=form, dec_hook=_of_type)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def _plain(value: object) -> object:
    if isinstance(value, Path):
        return os.fspath(value)
    raise TypeError(f"{type(value).__name__} is not kept")


def _of_type(form: type[Any], value: Any) -> Any:
    if issubclass(form, Path):
        return form(value)
    raise TypeError(f"{form.__name__} is not kept")
