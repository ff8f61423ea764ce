"""The Go types that Kubernetes decodes its own kinds into: which field holds which type, and the words an enumeration
takes.

They are read from the published source when schemas are installed, since the OpenAPI document holds no enumerations
and does not say which fields are pointers. It matters: an empty string is no value of a plain string, and is one of a
pointer to a string.

Source: k8s.io/api, types.go of every group and version (`+enum` types and their constants).
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from gateshift.apischema.kinds import is_built_in

QUANTITY, INT_OR_STRING = "api/resource.Quantity", "util/intstr.IntOrString"
OBJECT_META, LABEL_SELECTOR = "meta/v1.ObjectMeta", "meta/v1.LabelSelector"
ANY_OBJECT = "meta/v1.PartialObjectMetadata"
"""What every object is, of whatever kind."""


class GoField(Struct, frozen=True, array_like=True):
    """A field: the name of its type without what surrounds it, such as `core/v1.Container`, and whether it is a
    pointer, a list, or a map to values of that type. `required` is what the OpenAPI document calls so."""

    type: str
    pointer: bool = False
    list: bool = False
    map: bool = False
    required: bool = False


Fields = Mapping[str, GoField]


class GoTypes(Struct, frozen=True):
    """The structures by name, each with its fields as JSON calls them, and the words of each enumeration."""

    structs: Mapping[str, Fields] = {}
    words: Mapping[str, tuple[str, ...]] = {}


def _text(*, pointer: bool = False, required: bool = False) -> GoField:
    return GoField("string", pointer=pointer, required=required)


_TEXTS = GoField("string", list=True)
_BY_NAME = GoField("string", map=True)
_TRUTH = GoField("bool", pointer=True)

META_TYPES: Mapping[str, Fields] = {
    ANY_OBJECT: {"metadata": GoField(OBJECT_META)},
    OBJECT_META: {
        "name": _text(),
        "generateName": _text(),
        "namespace": _text(),
        "labels": _BY_NAME,
        "annotations": _BY_NAME,
        "finalizers": _TEXTS,
        "ownerReferences": GoField("meta/v1.OwnerReference", list=True),
        "managedFields": GoField("meta/v1.ManagedFieldsEntry", list=True),
    },
    "meta/v1.OwnerReference": {
        **{name: _text(required=True) for name in ("apiVersion", "kind", "name", "uid")},
        "controller": _TRUTH,
        "blockOwnerDeletion": _TRUTH,
    },
    "meta/v1.ManagedFieldsEntry": {
        name: _text() for name in ("manager", "operation", "apiVersion", "fieldsType", "subresource")
    },
    LABEL_SELECTOR: {
        "matchLabels": _BY_NAME,
        "matchExpressions": GoField("meta/v1.LabelSelectorRequirement", list=True),
    },
    "meta/v1.LabelSelectorRequirement": {
        "key": _text(required=True),
        "operator": _text(required=True),
        "values": _TEXTS,
    },
}
"""The few types of k8s.io/apimachinery that objects are made of; that module holds no enumeration."""


def type_name(group: str, version: str, kind: str) -> str:
    """The Go type of a built-in kind, such as `networking/v1.Ingress`; "" for kinds that CRDs define."""
    return f"{(group or 'core').partition('.')[0]}/{version}.{kind}" if is_built_in(group) else ""
