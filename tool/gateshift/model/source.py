"""A text file as read, parsed when it is first asked for; and YAML that is written inside a string of another file."""

from __future__ import annotations

from pathlib import Path

from gateshift.model.place import Place
from gateshift.yamldoc import Document, Span, UnreadableYaml, parse_all
from gateshift.yamldoc.data import FieldPath, Json, text_at


class SourceFile:
    """One file: its path, its text, and its YAML documents. Equal only to itself; read once a run and shared.

    `fault` says why it cannot be used, if it cannot: unreadable bytes (then `text` is empty) or no YAML.
    """

    __slots__ = ("_documents", "_fault", "path", "text")

    def __init__(self, path: Path, text: str, fault: UnreadableYaml | None = None) -> None:
        self.path = path
        self.text = text
        self._fault = fault
        self._documents: tuple[Document, ...] | None = () if fault else None

    @property
    def documents(self) -> tuple[Document, ...]:
        """The YAML documents; none where there is a fault."""
        if self._documents is None:
            try:
                self._documents = parse_all(self.text)
            except UnreadableYaml as error:
                self._fault, self._documents = error, ()
        return self._documents

    @property
    def fault(self) -> UnreadableYaml | None:
        """Why the text is no YAML that can be used, or None."""
        return None if self.documents else self._fault

    @property
    def unreadable(self) -> bool:
        """Whether the file could not be read at all, whatever it would have said."""
        return self._fault is not None and not self.text

    @property
    def original(self) -> SourceFile | None:
        """The file as it stands on disk; None for one that a sync engine makes."""
        return self

    def written(self, pointer: FieldPath, document: int = 0) -> tuple[SourceFile, FieldPath, int]:
        """The file in which a value of this one stands, where in it, and in which of its documents."""
        return self, pointer, document

    def data(self, document: int = 0) -> Json:
        """The data of one document; None where there is no such document."""
        return self.documents[document].data if document < len(self.documents) else None

    def place(self, pointer: FieldPath = (), document: int = 0, *, key: bool = False) -> Place:
        """Where the pointer's value, or the nearest part of the pointer that exists, stands."""
        if document < len(self.documents):
            return self.spanned(self.documents[document].nearest(pointer, key=key)[1])
        fault = self.fault
        return self.spanned(Span(0, 0, fault.line, fault.column, 0, 0) if fault else Span(0, 0, 1, 1, 1, 1))

    def place_of(self, part: str, line: int = 1) -> Place | None:
        """Where the part first stands from the line on; None where it does not."""
        lines = self.text.splitlines(keepends=True)
        start = self.text.find(part, sum(len(text) for text in lines[: line - 1]))
        if start < 0:
            return None
        (row, column), (end_row, end_column) = (
            (self.text.count("\n", 0, offset) + 1, offset - self.text.rfind("\n", 0, offset))
            for offset in (start, start + len(part))
        )
        return self.spanned(Span(start, start + len(part), row, column, end_row, end_column))

    def spanned(self, span: Span) -> Place:
        """The span of this text as a place in a file."""
        return Place(self.path, span.line, span.column, span.end_line, span.end_column)


class EmbeddedSource(SourceFile):
    """YAML written inside a string of a file, such as an inline patch; its places are those of the file around it.

    They are exact in a literal block and in a string on one line without escapes; else the whole string's place.
    """

    __slots__ = ("_around", "_columns", "_lines", "_widths")

    def __init__(self, file: SourceFile, pointer: FieldPath, document: int = 0) -> None:
        text = text_at(file.data(document), *pointer)
        around, at, number = file.written(pointer, document)
        super().__init__(around.path, text)
        span = around.documents[number].nearest(at)[1]
        self._around = around.spanned(span)
        self._lines, self._columns, self._widths = _offsets(around.documents[number].text, span, text)

    def spanned(self, span: Span) -> Place:
        """The span as a place in the file around the string."""
        if self._lines is None:
            return self._around
        columns, end_columns = (self._widths if line == 1 else self._columns for line in (span.line, span.end_line))
        end_line = span.end_line + self._lines if span.end_line else 0
        return Place(self.path, span.line + self._lines, span.column + columns, end_line, span.end_column + end_columns)


def _offsets(around: str, span: Span, text: str) -> tuple[int | None, int, int]:
    """What to add to a line, to a column, and to a column of the first line; no lines where it cannot be told."""
    raw = around[span.start : span.end]
    if raw[:1] == "|":
        first = next((line for line in text.splitlines() if line.strip()), "")
        outer = next((line for line in raw.splitlines()[1:] if line.strip()), "")
        indent = max(0, len(outer.rstrip()) - len(first.rstrip()))
        return span.line, indent, indent
    for quotes in (0, 1):
        if raw[quotes : len(raw) - quotes] == text and "\n" not in raw:
            return span.line - 1, 0, span.column - 1 + quotes
    return None, 0, 0
