"""What an Application or an ApplicationSet follows."""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.documents.data import Json, JsonObject, Pointer, list_at, object_at, text_at
from gateshift.model.pointer import NotUnderstood, Slot, SyncPointer
from gateshift.model.rollout import Engine
from gateshift.pointer.generators import generated
from gateshift.pointer.templates import ParameterFiles, Parameters, Unfilled, fill

GROUP = "argoproj.io"


def application_pointers(data: JsonObject) -> Iterator[SyncPointer]:
    """The folders of an Application, one for each source that has a path. `sources` hides `source`, as in Argo CD."""
    namespace, name = text_at(data, "metadata", "namespace"), text_at(data, "metadata", "name")
    for at, source in _sources(data):
        path = text_at(source, "path")
        yield SyncPointer(
            Engine.ARGOCD,
            "Application",
            namespace,
            name,
            path,
            (Slot((*at, "path"), path),),
            text_at(source, "repoURL"),
            text_at(source, "targetRevision"),
        )


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

    for at, source in _sources(template):
        path, slots = fill(text_at(source, "path"), ("spec", "template", *at, "path"), parameters, go=go)
        yield SyncPointer(
            Engine.ARGOCD,
            "ApplicationSet",
            text_at(data, "metadata", "namespace"),
            filled(text_at(template, "metadata", "name")),
            path,
            slots,
            filled(text_at(source, "repoURL")),
            filled(text_at(source, "targetRevision")),
        )


def _sources(application: JsonObject) -> Iterator[tuple[Pointer, JsonObject]]:
    """The sources that are folders of a Git repository: they have a path, and are no Helm chart."""
    several = list_at(application, "spec", "sources")
    found: list[tuple[Pointer, Json]] = [(("spec", "sources", index), each) for index, each in enumerate(several)]
    for at, source in found or [(("spec", "source"), object_at(application, "spec", "source"))]:
        if text_at(source, "path") and not text_at(source, "chart"):
            yield at, object_at(source)
