"""Moves a pointer: one scalar changes, every other byte stays."""

from __future__ import annotations

from gateshift.errors import UserError
from gateshift.model.sync_pointer import EditableScalar, SyncPointer, folder_of
from gateshift.yamldoc import Document, Span, parse_all
from gateshift.yamldoc.data import FieldPath, Json, look_up
from gateshift.yamldoc.splice import replace_scalar

_PROPERTIES = ("&", "*", "!")


def move_to(pointer: SyncPointer, folder: str) -> tuple[EditableScalar, str]:
    """The scalar whose change makes the pointer name the folder, and the value it needs. Raises UserError.

    The path keeps its form: `./` in front, a slash behind.
    """
    path = _in_form(pointer.path, folder)
    for scalar in pointer.scalars:
        if path.startswith(scalar.before) and path.endswith(scalar.after):
            value = path[len(scalar.before) : len(path) - len(scalar.after)]
            if value and scalar.before + value + scalar.after == path:
                return scalar, value
    raise UserError(
        f"{pointer}: no scalar alone makes its path `{path}`",
        next_step="Give the template a parameter for the stage, in a scalar of its own.",
    )


def _in_form(path: str, folder: str) -> str:
    lead = next((lead for lead in ("./", "/") if path.startswith(lead)), "")
    return lead + folder + ("/" if path.endswith("/") and folder_of(path) else "")


def replace_value(text: str, document: int, at: FieldPath, value: str) -> str:
    """The text with the string at the pointer in that document replaced. Raises UserError where that would touch more
    than this one scalar: an anchor, an alias, a merged key, a block or a scalar over several lines."""
    documents = parse_all(text)
    span = _own_span(documents[document], at)
    new = replace_scalar(text, span, value)
    if [_data(edited) for edited in parse_all(new)] != [
        _changed(_data(old), at, value) if old.index == document else _data(old) for old in documents
    ]:
        raise UserError(f"line {span.line}: the value cannot be replaced without changing others")
    return new


def _own_span(document: Document, at: FieldPath) -> Span:
    span = document.span(at)
    if span is None or not isinstance(look_up(document.data, at), str):
        raise UserError(f"there is no text at {'.'.join(map(str, at))}")
    around = [document.span(at[:length]) for length in range(len(at))]
    inside = all(outer is not None and outer.start <= span.start and span.end <= outer.end for outer in around)
    written = document.text[span.start : span.end]
    if not inside or written.startswith(_PROPERTIES):
        raise UserError(
            f"line {span.line}: {'.'.join(map(str, at))} is shared through an anchor or has a tag",
            next_step="Write the path out as a plain text.",
        )
    if "\n" in written or "\r" in written or written[:1] in ("|", ">"):
        raise UserError(
            f"line {span.line}: {'.'.join(map(str, at))} stands on several lines",
            next_step="Write the path on one line.",
        )
    return span


def _data(document: Document) -> Json:
    return document.data


def _changed(data: Json, at: FieldPath, value: str) -> Json:
    if not at:
        return value
    if isinstance(data, dict) and isinstance(at[0], str):
        return {key: _changed(item, at[1:], value) if key == at[0] else item for key, item in data.items()}
    if isinstance(data, list) and isinstance(at[0], int):
        return [_changed(item, at[1:], value) if index == at[0] else item for index, item in enumerate(data)]
    return data
