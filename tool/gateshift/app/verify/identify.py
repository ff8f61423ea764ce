"""Which version an answer is of, by the rules of gateshift.yaml."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import msgspec

from gateshift.apischema.regex import matcher
from gateshift.errors import NoVerdict, UserError
from gateshift.live.exchange import Answer
from gateshift.model.rollout import AnswerRules, Evidence, Rollout
from gateshift.yamldoc.data import Json, look_up

_LONGEST_VALUE = 40
_GRPC_STATUS = "grpc-status"
_SERVING = b"\x08\x01"
_PREFIX = 5
_SPECIAL = re.compile(r"[.^$*+?{}\[\]\\|()]")


class Seen(msgspec.Struct, frozen=True):
    """What an answer says: its version, "" where it tells none, and then what it said instead. `status` is that of
    HTTP, or of gRPC; `failed` says that it is an error, whichever version's."""

    version: str
    said: str
    status: int
    failed: bool


Identify = Callable[[Answer], Seen]


def identifier(rollout: Rollout, *, grpc: bool) -> Identify:
    """The way to tell an answer's version.

    Raises NoVerdict where gateshift.yaml gives none, and UserError where the one that it gives cannot work.
    """
    rules = rollout.verify
    if rules is None:
        raise NoVerdict(
            "nothing says how answers tell the versions apart",
            where=str(rollout.file),
            next_step="Add `verify`, such as {header: x-version}, to gateshift.yaml: see docs/verify.md.",
        )
    names = tuple(version.name for version in rollout.versions)
    tests = tuple((evidence, _test(rollout, evidence)) for evidence in rules.versions)

    def identify(answer: Answer) -> Seen:
        status, failed = _grpc_status(answer) if grpc else (answer.status, answer.status >= 500)
        fine = not failed and (grpc or 200 <= status < 300)
        version, said = _version(rules, tests, names, answer, status, fine=fine)
        return Seen(version, said, status, failed)

    return identify


def _version(
    rules: AnswerRules,
    tests: tuple[tuple[Evidence, Callable[[Answer, int], bool]], ...],
    names: tuple[str, ...],
    answer: Answer,
    status: int,
    *,
    fine: bool,
) -> tuple[str, str]:
    if not rules.versions:
        value = _named(rules, answer)
        return (value, "") if value in names else ("", value[:_LONGEST_VALUE])
    claims = [evidence.version for evidence, holds in tests if not evidence.otherwise and holds(answer, status)]
    if len(claims) > 1:
        return "", f"what {' and '.join(claims)} have"
    rest = [evidence.version for evidence in rules.versions if evidence.otherwise and fine]
    return next(iter((*claims, *rest)), ""), ""


def _named(rules: AnswerRules, answer: Answer) -> str:
    """The version's name as the answer says it."""
    if rules.header:
        return next(iter(answer.values(rules.header)), "").strip()
    return _text(look_up(_body(answer), _path(rules.json)))


def _test(rollout: Rollout, evidence: Evidence) -> Callable[[Answer, int], bool]:
    if evidence.header:
        return lambda answer, _: any(evidence.equals in (None, value) for value in answer.values(evidence.header))
    if evidence.json:
        path = _path(evidence.json)
        return lambda answer, _: _is(look_up(_body(answer), path), evidence.equals)
    if evidence.pattern:
        found = _finder(rollout, evidence.pattern)
        return lambda answer, _: found(answer.body.decode(errors="replace"))
    return lambda _, status: status == evidence.status


def _is(value: Json, wanted: str | None) -> bool:
    return value is not None and wanted in (None, _text(value))


def _text(value: Json) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value)


def _path(dotted: str) -> tuple[str | int, ...]:
    return tuple(int(step) if step.isdecimal() else step for step in dotted.split("."))


def _body(answer: Answer) -> Json:
    """The body's JSON; None where it is none."""
    try:
        body: Json = msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, RecursionError):
        return None
    return body


def _finder(rollout: Rollout, pattern: str) -> Callable[[str], bool]:
    """Whether a pattern is found in a text, in time linear in its length."""
    if not _SPECIAL.search(pattern):
        return lambda text: pattern in text
    whole = matcher(f"(?s:.*)(?:{pattern})(?s:.*)")
    if whole is None:
        raise UserError(f"verify.versions: {pattern!r} is not a regular expression of RE2", where=str(rollout.file))
    return lambda text: whole(text) is True


def _grpc_status(answer: Answer) -> tuple[int, bool]:
    """The status of a call of the health service, and whether it failed; 2 (UNKNOWN) where the answer has none."""
    said = next(iter(answer.values(_GRPC_STATUS)), "")
    status = int(said) if said.isdecimal() and len(said) < 4 else 2
    return status, status != 0 or answer.body[_PREFIX:] != _SERVING
