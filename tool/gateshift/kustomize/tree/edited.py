"""A kustomization with what a sync object adds to it."""

from __future__ import annotations

import os
from typing import assert_never

from msgspec.structs import replace

from gateshift.model.edited_source import EditedSource
from gateshift.model.engine_build import EditKind, EngineBuild, KustomizationEdit
from gateshift.model.kustomization import Kustomization
from gateshift.model.source import SourceFile
from gateshift.yamldoc.data import FieldPath, JsonObject, list_at, object_at, text_at


def edited(node: Kustomization, build: EngineBuild, sync_object: SourceFile, document: int) -> Kustomization:
    """The kustomization as the engine builds it, its references yet to be read."""
    fields = dict(node.data)
    edits = (edit for edit in build.edits if not edit.optional or os.path.exists(node.folder / str(edit.value)))
    added = {_edit(fields, edit): edit.at for edit in edits}
    file = EditedSource(node.file.path, fields, sync_object, document, added, node.file, node.spelled)
    return replace(node, data=fields, spelled={}, file=file, references=())


def _edit(fields: JsonObject, edit: KustomizationEdit) -> FieldPath:
    """Make the edit, and say where its value is now."""
    field, items = edit.field, list(list_at(fields, edit.field))
    match edit.kind:
        case EditKind.SET:
            fields[field] = edit.value
            return (field,)
        case EditKind.APPEND:
            fields[field] = [*items, edit.value]
            return field, len(items)
        case EditKind.PUT:
            name = text_at(edit.value, "name")
            index = next((at for at, item in enumerate(items) if text_at(item, "name") == name), len(items))
            before = object_at(items, index).items()
            kept = {key: value for key, value in before if key not in edit.drops}
            fields[field] = [*items[:index], {**kept, **object_at(edit.value)}, *items[index + 1 :]]
            return field, index
        case EditKind.MERGE:
            fields[field] = {**object_at(fields, field), **object_at(edit.value)}
            return field, *object_at(edit.value)
        case _:
            assert_never(edit.kind)
