"""What a Kustomization of Flux adds to the folder that it follows.

Source: Flux documentation, Kustomization: targetNamespace, namePrefix, patches, images, components, commonMetadata,
postBuild; fluxcd/pkg, kustomize/kustomize_generator.go and kustomize_varsub.go.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from gateshift.model.engine_build import EditKind, EngineBuild, GeneratedFolder, KustomizationEdit, Variables
from gateshift.yamldoc.data import FieldPath, Json, JsonObject, list_at, object_at, text_at

_SET = {"targetNamespace": "namespace", "namePrefix": "namePrefix", "nameSuffix": "nameSuffix"}
_IMAGE_VERSION = ("newTag", "digest")
_IMAGE_FIELDS = ("name", "newName", *_IMAGE_VERSION)
_TARGET_FIELDS = ("group", "version", "kind", "name", "namespace", "labelSelector", "annotationSelector")
_POST_BUILD: FieldPath = ("spec", "postBuild")
_VARIABLE_START = "${"


def folder_build(data: JsonObject) -> EngineBuild | None:
    """How the folder of a Kustomization is built; None for a patch of one, which says of no source."""
    spec = object_at(data, "spec")
    if not text_at(spec, "sourceRef", "name"):
        return None
    return EngineBuild(
        GeneratedFolder(),
        tuple(_edits(spec)),
        _variables(object_at(data, *_POST_BUILD)),
        dict(_texts(object_at(spec, "commonMetadata", "labels"))),
        dict(_texts(object_at(spec, "commonMetadata", "annotations"))),
    )


def _edits(spec: JsonObject) -> Iterator[KustomizationEdit]:
    for field, name in _SET.items():
        if text_at(spec, field):
            yield KustomizationEdit(EditKind.SET, name, text_at(spec, field), ("spec", field))
    for at, patch in _items(spec, "patches"):
        yield KustomizationEdit(EditKind.APPEND, "patches", _patch(patch, text_at(patch, "patch")), at)
    for at, component in _items(spec, "components"):
        if isinstance(component, str):
            optional = spec.get("ignoreMissingComponents") is True
            yield KustomizationEdit(EditKind.APPEND, "components", component, at, optional=optional)
    for at, patch in _items(spec, "patchesStrategicMerge"):
        yield KustomizationEdit(EditKind.APPEND, "patchesStrategicMerge", json.dumps(patch), at)
    for at, patch in _items(spec, "patchesJson6902"):
        operations = json.dumps(list_at(patch, "patch"))
        yield KustomizationEdit(EditKind.APPEND, "patchesJson6902", _patch(patch, operations), at)
    for at, image in _items(spec, "images"):
        fields: JsonObject = {key: text for key in _IMAGE_FIELDS if (text := text_at(image, key))}
        drops = _IMAGE_VERSION if any(key in fields for key in _IMAGE_VERSION) else ()
        yield KustomizationEdit(EditKind.PUT, "images", fields, at, drops)


def _items(spec: JsonObject, field: str) -> Iterator[tuple[FieldPath, Json]]:
    return ((("spec", field, index), item) for index, item in enumerate(list_at(spec, field)))


def _patch(patch: Json, text: str) -> JsonObject:
    """An entry of a kustomization; a target without any selector is none to Flux."""
    target = object_at(patch, "target")
    fields: JsonObject = {key: target[key] for key in _TARGET_FIELDS if target.get(key)}
    return {"patch": text, "target": fields} if target else {"patch": text}


def _variables(post_build: JsonObject) -> Variables | None:
    """The variables of `postBuild`. A value that a variable of a parent Kustomization stands in is not known here."""
    always = post_build.get("substituteStrategy") == "Always"
    written = dict(_texts(object_at(post_build, "substitute")))
    values: JsonObject = {name: text for name, text in written.items() if _VARIABLE_START not in text}
    more = bool(list_at(post_build, "substituteFrom")) or len(values) < len(written)
    if not (always or values or more):
        return None
    return Variables(values, _POST_BUILD, more, always)


def _texts(fields: JsonObject) -> Iterator[tuple[str, str]]:
    """The strings of a mapping; what is written as a number or boolean is refused by the API server."""
    for key, value in fields.items():
        if isinstance(value, str):
            yield key, value
        elif isinstance(value, (bool, int, float)):
            yield key, json.dumps(value)
