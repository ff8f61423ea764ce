"""Someone's YAML changed to say other data, with their comments, quotes and layout wherever the data stays.

A scalar is replaced where it stands, a key or item that is gone takes its own lines along, a new one is written behind
the one that comes before it. A collection that cannot be edited in place is written anew, without its comments.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from gateshift.yamldoc.data import FieldPath, Json, JsonObject
from gateshift.yamldoc.dump import dump, flow, quoted, scalar
from gateshift.yamldoc.parse import Document, Span, parse_all

_STEP = "  "


class CannotRevise(Exception):  # noqa: N818 -- what became of the wish
    """The text is written in a way that this module cannot change without changing more."""


class _Edit(Struct, frozen=True):
    start: int
    end: int
    new: str


def revise(text: str, new: Json, renames: Mapping[str, str] | None = None) -> str:
    """The one document of the text, read by YAML 1.2, made to say `new`.

    A mapping of scalars whose keys become those of `new` by `renames`, in order, keeps its lines under them; so does
    any other mapping where no key takes another one's name. Items of a list that are mappings with a `name` are the
    same where the name is, by `renames` too. Raises CannotRevise.
    """
    documents = parse_all(text, yaml_1_2=True)
    if len(documents) != 1:
        raise CannotRevise("expected one document")
    revision = _Revision(documents[0], renames or {})
    edits = list(revision.value((), documents[0].data, new))
    revised = _applied(text, edits)
    again = parse_all(revised, yaml_1_2=True)
    if len(again) != 1 or not same(again[0].data, new):
        raise CannotRevise("the text is written in a way that cannot be changed in place")
    return revised


def same(data: Json, other: Json) -> bool:
    """Whether the data are equal, the order of keys included."""
    if isinstance(data, dict) and isinstance(other, dict):
        return list(data) == list(other) and all(same(data[key], other[key]) for key in data)
    if isinstance(data, list) and isinstance(other, list):
        return len(data) == len(other) and all(map(same, data, other))
    return type(data) is type(other) and data == other


def _applied(text: str, edits: list[_Edit]) -> str:
    """The text with all edits made; of those at one place the first comes first."""
    pieces, at = [], 0
    for edit in sorted(edits, key=lambda edit: edit.start):
        pieces += [text[at : edit.start], edit.new]
        at = max(at, edit.end)
    return "".join([*pieces, text[at:]])


class _Revision:
    """The edits of one document."""

    def __init__(self, document: Document, renames: Mapping[str, str]) -> None:
        self.document = document
        self.text = document.text
        self.renames = renames
        self.line_break = "\r\n" if "\r\n" in self.text else "\n"

    def value(self, at: FieldPath, old: Json, new: Json) -> Iterator[_Edit]:
        """The edits that make the value at the pointer say something else."""
        if same(old, new):
            return
        span = self._span(at)
        if isinstance(old, (dict, list)) and not self._is_flow(span):
            edits = self._in_place(at, old, new)
            yield from edits if edits is not None else (self._anew(at, span, new),)
        else:
            yield self._anew(at, span, new)

    def _in_place(self, at: FieldPath, old: Json, new: Json) -> list[_Edit] | None:
        """The edits of a block collection; None where it has to be written anew."""
        if isinstance(old, dict) and isinstance(new, dict) and new:
            return self._mapping(at, old, new)
        if isinstance(old, list) and isinstance(new, list) and new:
            return self._sequence(at, old, new)
        return None

    def _mapping(self, at: FieldPath, old: JsonObject, new: JsonObject) -> list[_Edit] | None:
        plain = not any(isinstance(value, (dict, list)) for value in (*old.values(), *new.values()))
        moved = [self.renames.get(key, key) for key in old]
        handed_on = any(name != key and name in old for key, name in zip(old, moved, strict=True))
        if moved == list(new) and (plain or not handed_on):
            return self._renamed(at, old, new)
        kept = [key for key in old if key in new]
        if not kept or kept != [key for key in new if key in old]:
            return None
        gone = [key for key in old if key not in new]
        heads = {key: self._head((*at, key)) for key in old}
        if any(heads[key] is None for key in gone) or next(iter(new)) not in old:
            return None
        edits = [edit for key in gone for edit in self._deletion((*at, key), heads[key])]
        indent = " " * (self._key(at, kept[0]).column - 1)
        anchor = kept[0]
        for key, value in new.items():
            if key in old:
                anchor = key
                edits += self.value((*at, key), old[key], value)
            else:
                edits.append(self._insertion((*at, anchor), indent, dump({key: value})))
        return edits

    def _renamed(self, at: FieldPath, old: JsonObject, new: JsonObject) -> list[_Edit]:
        edits: list[_Edit] = []
        for (before, value), (after, other) in zip(old.items(), new.items(), strict=True):
            if before != after:
                span = self._key(at, before)
                edits.append(_Edit(span.start, span.end, _scalar_like(self.text[span.start : span.end], after)))
            edits += self.value((*at, before), value, other)
        return edits

    def _sequence(self, at: FieldPath, old: list[Json], new: list[Json]) -> list[_Edit] | None:
        if self._are_same_items(old, new):
            pairs = enumerate(zip(old, new, strict=True))
            return [edit for index, (item, other) in pairs for edit in self.value((*at, index), item, other)]
        before, after = [_identity(item, self.renames) for item in old], [_identity(item, {}) for item in new]
        if len(set(before)) < len(before) or len(set(after)) < len(after):
            return None
        kept = [name for name in before if name in after]
        heads = [self._dash((*at, index)) for index in range(len(old))]
        starts = [head for head in heads if head is not None]
        if not kept or kept != [name for name in after if name in before] or len(starts) < len(heads):
            return None
        if after[0] not in before:
            return None
        edits = [
            edit
            for index, name in enumerate(before)
            if name not in after
            for edit in self._deletion((*at, index), starts[index])
        ]
        indent = " " * (starts[0] - self._line_start(starts[0]))
        anchor = 0
        for index, name in enumerate(after):
            if name in before:
                anchor = before.index(name)
                edits += self.value((*at, anchor), old[anchor], new[index])
            else:
                edits.append(self._insertion((*at, anchor), indent, dump([new[index]])))
        return edits

    def _are_same_items(self, old: list[Json], new: list[Json]) -> bool:
        """Whether each item became the one in its place: a list, or a mapping of the same name, an equal scalar, and at
        most one value without a name that changed."""
        if len(old) != len(new):
            return False
        replaced = [pair for pair in zip(old, new, strict=True) if not self._is_same_item(*pair)]
        return not replaced or (len(replaced) == 1 and not (isinstance(replaced[0][0], dict) and replaced[0][0]))

    def _is_same_item(self, item: Json, other: Json) -> bool:
        if isinstance(item, dict) and isinstance(other, dict):
            name = item.get("name")
            return same(self.renames.get(name, name) if isinstance(name, str) else name, other.get("name"))
        return (isinstance(item, list) and isinstance(other, list)) or same(item, other)

    def _head(self, at: FieldPath) -> int | None:
        """Where the key of a mapping's entry starts; None where something else stands before it on its line."""
        span = self._key(at[:-1], str(at[-1]))
        return span.start if not self.text[self._line_start(span.start) : span.start].strip() else None

    def _dash(self, at: FieldPath) -> int | None:
        """Where the dash of a list's item stands; None where something else stands before it on its line."""
        start = self._span(at).start
        line = self._line_start(start)
        before = self.text[line:start]
        return line + before.index("-") if before.strip() == "-" else None

    def _deletion(self, at: FieldPath, head: int | None) -> Iterator[_Edit]:
        """The lines of an entry or item, from its head to its content's last line; comments between its lines go too,
        those above its first line stay."""
        assert head is not None
        yield _Edit(self._line_start(head), self._line_end(self._content_end(at)), "")

    def _insertion(self, behind: FieldPath, indent: str, block: str) -> _Edit:
        """A dumped block, indented, on lines of its own behind the content at the pointer."""
        place = self._line_end(self._content_end(behind))
        lines = self.line_break.join(indent + line if line else "" for line in block.splitlines())
        if place and self.text[place - 1] != "\n":
            return _Edit(place, place, self.line_break + lines)
        return _Edit(place, place, lines + self.line_break)

    def _anew(self, at: FieldPath, span: Span, new: Json) -> _Edit:
        """The value written anew in its place: on one line where it was, else as a block."""
        old = self.text[span.start : span.end]
        if span.start == span.end:
            return _Edit(span.start, span.end, f" {flow(new)}")
        if isinstance(new, str) and not self._is_flow(span) and "\n" not in old and old[:1] not in "|>":
            return _Edit(span.start, span.end, _scalar_like(old, new))
        end = self._content_end(at)
        as_block = isinstance(new, (dict, list)) and isinstance(self._data(at), (dict, list))
        if self._is_flow(span) or not as_block:
            return _Edit(span.start, end, flow(new))
        indent = " " * (span.column - 1)
        first, *rest = dump(new).splitlines()
        return _Edit(span.start, end, self.line_break.join([first, *(indent + line if line else "" for line in rest)]))

    def _is_flow(self, span: Span) -> bool:
        return self.text[span.start : span.start + 1] in ("[", "{")

    def _span(self, at: FieldPath) -> Span:
        span = self.document.span(at)
        if span is None:
            raise CannotRevise("a value has no place of its own")
        around = [self.document.span(at[:length]) for length in range(len(at))]
        if any(outer is None or not outer.start <= span.start for outer in around):
            raise CannotRevise(f"line {span.line}: the value is shared through an anchor")
        if self.text[span.start : span.start + 1] in ("&", "*", "!"):
            raise CannotRevise(f"line {span.line}: the value has an anchor or a tag")
        return span

    def _key(self, at: FieldPath, key: str) -> Span:
        span = self.document.span((*at, key), key=True)
        if span is None:
            raise CannotRevise("a key has no place of its own")
        return span

    def _content_end(self, at: FieldPath) -> int:
        """Behind the last character of the value, comments and blank lines that follow it left out."""
        span = self._span(at)
        data = self._data(at)
        if isinstance(data, dict) and data and not self._is_flow(span):
            return max(self._content_end((*at, key)) for key in data)
        if isinstance(data, list) and data and not self._is_flow(span):
            return self._content_end((*at, len(data) - 1))
        return span.start + len(self.text[span.start : span.end].rstrip())

    def _data(self, at: FieldPath) -> Json:
        data = self.document.data
        for step in at:
            data = data[step]  # type: ignore[index]  # the pointer came from this very data
        return data

    def _line_start(self, index: int) -> int:
        return self.text.rfind("\n", 0, index) + 1

    def _line_end(self, index: int) -> int:
        """Behind the line break of the line that holds the index, or the end of the text."""
        line_break = self.text.find("\n", index)
        return len(self.text) if line_break < 0 else line_break + 1


def _identity(item: Json, renames: Mapping[str, str]) -> str:
    if isinstance(item, dict) and "name" in item:
        name = item["name"]
        return f"name {renames.get(name, name) if isinstance(name, str) else name}"
    return f"value {flow(item)}"


def _scalar_like(old: str, new: str) -> str:
    """The new text in the quotes of the old one."""
    if old.startswith("'") and new.isprintable():
        return "'" + new.replace("'", "''") + "'"
    return quoted(new) if old.startswith('"') else scalar(new)
