"""The metadata every object has, as the API server reads it: the same for built-in kinds and custom resources.

Source: Kubernetes' OpenAPI, io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta; a test compares the two.
"""

from __future__ import annotations

from gateshift.apischema.formats import TIME, integer_range
from gateshift.yamldoc.data import Json, JsonObject

_TEXT: JsonObject = {"type": "string"}
_TEXT_OR_NULL: JsonObject = {"type": ["string", "null"]}
_FLAG: JsonObject = {"type": ["boolean", "null"]}
_INT64: JsonObject = {"type": ["integer", "null"], **integer_range("int64")}
_TIME: JsonObject = {"type": ["string", "null"], **TIME}
_TEXTS_BY_NAME: JsonObject = {"type": ["object", "null"], "additionalProperties": _TEXT_OR_NULL}


def _closed(properties: JsonObject, required: list[Json] | None = None) -> JsonObject:
    schema: JsonObject = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**schema, "required": required} if required else schema


def _list(items: JsonObject) -> JsonObject:
    return {"type": ["array", "null"], "items": items}


_OWNER = _closed(
    {
        "apiVersion": _TEXT,
        "blockOwnerDeletion": _FLAG,
        "controller": _FLAG,
        "kind": _TEXT,
        "name": _TEXT,
        "uid": _TEXT,
    },
    ["apiVersion", "kind", "name", "uid"],
)
_MANAGED = _closed(
    {
        **dict.fromkeys(("apiVersion", "fieldsType", "manager", "operation", "subresource"), _TEXT_OR_NULL),
        "fieldsV1": {"type": ["object", "null"]},
        "time": _TIME,
    }
)

OBJECT_META: JsonObject = _closed(
    {
        "annotations": _TEXTS_BY_NAME,
        "creationTimestamp": _TIME,
        "deletionGracePeriodSeconds": _INT64,
        "deletionTimestamp": _TIME,
        "finalizers": _list(_TEXT_OR_NULL),
        "generateName": _TEXT_OR_NULL,
        "generation": _INT64,
        "labels": _TEXTS_BY_NAME,
        "managedFields": _list({**_MANAGED, "type": ["object", "null"]}),
        "name": _TEXT_OR_NULL,
        "namespace": _TEXT_OR_NULL,
        "ownerReferences": _list(_OWNER),
        "resourceVersion": _TEXT_OR_NULL,
        "selfLink": _TEXT_OR_NULL,
        "uid": _TEXT_OR_NULL,
    }
)
