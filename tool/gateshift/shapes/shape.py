"""One version of one kind: what an object of it may hold, and what the API server knows about it beside that."""

from __future__ import annotations

from dataclasses import dataclass

from gateshift.documents.data import JsonObject


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """A kind in one API version.

    `structural` is the publisher's own schema without its descriptions: defaults, list types and CEL rules kept,
    references resolved. `strict` is the JSON schema (draft 4) that refuses every field the API server would drop.
    """

    group: str
    version: str
    kind: str
    namespaced: bool
    served: bool
    storage: bool
    structural: JsonObject
    strict: JsonObject

    @property
    def api_version(self) -> str:
        """The value of an object's apiVersion: `gateway.networking.k8s.io/v1`, or `v1` for the core group."""
        return f"{self.group}/{self.version}" if self.group else self.version
