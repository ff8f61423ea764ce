"""The generators of an ApplicationSet that can be read from files: list, and git with files or plain directories."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from gateshift.documents.data import Json, JsonObject, Pointer, list_at, object_at, text_at
from gateshift.pointer.templates import ParameterFiles, Parameters, Unfilled, Value, parameters_of

_GLOB = frozenset("*?[{")


def generated(generator: JsonObject, at: Pointer, files: ParameterFiles, *, go: bool) -> Iterator[Parameters]:
    """One set of parameters for each Application that the generator makes. Raises Unfilled for other generators."""
    if "list" in generator:
        yield from _listed(object_at(generator, "list"), (*at, "list"))
    elif "git" in generator:
        yield from _from_git(object_at(generator, "git"), (*at, "git"), files, go=go)
    else:
        kinds = ", ".join(key for key in generator if key not in ("selector", "template")) or "empty"
        raise Unfilled(f"what the {kinds} generator makes is known only to the cluster")


def _listed(generator: JsonObject, at: Pointer) -> Iterator[Parameters]:
    if "elementsYaml" in generator:
        raise Unfilled("elementsYaml is filled in by another generator")
    for index, element in enumerate(list_at(generator, "elements")):
        yield dict(parameters_of(element, (*at, "elements", index)))


def _from_git(generator: JsonObject, at: Pointer, files: ParameterFiles, *, go: bool) -> Iterator[Parameters]:
    prefix = text_at(generator, "pathParamPrefix")
    values = dict(parameters_of(generator.get("values", {}), (*at, "values"), prefix="values"))
    for index, found in enumerate(list_at(generator, "directories")):
        path = text_at(found, "path")
        if object_at(found).get("exclude") is True:
            continue
        if _GLOB & set(path):
            raise Unfilled(f"`{path}` makes an Application of every folder that matches")
        yield {**_path_parameters(path, (*at, "directories", index, "path"), prefix, go=go), **values}
    for found in list_at(generator, "files"):
        for file, data in files(text_at(found, "path")).items():
            around = {**_path_parameters(posixpath.dirname(file), None, prefix, go=go), **values}
            for at_item, item in _items(data):
                yield {**dict(parameters_of(item, at_item, file)), **around}


def _items(data: Json) -> Iterator[tuple[Pointer, Json]]:
    """The sets of parameters in a file: each item of a list, or the whole of it."""
    if isinstance(data, list):
        yield from (((index,), item) for index, item in enumerate(data))
    else:
        yield (), data


def _path_parameters(path: str, at: Pointer | None, prefix: str, *, go: bool) -> Parameters:
    """`path` and its parts; only the whole of it stands in a scalar."""
    name = f"{prefix}.path" if prefix else "path"
    segments = path.split("/")
    found = {f"{name}.path" if go else name: Value(path, at), f"{name}.basename": Value(segments[-1])}
    if not go:
        found.update((f"{name}[{index}]", Value(segment)) for index, segment in enumerate(segments))
    return found
