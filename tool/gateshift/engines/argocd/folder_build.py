"""What a source of an Application adds to the folder that it names.

Source: Argo CD documentation, Kustomize, Directory, Build Environment; argo-cd util/kustomize/kustomize.go (what it
has `kustomize edit` do); kustomize, commands/edit/set/setimage.go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from gateshift.model.engine_build import EditKind, EngineBuild, KustomizationEdit, ManifestFiles
from gateshift.yamldoc.data import FieldPath, Json, JsonObject, list_at, object_at, text_at

_OTHER_MEANS = ("helm", "plugin")
_SET = ("namePrefix", "nameSuffix", "namespace")
_PATCH_FIELDS = ("path", "patch", "target", "options")
_IMAGE = r"(?P<name>[^@]*?)(?::(?P<tag>[\w.-]*|\*))?(?:@(?P<digest>.*))?"
_KEEP = "*"
_VARIABLE = r"\$(?:\{ARGOCD_APP_(\w+)\}|ARGOCD_APP_(\w+))"

Environment = Mapping[str, str]
"""What is known of an Application's build environment: `NAME` for ARGOCD_APP_NAME."""


def folder_build(source: JsonObject, at: FieldPath, environment: Environment) -> EngineBuild | None:
    """How a source that stands at a place is built; None where Helm or a plugin does it."""
    if any(source.get(key) is not None for key in _OTHER_MEANS):
        return None
    directory = object_at(source, "directory")
    include, exclude = text_at(directory, "include"), text_at(directory, "exclude")
    files = ManifestFiles(directory.get("recurse") is True, include, exclude)
    return EngineBuild(files, tuple(_edits(object_at(source, "kustomize"), (*at, "kustomize"), environment)))


def environment_of(application: JsonObject, source: JsonObject) -> Environment:
    """The variables of the build environment; what only the cluster knows is not among them."""
    return {
        "NAME": text_at(application, "metadata", "name"),
        "NAMESPACE": text_at(application, "spec", "destination", "namespace"),
        "PROJECT_NAME": text_at(application, "spec", "project"),
        "SOURCE_PATH": text_at(source, "path"),
        "SOURCE_REPO_URL": text_at(source, "repoURL"),
        "SOURCE_TARGET_REVISION": text_at(source, "targetRevision"),
    }


def _edits(kustomize: JsonObject, at: FieldPath, environment: Environment) -> Iterator[KustomizationEdit]:
    for field in _SET:
        if text_at(kustomize, field):
            yield KustomizationEdit(EditKind.SET, field, text_at(kustomize, field), (*at, field))
    for index, text in enumerate(list_at(kustomize, "images")):
        image = _image(_filled(text, environment)) if isinstance(text, str) else None
        if image is not None:
            drops = tuple(key for key in ("newName", "newTag", "digest") if image.get(key) != _KEEP)
            fields: JsonObject = {key: value for key, value in image.items() if value not in ("", _KEEP)}
            yield KustomizationEdit(EditKind.PUT, "images", fields, (*at, "images", index), drops)
    for index, replica in enumerate(list_at(kustomize, "replicas")):
        fields = {"name": text_at(replica, "name"), "count": _count(object_at(replica).get("count"))}
        yield KustomizationEdit(EditKind.PUT, "replicas", fields, (*at, "replicas", index))
    yield from _labels(kustomize, (*at, "commonLabels"), environment)
    for key, value in object_at(kustomize, "commonAnnotations").items():
        text = _filled(str(value), environment) if kustomize.get("commonAnnotationsEnvsubst") is True else value
        yield KustomizationEdit(EditKind.MERGE, "commonAnnotations", {key: text}, (*at, "commonAnnotations", key))
    for index, patch in enumerate(list_at(kustomize, "patches")):
        fields = {key: object_at(patch)[key] for key in _PATCH_FIELDS if object_at(patch).get(key)}
        yield KustomizationEdit(EditKind.APPEND, "patches", fields, (*at, "patches", index))
    optional = kustomize.get("ignoreMissingComponents") is True
    for index, component in enumerate(list_at(kustomize, "components")):
        if isinstance(component, str):
            yield KustomizationEdit(
                EditKind.APPEND, "components", component, (*at, "components", index), optional=optional
            )


def _labels(kustomize: JsonObject, at: FieldPath, environment: Environment) -> Iterator[KustomizationEdit]:
    """The labels: in the selectors too, unless they are told to stay out of them."""
    labels: JsonObject = {
        key: _filled(str(value), environment) for key, value in object_at(kustomize, "commonLabels").items()
    }
    if labels and kustomize.get("labelWithoutSelector") is True:
        entry: JsonObject = {"pairs": labels, "includeTemplates": kustomize.get("labelIncludeTemplates") is True}
        yield KustomizationEdit(EditKind.APPEND, "labels", entry, at)
        return
    for key, value in labels.items():
        yield KustomizationEdit(EditKind.MERGE, "commonLabels", {key: value}, (*at, key))


def _image(text: str) -> JsonObject | None:
    """The entry that `NAME=NEW:TAG`, `NAME:TAG` or `NAME@DIGEST` comes to; None for a text that is none of them."""
    name, equals, new = text.partition("=")
    written = re.fullmatch(_IMAGE, new if equals else text)
    if written is None:
        return None
    tag, digest = written["tag"] or "", written["digest"] or ""
    if equals:
        return {"name": name, "newName": written["name"], "newTag": tag, "digest": digest}
    return {"name": written["name"], "newTag": tag, "digest": digest} if tag or digest else None


def _count(value: Json) -> Json:
    return int(value) if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value) else value


def _filled(text: str, environment: Environment) -> str:
    """The text with the variables of the build environment; one that only the cluster knows becomes its own name."""

    def value(variable: re.Match[str]) -> str:
        name = variable[1] or variable[2]
        return environment.get(name) or name.lower()

    return re.sub(_VARIABLE, value, text)
