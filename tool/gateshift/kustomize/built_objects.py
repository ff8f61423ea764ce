"""Kustomize's output as resources: the traces it was asked for taken out of the data and read as origins."""

from __future__ import annotations

import re
from enum import Enum
from pathlib import Path

from msgspec.structs import replace

from gateshift.errors import NoVerdict
from gateshift.kustomize.build_start import BuildStart
from gateshift.kustomize.trace.source_documents import document_of, guessed_origin
from gateshift.kustomize.traced_kustomization import ORIGIN, TRANSFORMATIONS
from gateshift.model.kustomization import KustomizationTree
from gateshift.model.resource import Origin, Resource, Transformer
from gateshift.yamldoc import UnreadableYaml, load_all
from gateshift.yamldoc.data import Json, JsonObject, text_at

_SEPARATOR = "\n---\n"
_PRINTED_TRACE = rf"(?m)^    ({re.escape(ORIGIN)}|{re.escape(TRANSFORMATIONS)}): \|\n(      .*\n?)*"
_NO_ANNOTATIONS = r"(?m)^  annotations:\n(?!    )"


class Traces(Enum):
    """What the annotations that trace an object are: expected of each, read where they are, or the user's own, which
    stay in the data."""

    EXPECTED = "expected"
    READ = "read"
    KEPT = "kept"


class BuildReader:
    """Reads builds. Objects that several roots print alike, as they do for a base they share, are parsed once."""

    def __init__(self) -> None:
        self._parsed: dict[str, tuple[JsonObject, JsonObject, str, str]] = {}
        self._traces: dict[str, Json] = {}

    def read(
        self, output: str, tree: KustomizationTree, start: BuildStart, traces: Traces = Traces.READ
    ) -> tuple[Resource, ...]:
        """The objects in output order. `start` is where the build was started; its annotations are relative to it.

        Raises NoVerdict for output that is not YAML of objects, and for an object without a trace that must have one.
        """
        resources = []
        for chunk in output.removesuffix("\n").split(_SEPARATOR) if output.strip() else ():
            whole, data, origin, transformations = self._parse(chunk)
            resource = (
                Resource.read(whole, guessed_origin(whole, tree), chunk)
                if traces is Traces.KEPT
                else Resource.read(data, self._origin(data, origin, transformations, tree, start, traces), chunk)
            )
            if tree.root.has_variables:
                plain = chunk if traces is Traces.KEPT else _text_without_traces(chunk)
                resource = replace(resource, text=plain)
            resources.append(resource)
        return tuple(resources)

    def _parse(self, chunk: str) -> tuple[JsonObject, JsonObject, str, str]:
        known = self._parsed.get(chunk)
        if known is None:
            whole = _object_of(chunk)
            known = self._parsed[chunk] = (whole, *_without_traces(whole))
        return known

    def _origin(
        self,
        data: JsonObject,
        origin: str,
        transformations: str,
        tree: KustomizationTree,
        start: BuildStart,
        traces: Traces,
    ) -> Origin:
        trace = self._trace(origin)
        passed = self._trace(transformations)
        transformers = tuple(
            Transformer(
                _file(text_at(step, "configuredIn"), tree, start),
                text_at(step, "configuredBy", "kind"),
                text_at(step, "configuredBy", "name"),
            )
            for step in (passed if isinstance(passed, list) else ())
        )
        path = text_at(trace, "path")
        generated = not path and text_at(trace, "configuredBy", "kind").endswith("Generator")
        file = _file(path or text_at(trace, "configuredIn"), tree, start)
        is_inside = file in tree.files or file.is_relative_to(tree.root.repository)
        if path and is_inside:
            return Origin(file, document_of(data, tree, file), None, transformers)
        if generated and is_inside:
            return Origin(file, 0, file, transformers)
        if traces is Traces.EXPECTED:
            name = f"{text_at(data, 'kind')} {text_at(data, 'metadata', 'name')}"
            where = "from outside the repository" if path or generated else "without saying where it comes from"
            raise NoVerdict(
                f"Kustomize printed {name} {where}, although it was asked for its origin",
                next_step="That is not what Kustomize does: name the real one with `--kustomize PATH`.",
            )
        # A patch took the annotation, and the next transformer claims to have made the object.
        return guessed_origin(data, tree)

    def _trace(self, text: str) -> Json:
        if text not in self._traces:
            self._traces[text] = _read_trace(text)
        return self._traces[text]


def _read_trace(text: str) -> Json:
    """What an annotation says; nothing where a user wrote one of that name that is not YAML."""
    try:
        documents = load_all(text)
    except UnreadableYaml:
        return None
    return documents[0] if documents else None


def _object_of(chunk: str) -> JsonObject:
    try:
        documents = load_all(chunk)
    except UnreadableYaml as error:
        raise NoVerdict(f"Kustomize printed invalid YAML: {error.what} (line {error.line} of an object)") from error
    if len(documents) != 1 or not isinstance(documents[0], dict):
        raise NoVerdict("Kustomize printed something that is not an object: " + chunk[:200])
    return documents[0]


def _text_without_traces(chunk: str) -> str:
    """The text as a plain build prints it; no object that is read in this way has annotations of these names itself."""
    text = re.sub(_PRINTED_TRACE, "", chunk)
    return text if text == chunk else re.sub(_NO_ANNOTATIONS, "", text)


def _without_traces(data: JsonObject) -> tuple[JsonObject, str, str]:
    """The object as a plain build prints it, and the texts of the two annotations that trace it.

    A plain build never prints an empty `annotations`, so none is left behind.
    """
    metadata = data.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    if not isinstance(metadata, dict) or not isinstance(annotations, dict):
        return data, "", ""
    kept = {key: value for key, value in annotations.items() if key not in (ORIGIN, TRANSFORMATIONS)}
    without = {key: value for key, value in metadata.items() if key != "annotations"}
    if kept:
        without = {key: kept if key == "annotations" else value for key, value in metadata.items()}
    return {**data, "metadata": without}, text_at(annotations, ORIGIN), text_at(annotations, TRANSFORMATIONS)


def _file(path: str, tree: KustomizationTree, start: BuildStart) -> Path:
    """The file that an annotation names."""
    named = start.named(path)
    known = tree.files.get(named)
    return known.path if known else named
