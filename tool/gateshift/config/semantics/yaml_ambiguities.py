"""Unquoted scalars that YAML's readers take for different things.

Editors and this tool read YAML 1.2; the readers of Kubernetes still know YAML 1.1, where `on` is true and `010` is
eight. What the two would take differently must be quoted or written otherwise, so that nobody is surprised.
"""

from __future__ import annotations

from gateshift.config.describe import described, dotted, shown_key
from gateshift.config.spec_errors import SpecErrors
from gateshift.yamldoc.data import Scalar
from gateshift.yamldoc.parse import Document
from gateshift.yamldoc.scalars import core, kubernetes


def check_surprises(document: Document, faults: SpecErrors) -> None:
    """A fault for each unquoted key that some reader takes for no text, and each value that two readers take
    differently."""
    for at, written, is_key in document.unquoted():
        new, old = core(written), kubernetes(written)
        if is_key and not (isinstance(new, str) and isinstance(old, str)):
            reading = old if isinstance(new, str) else new
            faults.add(
                at,
                f"{dotted(at[:-1])}: the key `{shown_key(written)}` is {_taken_for(reading)} to some readers of YAML, "
                "not a string",
                f"put it in quotes: '{written}'" if written else "give the value a key",
                key=True,
            )
        elif not is_key and not _same(new, old):
            faults.add(
                at,
                f"{dotted(at)}: `{shown_key(written)}` is {_taken_for(new)} in YAML 1.2 and {_taken_for(old)} "
                "in YAML 1.1, which Kubernetes reads",
                _unmistakable(written, old),
            )


def _same(new: Scalar, old: Scalar) -> bool:
    return isinstance(new, str) == isinstance(old, str) and (new == old or new != new)


def _taken_for(value: Scalar) -> str:
    match value:
        case None:
            return "null"
        case str():
            return "a string"
        case bool():
            return described(value)
        case _:
            return f"the number {value:g}" if isinstance(value, float) else f"the number {described(value)}"


def _unmistakable(written: str, old: Scalar) -> str:
    if isinstance(old, bool):
        return f"write {described(old)}, or '{written}' in quotes for the string"
    plain = written.lstrip("+-0") or "0"
    return f"write {plain}, or '{written}' in quotes for the string"
