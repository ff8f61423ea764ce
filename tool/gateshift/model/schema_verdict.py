"""What the schema of its kind says about one object."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from gateshift.yamldoc.data import FieldPath


class FaultKind(Enum):
    """How a field departs from its schema."""

    UNKNOWN = "unknown field"
    MISSING = "missing field"
    TYPE = "wrong type"
    VALUE = "wrong value"


class SchemaError(Struct, frozen=True):
    """One field at fault. A missing field's pointer is that of the object that lacks it."""

    pointer: FieldPath
    kind: FaultKind
    message: str

    @property
    def at_key(self) -> bool:
        """Whether the field's key is at fault, not its value."""
        return self.kind is FaultKind.UNKNOWN


class Outcome(Enum):
    """How the check of one object came out."""

    VALID = "valid"
    INVALID = "invalid"
    SKIPPED = "skipped"


class SchemaVerdict(Struct, frozen=True):
    """The outcome for one object: its faults where it is invalid, the reason where it was skipped."""

    outcome: Outcome
    faults: tuple[SchemaError, ...] = ()
    reason: str = ""


VALID = SchemaVerdict(Outcome.VALID)
