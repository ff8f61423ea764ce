"""What `verify` and `gate` said of the running system, from the JSON that they wrote."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from gateshift.app.shared.paths import shown_path
from gateshift.errors import UserError
from gateshift.model.gate import GateVerdict
from gateshift.model.status import LiveVerdict
from gateshift.model.verification import ShareVerdict
from gateshift.yamldoc.data import Json, JsonObject, text_at

_LARGEST = 10 << 20
_HOW = "Write it with `gateshift verify URL -f json -o FILE` or `gateshift gate -f json -o FILE`."


def live_verdict(file: Path) -> LiveVerdict:
    """The verdict that the file holds. Raises UserError where it is not the JSON of one of the two commands."""
    data = _read(file)
    command, verdicts = _kind(data)
    verdict = text_at(data, "verdict")
    if data.get("schema") != 1 or not text_at(data, "service") or verdict not in verdicts:
        raise _other(file)
    return LiveVerdict(
        file=shown_path(file),
        command=command,
        service=text_at(data, "service"),
        environment=text_at(data, "environment"),
        stage=text_at(data, "stage"),
        version=text_at(data, "version"),
        verdict=verdict,
        at=text_at(data, "at") or _last_written(file),
    )


def _kind(data: JsonObject) -> tuple[str, frozenset[str]]:
    """Which of the two wrote it, and what that one can say."""
    if "figures" in data:
        return "gate", frozenset(verdict.value for verdict in GateVerdict)
    return "verify", frozenset(verdict.value for verdict in ShareVerdict)


def _read(file: Path) -> JsonObject:
    try:
        with file.open("rb") as stream:
            raw = stream.read(_LARGEST + 1)
    except OSError as error:
        raise UserError(f"cannot be read: {error.strerror}", where=str(file)) from error
    if len(raw) > _LARGEST:
        raise _other(file)
    parse: Callable[[bytes], Json] = json.loads
    try:
        data = parse(raw)
    except (ValueError, RecursionError) as error:
        raise _other(file) from error
    if not isinstance(data, dict):
        raise _other(file)
    return data


def _other(file: Path) -> UserError:
    return UserError("is not the JSON of `verify` or `gate`", where=str(file), next_step=_HOW)


def _last_written(file: Path) -> str:
    return datetime.fromtimestamp(file.stat().st_mtime, UTC).isoformat(timespec="seconds")
