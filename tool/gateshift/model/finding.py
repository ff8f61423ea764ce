"""What a check finds: a level, a message and the field at fault, and the same with its place in a file.

A check points at an object and a field (a FieldRef). Tracing turns that into a file and line, and the finding into a
PlacedFinding with the roots it reaches.
"""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from msgspec import Struct

from gateshift.model.place import Place
from gateshift.model.resource import Resource
from gateshift.yamldoc.data import FieldPath


class Level(Enum):
    """How bad a finding is, worst first."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """0 for the worst; sorts findings and compares with `--fail-on`."""
        return list(Level).index(self)


class FieldRef(Struct, frozen=True, eq=False, tag=True):
    """A field of a built object. `key` asks for the place of the field's key instead of its value, `part` for that of
    a text within its value."""

    resource: Resource
    pointer: FieldPath = ()
    key: bool = False
    part: str = ""


class Related(Struct, frozen=True, eq=False):
    """A second place that explains a finding, with what is to be seen there."""

    message: str
    at: FieldRef | Place


class Finding(Struct, frozen=True, eq=False):
    """One fault. `cluster_says` is the condition, status or refusal the cluster would answer with;
    `help` is the way out. Both may be empty. `rule` is the id of a rule, such as GS301; its check or its rule writes
    it, never the author of a finding."""

    level: Level
    message: str
    at: FieldRef | Place
    cluster_says: str = ""
    help: str = ""
    related: tuple[Related, ...] = ()
    rule: str = ""


def is_certain(finding: Finding) -> bool:
    """Whether a finding holds whatever stands in the places whose values are not known."""
    places = (finding.at, *(related.at for related in finding.related))
    return all(at.resource.is_known(at.pointer) for at in places if isinstance(at, FieldRef))


class PlacedFinding(Struct, frozen=True, eq=False):
    """One fault, once: `roots` are the roots whose builds show it, sorted; `related` are its second places."""

    finding: Finding
    place: Place
    roots: tuple[Path, ...]
    related: tuple[tuple[str, Place], ...] = ()
