"""An owner's own Deployment manifest: kept as written, but it must fit the version it stands for."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from gateshift.config.describe import described, dotted
from gateshift.config.draft import Draft, number
from gateshift.config.spec_errors import SpecError, SpecErrors
from gateshift.yamldoc import Document, UnreadableYaml, parse_all
from gateshift.yamldoc.data import FieldPath, list_at, look_up, object_at, text_at


class Manifest(Struct, frozen=True):
    """The manifest of one version: its path as gateshift.yaml names it, its text, and what it says."""

    path: str
    text: str
    document: Document

    @property
    def deployment(self) -> str:
        """The Deployment's name."""
        return text_at(self.document.data, "metadata", "name")

    def port(self, name: str) -> int:
        """The number of the container port of that name; 0 where there is none."""
        containers = list_at(self.document.data, "spec", "template", "spec", "containers")
        ports = (port for container in containers for port in list_at(container, "ports"))
        return next(
            (number(look_up(port, ("containerPort",)), 0) for port in ports if text_at(port, "name") == name), 0
        )


class Unreadable(Struct, frozen=True):
    """A manifest's text that is no single YAML document: what is wrong, and where in it."""

    what: str
    line: int = 1
    column: int = 1


def read_manifest(path: str, text: str) -> Manifest | Unreadable:
    """The one document of the text."""
    try:
        documents = [document for document in parse_all(text) if document.data is not None]
    except UnreadableYaml as error:
        return Unreadable(error.what, error.line, error.column)
    if not documents:
        return Unreadable("expected a Deployment; found an empty file")
    if len(documents) > 1:
        second = documents[1].span()
        line, column = (second.line, second.column) if second else (1, 1)
        return Unreadable("expected one Deployment and nothing else; found another document", line, column)
    return Manifest(path, text, documents[0])


def check_manifest(draft: Draft, version: str, manifest: Manifest) -> Iterator[SpecError]:
    """What keeps the manifest from being this version's Deployment, as faults in the manifest's own text."""
    faults = SpecErrors()
    for duplicate in manifest.document.duplicates:
        faults.add(duplicate.pointer, f"{dotted(duplicate.pointer)}: the key stands twice", "remove one", key=True)
    if _is_deployment(manifest, faults):
        _name(draft, version, manifest, faults)
        _labels(draft, version, manifest, faults)
        _port(draft, manifest, faults)
        _replicas(draft, version, manifest, faults)
    yield from faults


def _is_deployment(manifest: Manifest, faults: SpecErrors) -> bool:
    data = manifest.document.data
    for key, wanted in (("kind", "Deployment"), ("apiVersion", "apps/v1")):
        found = look_up(data, (key,))
        if found != wanted:
            faults.add((key,), f"{key}: expected `{wanted}`; found {described(found)}")
            return False
    return True


def _name(draft: Draft, version: str, manifest: Manifest, faults: SpecErrors) -> None:
    data = manifest.document.data
    declared = text_at(draft.version(version), "deployment")
    if not manifest.deployment:
        faults.add(("metadata", "name"), "metadata.name: the Deployment needs a name")
    elif declared and declared != manifest.deployment:
        faults.add(
            ("metadata", "name"),
            f"metadata.name: gateshift.yaml calls this Deployment `{declared}`; found `{manifest.deployment}`",
            "write the same name in both, or leave `deployment` out of gateshift.yaml",
        )
    namespace = look_up(data, ("metadata", "namespace"))
    if namespace is not None and namespace != draft.namespace:
        faults.add(
            ("metadata", "namespace"),
            f"metadata.namespace: the rollout is in `{draft.namespace}`; found {described(namespace)}",
            "remove it, or write the rollout's",
        )


_RUNS = (
    " where this Deployment does not run yet; a new label replaces the pods of one that runs, whose selector cannot be "
    "changed: `gateshift adopt` brings it in as it is"
)


def _labels(draft: Draft, version: str, manifest: Manifest, faults: SpecErrors) -> None:
    """The pods need every label the Services select by; the Deployment must select its own version's pods alone."""
    data = manifest.document.data
    at: FieldPath = ("spec", "template", "metadata", "labels")
    pods = object_at(data, *at)
    needed = draft.selector_of(version)
    for key, value in needed.items():
        if pods.get(key) != value:
            found = f"found {described(pods[key])}" if key in pods else "the label is missing"
            faults.add(
                (*at, key),
                f"{dotted(at)}: the pods of {version} need the label `{key}: {value}`; {found}",
                f"write `{key}: {value}`" + (_RUNS if key == draft.version_label else ""),
            )
    selector: FieldPath = ("spec", "selector", "matchLabels")
    selected = object_at(data, *selector)
    for key, wanted in selected.items():
        if wanted != needed.get(key, pods.get(key)):
            here = (*selector, key)
            faults.add(here, f"{dotted(here)}: selects {described(wanted)}, which the pods' own labels do not say")
    own = set(needed.items()) - set(draft.selector.items())
    if not own & set(selected.items()) and not list_at(data, "spec", "selector", "matchExpressions"):
        faults.add(
            (*selector, draft.version_label),
            f"{dotted(selector)}: without the version label the Deployment selects the other versions' pods too",
            f"write `{draft.version_label}: {version}` where this Deployment does not run yet; the selector of one "
            "that runs cannot be changed: `gateshift adopt` brings it in as it is",
        )


def _port(draft: Draft, manifest: Manifest, faults: SpecErrors) -> None:
    wanted = draft.split_port.get("targetPort")
    if not isinstance(wanted, str):
        return
    at: FieldPath = ("spec", "template", "spec", "containers")
    containers = list_at(manifest.document.data, *at)
    names = [text_at(port, "name") for container in containers for port in list_at(container, "ports")]
    if wanted not in names:
        known = ", ".join(f"`{name}`" for name in names if name) or "none"
        faults.add(at, f"{dotted(at)}: no container has a port called `{wanted}`, the targetPort; found {known}")


def _replicas(draft: Draft, version: str, manifest: Manifest, faults: SpecErrors) -> None:
    replicas = look_up(manifest.document.data, ("spec", "replicas"))
    if replicas is not None and "autoscaling" in draft.version(version):
        faults.add(
            ("spec", "replicas"),
            f"spec.replicas: the autoscaler of {version} decides how many pods run; each commit would set them back",
            "remove `replicas`",
            key=True,
        )
