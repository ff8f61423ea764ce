"""A kustomization as a sync engine builds it: some of its fields stand in the sync object."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from gateshift.model.place import Place
from gateshift.model.source import SourceFile
from gateshift.yamldoc.data import FieldPath, JsonObject


class EditedSource(SourceFile):
    """A kustomization as it is built. `base` is the file that it was made of, None for one that an engine makes anew,
    and `spelled` gives the key of a field as that file writes it.

    `added` gives for each value that is not in the file where it stands in document `document` of `sync_object`; an
    entry for () is for every value that has none of its own.
    """

    __slots__ = ("_added", "_base", "_document", "_spelled", "_sync_object")

    def __init__(
        self,
        path: Path,
        data: JsonObject,
        sync_object: SourceFile,
        document: int,
        added: Mapping[FieldPath, FieldPath],
        base: SourceFile | None = None,
        spelled: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(path, json.dumps(data))
        self._sync_object = sync_object
        self._document = document
        self._added = added
        self._base = base
        self._spelled = spelled or {}

    @property
    def original(self) -> SourceFile | None:
        """The file as it stands on disk; None for one that an engine makes."""
        return None if self._base is None else self._base.original

    def written(self, pointer: FieldPath, document: int = 0) -> tuple[SourceFile, FieldPath, int]:
        """Where a value stands: in the file, or in the sync object."""
        for length in range(len(pointer), -1, -1):
            at = self._added.get(pointer[:length])
            if at is not None:
                return self._sync_object, (*at, *pointer[length:]), self._document
        assert self._base is not None
        steps = (self._spelled.get(str(pointer[0]), pointer[0]), *pointer[1:]) if pointer else pointer
        return self._base.written(steps, document)

    def place(self, pointer: FieldPath = (), document: int = 0, *, key: bool = False) -> Place:
        """The place of a value, or of the nearest part of the pointer to it that exists."""
        file, at, number = self.written(pointer, document)
        return file.place(at, number, key=key)
