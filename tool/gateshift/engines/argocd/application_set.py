"""The folders that the Applications of an ApplicationSet follow, and the scalars in which those stand.

Its generators can be read from files where they are list or git. Of its templates only plain placeholders are
understood, `{{name}}` and with goTemplate `{{ .name }}` and `{{ index .path.segments 1 }}`: the result of any other
function is not known, and stands in no scalar that could be edited.
Source: Argo CD documentation, ApplicationSet: Generators, Go Template.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase

from msgspec import Struct

from gateshift.engines.argocd.folder_build import environment_of, folder_build
from gateshift.engines.argocd.pointer import folders_of
from gateshift.engines.engine import ParameterFiles
from gateshift.model.engine_build import EngineBuild
from gateshift.model.rollout import Engine
from gateshift.model.sync_pointer import EditableScalar, NotUnderstood, SyncPointer
from gateshift.yamldoc.data import FieldPath, Json, JsonObject, list_at, object_at, text_at


def application_set_pointers(data: JsonObject, files: ParameterFiles) -> Iterator[SyncPointer | NotUnderstood]:
    """The folders of every Application that the ApplicationSet makes."""
    spec = object_at(data, "spec")
    go = spec.get("goTemplate") is True
    for index, generator in enumerate(list_at(spec, "generators")):
        try:
            if "templatePatch" in spec:
                raise Unfilled("templatePatch can change any field")
            for parameters in generated(object_at(generator), ("spec", "generators", index), files, go=go):
                yield from _made(data, parameters, go=go)
        except Unfilled as error:
            yield NotUnderstood("ApplicationSet", text_at(data, "metadata", "name"), str(error))


def _made(data: JsonObject, parameters: Parameters, *, go: bool) -> Iterator[SyncPointer]:
    template = object_at(data, "spec", "template")

    def filled(text: str) -> str:
        return fill(text, (), parameters, go=go)[0]

    for at, source in folders_of(template):
        path, scalars = fill(text_at(source, "path"), ("spec", "template", *at, "path"), parameters, go=go)
        pattern = parameters.get(_PATTERN)
        yield SyncPointer(
            Engine.ARGOCD,
            "ApplicationSet",
            text_at(data, "metadata", "namespace"),
            _name(data, template, path, parameters, go=go),
            path,
            scalars,
            filled(text_at(source, "repoURL")),
            filled(text_at(source, "targetRevision")),
            build=_build(template, source, ("spec", "template", *at), parameters, go=go),
            pattern="" if pattern is None else pattern.text,
        )


def _name(data: JsonObject, template: JsonObject, path: str, parameters: Parameters, *, go: bool) -> str:
    """The Application's name; where a function makes it, that of the set and the path, of which there is one."""
    try:
        return fill(text_at(template, "metadata", "name"), (), parameters, go=go)[0]
    except Unfilled:
        return f"{text_at(data, 'metadata', 'name')} {path}"


def _build(
    template: JsonObject, source: JsonObject, at: FieldPath, parameters: Parameters, *, go: bool
) -> EngineBuild | None:
    """How the folder is built; None where that cannot be told from files."""
    try:
        own, whole = (object_at(fill_all(part, parameters, go=go)) for part in (source, template))
    except Unfilled:
        return None
    return folder_build(own, at, environment_of(whole, own))


_GLOB = frozenset("*?[{")
_PATTERN = " pattern"
"""The parameter that no template can name: the pattern by which a directory was found."""


def generated(generator: JsonObject, at: FieldPath, files: ParameterFiles, *, go: bool) -> Iterator[Parameters]:
    """One set of parameters for each Application that the generator makes. Raises Unfilled for other generators."""
    if "list" in generator:
        yield from _listed(object_at(generator, "list"), (*at, "list"))
    elif "git" in generator:
        yield from _from_git(object_at(generator, "git"), (*at, "git"), files, go=go)
    else:
        kinds = ", ".join(key for key in generator if key not in ("selector", "template")) or "empty"
        raise Unfilled(f"what the {kinds} generator makes is known only to the cluster")


def _listed(generator: JsonObject, at: FieldPath) -> Iterator[Parameters]:
    if "elementsYaml" in generator:
        raise Unfilled("elementsYaml is filled in by another generator")
    for index, element in enumerate(list_at(generator, "elements")):
        yield dict(parameters_of(element, (*at, "elements", index)))


def _from_git(generator: JsonObject, at: FieldPath, files: ParameterFiles, *, go: bool) -> Iterator[Parameters]:
    prefix = text_at(generator, "pathParamPrefix")
    values = dict(parameters_of(generator.get("values", {}), (*at, "values"), prefix="values"))
    directories = [object_at(directory) for directory in list_at(generator, "directories")]
    excluded = [text_at(directory, "path") for directory in directories if directory.get("exclude") is True]
    for index, directory in enumerate(directories):
        path = text_at(directory, "path")
        if directory.get("exclude") is True:
            continue
        if not _GLOB & set(path):
            yield {**_path_parameters(path, (*at, "directories", index, "path"), prefix, go=go), **values}
            continue
        matching = [folder for folder in files(f"{path}/") if not any(_matches(folder, each) for each in excluded)]
        if not matching:
            raise Unfilled(f"`{path}` makes an Application of every folder that matches, and none does")
        for folder in matching:
            yield {**_path_parameters(folder, None, prefix, go=go), **values, _PATTERN: Value(path)}
    for pattern in list_at(generator, "files"):
        for file, data in files(text_at(pattern, "path")).items():
            around = {**_path_parameters(posixpath.dirname(file), None, prefix, go=go), **values}
            for at_item, item in _items(data):
                yield {**dict(parameters_of(item, at_item, file)), **around}


def _matches(folder: str, pattern: str) -> bool:
    """Whether the folder is one that the pattern of a directory means, in which `*` stops at a slash."""
    names, parts = folder.split("/"), pattern.split("/")
    return len(names) == len(parts) and all(map(fnmatchcase, names, parts))


def _items(data: Json) -> Iterator[tuple[FieldPath, Json]]:
    """The sets of parameters in a file: each item of a list, or the whole of it."""
    if isinstance(data, list):
        yield from (((index,), item) for index, item in enumerate(data))
    else:
        yield (), data


def _path_parameters(path: str, at: FieldPath | None, prefix: str, *, go: bool) -> Parameters:
    """`path` and its parts; only the whole of it stands in a scalar."""
    name = f"{prefix}.path" if prefix else "path"
    segments = path.split("/")
    parts = f"{name}.segments" if go else name
    plain = re.sub("[^a-z0-9.-]", "-", segments[-1].lower())
    return {
        f"{name}.path" if go else name: Value(path, at),
        f"{name}.basename": Value(segments[-1]),
        f"{name}.basenameNormalized": Value(plain),
        **{f"{parts}[{index}]": Value(segment) for index, segment in enumerate(segments)},
    }


_OPEN, _CLOSE = "{{", "}}"
_FAST = re.compile(r"[\w.\[\]/-]+\Z")
_INDEX = re.compile(r"index ((?:\.[A-Za-z_]\w*)+) (\d+)\Z")
_GO = re.compile(r"(?:\.[A-Za-z_]\w*)+\Z")


class Unfilled(Exception):  # noqa: N818 -- what became of the template
    """A template that cannot be filled in from files; the text says why."""


class Value(Struct, frozen=True):
    """A parameter's text and the scalar it stands in; `at` None where it stands in none."""

    text: str
    at: FieldPath | None = None
    file: str = ""


Parameters = Mapping[str, Value]
"""Values by the name that a template uses, nested ones with dots between the keys."""


def parameters_of(data: Json, at: FieldPath = (), file: str = "", prefix: str = "") -> Iterator[tuple[str, Value]]:
    """Every scalar below the data as a parameter."""
    if isinstance(data, dict):
        for key, value in data.items():
            name = f"{prefix}.{key}" if prefix else key
            yield from parameters_of(value, (*at, key), file, name)
    elif isinstance(data, str):
        yield prefix, Value(data, at, file)
    elif isinstance(data, (bool, int, float)):
        yield prefix, Value(str(data).lower() if isinstance(data, bool) else str(data))


def fill(template: str, at: FieldPath, parameters: Parameters, *, go: bool) -> tuple[str, tuple[EditableScalar, ...]]:
    """The template's text filled in, and the scalars its change could be made in, the last placeholder first.

    A template without placeholders is a scalar of its own. Raises Unfilled.
    """
    parts = list(_parts(template, parameters, go=go))
    if all(isinstance(part, str) for part in parts):
        return template, (EditableScalar(at, template),)
    texts = [part if isinstance(part, str) else part.text for part in parts]
    used = [part.at for part in parts if isinstance(part, Value)]
    scalars = [
        EditableScalar(part.at, part.text, "".join(texts[:index]), "".join(texts[index + 1 :]), part.file)
        for index, part in enumerate(parts)
        if isinstance(part, Value) and part.at is not None and used.count(part.at) == 1
    ]
    return "".join(texts), tuple(reversed(scalars))


def fill_all(data: Json, parameters: Parameters, *, go: bool) -> Json:
    """The data with every text filled in. Raises Unfilled."""
    if isinstance(data, dict):
        return {fill(key, (), parameters, go=go)[0]: fill_all(item, parameters, go=go) for key, item in data.items()}
    if isinstance(data, list):
        return [fill_all(item, parameters, go=go) for item in data]
    return fill(data, (), parameters, go=go)[0] if isinstance(data, str) else data


def _parts(template: str, parameters: Parameters, *, go: bool) -> Iterator[str | Value]:
    end = 0
    while (start := template.find(_OPEN, end)) >= 0 and (close := template.find(_CLOSE, start + len(_OPEN))) >= 0:
        if start > end:
            yield template[end:start]
        expression = template[start + len(_OPEN) : close].removeprefix("-").removesuffix("-").strip()
        yield _value(expression, parameters, go=go)
        end = close + len(_CLOSE)
    if end < len(template):
        yield template[end:]


def _value(expression: str, parameters: Parameters, *, go: bool) -> Value:
    indexed = _INDEX.match(expression) if go else None
    if indexed is not None:
        expression = f"{indexed[1]}[{indexed[2]}]"
    elif not (_GO if go else _FAST).match(expression):
        raise Unfilled(f"`{{{{{expression}}}}}` is more than a parameter")
    name = expression.removeprefix(".") if go else expression
    if name not in parameters:
        raise Unfilled(f"the generator gives no parameter `{name}`")
    return parameters[name]
