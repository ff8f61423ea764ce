"""A rule's condition in words."""

from __future__ import annotations

from gateshift.traffic.match import Candidate, Condition, Header, Method, Path, Procedure, Query, candidates
from gateshift.traffic.routes import EXACT, PREFIX, Route

EVERY = "all requests"


def words_of(route: Route, rule: int) -> str:
    """`header user-agent = debug, path /api/*`, matches joined by `or`; `all requests` where nothing is asked."""
    matches = [_match(candidate) for candidate in candidates(route) if candidate.rule == rule]
    return " or ".join(dict.fromkeys(matches)) or EVERY


def _match(candidate: Candidate) -> str:
    return ", ".join(word for condition in candidate.conditions if (word := _condition(condition))) or EVERY


def _condition(condition: Condition) -> str:
    match condition:
        case Path():
            return f"path {_compared(condition.type, condition.value)}"
        case Method():
            return f"method {condition.value}"
        case Header():
            return f"header {condition.name} {_sign(condition.type)} {condition.value}"
        case Query():
            return f"query {condition.name} {_sign(condition.type)} {condition.value}"
        case Procedure():
            parts = [part for part in (condition.service, condition.method) if part]
            return f"gRPC {_sign(condition.type)} {'/'.join(parts)}" if parts else ""


def _compared(kind: str, value: str) -> str:
    return f"{value}/*" if kind == PREFIX else f"{_sign(kind)} {value}"


def _sign(kind: str) -> str:
    return "=" if kind == EXACT else "~"
