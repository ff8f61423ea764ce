"""The field names of a kustomization, which Kustomize matches without regard to case (encoding/json)."""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.yamldoc.data import Json, JsonObject

FIELDS = (
    "apiVersion",
    "kind",
    "metadata",
    "openapi",
    "namePrefix",
    "nameSuffix",
    "namespace",
    "commonLabels",
    "labels",
    "commonAnnotations",
    "patchesStrategicMerge",
    "patchesJson6902",
    "patches",
    "images",
    "imageTags",
    "replacements",
    "replicas",
    "vars",
    "sortOptions",
    "resources",
    "components",
    "crds",
    "bases",
    "configMapGenerator",
    "secretGenerator",
    "helmGlobals",
    "helmCharts",
    "helmChartInflationGenerator",
    "generatorOptions",
    "configurations",
    "generators",
    "transformers",
    "validators",
    "buildMetadata",
)
"""Every field of a kustomization (api/types/kustomization.go of Kustomize v5.8)."""

_FOLDED_ONLY = str.maketrans({"\u017f": "s", "\u212a": "k"})


def fold(name: str) -> str:
    """The name as encoding/json compares it: the long s and the Kelvin sign equal s and k."""
    return name.translate(_FOLDED_ONLY).lower()


_CANONICAL = {fold(name): name for name in FIELDS}


def canonical(data: Json) -> tuple[JsonObject, dict[str, str], tuple[tuple[str, str], ...]]:
    """The data of a kustomization by Kustomize's own names; the spelling of each name that is written otherwise;
    and each spelling whose field stands there twice, with the field."""
    fields: JsonObject = {}
    spelled: dict[str, str] = {}
    twice: list[tuple[str, str]] = []
    for written in sorted(data) if isinstance(data, dict) else ():
        assert isinstance(data, dict)
        name = _CANONICAL.get(fold(written), written)
        if name in fields:
            twice.append((written, name))
        fields[name] = data[written]
        if name != written:
            spelled[name] = written
    return fields, spelled, tuple(twice)


def keys_of(data: Json, name: str) -> Iterator[str]:
    """The keys of a mapping that Kustomize takes for the name, the one that counts last; those set to null do not
    count."""
    if isinstance(data, dict):
        wanted = fold(name)
        yield from (key for key in sorted(data) if fold(key) == wanted and data[key] is not None)


def member(data: Json, name: str) -> tuple[str, Json]:
    """The key as written and the value of a mapping's field; the name itself and None where there is none."""
    key = next(reversed(list(keys_of(data, name))), None)
    return (name, None) if key is None or not isinstance(data, dict) else (key, data[key])
