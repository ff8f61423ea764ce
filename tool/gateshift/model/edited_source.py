"""A kustomization as a sync engine builds it: some of its fields stand in the sync object."""

from __future__ import annotations

import json
from collections.abc import Mapping

from gateshift.model.place import Place
from gateshift.model.source import SourceFile
from gateshift.yamldoc.data import FieldPath, JsonObject


class EditedSource(SourceFile):
    """The file with other data. `spelled` gives the key of a field as the file writes it, `added` for each value that
    is not in the file where it stands in document `document` of `elsewhere`."""

    __slots__ = ("_added", "_document", "_elsewhere", "_file", "_spelled")

    def __init__(
        self,
        file: SourceFile,
        data: JsonObject,
        spelled: Mapping[str, str],
        elsewhere: SourceFile,
        document: int,
        added: Mapping[FieldPath, FieldPath],
    ) -> None:
        super().__init__(file.path, json.dumps(data))
        self._file = file
        self._spelled = spelled
        self._elsewhere = elsewhere
        self._document = document
        self._added = added

    @property
    def original(self) -> SourceFile:
        """The file without what was added."""
        return self._file

    def written(self, pointer: FieldPath, document: int = 0) -> tuple[SourceFile, FieldPath, int]:
        """Where a value stands: in the file, or in the sync object."""
        for length in range(len(pointer), 0, -1):
            at = self._added.get(pointer[:length])
            if at is not None:
                return self._elsewhere, (*at, *pointer[length:]), self._document
        steps = (self._spelled.get(str(pointer[0]), pointer[0]), *pointer[1:]) if pointer else pointer
        return self._file, steps, document

    def place(self, pointer: FieldPath = (), document: int = 0, *, key: bool = False) -> Place:
        """The place of a value, or of the nearest part of the pointer to it that exists."""
        file, at, number = self.written(pointer, document)
        return file.place(at, number, key=key)
