"""What a real API server (Kubernetes 1.37.2) answered to changes of ordinary objects, from `admission.json`.

The file holds one ordinary object of each kind, and each case as what it sets and unsets of that object.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

_DATA: dict[str, Any] = json.loads(Path(__file__).with_name("admission.json").read_text(encoding="utf-8"))


def objects(outcome: str) -> list[Any]:
    """The objects that the server refused, or those that it admitted, when they were created."""
    return [_object(case) for case in _DATA[outcome]]


def updates(*, refused: bool) -> list[tuple[Any, Any]]:
    """The changes that the server refused, or those that it admitted, in both ways of applying."""
    chosen = [case for case in _DATA["updates"] if case["refused"] is refused]
    return [(before := _object(case["before"]), _changed(before, case["change"])) for case in chosen]


def _object(case: Any) -> Any:
    return _changed(_DATA["bases"][case["kind"]], case)


def _changed(base: Any, change: Any) -> Any:
    result = copy.deepcopy(base)
    for path, value in change.get("set", {}).items():
        place, last = _place(result, path)
        if isinstance(place, list) and last == len(place):
            place.append(value)
        else:
            place[last] = value
    for path in change.get("unset", []):
        place, last = _place(result, path)
        del place[last]
    return result


def _place(data: Any, path: str) -> tuple[Any, Any]:
    *steps, last = (step.replace("~1", "/") for step in path.split("/"))
    for step in steps:
        data = data[int(step)] if isinstance(data, list) else data[step]
    return data, int(last) if isinstance(data, list) else last
