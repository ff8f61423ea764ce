"""What Kustomize leaves in its output without a word: directives of patches, nulls as text, split keys, new peers.

Source: Kustomize v5.8 (measured): a custom resource's lists are replaced, directives in them and all; a strategic
merge turns a null label into the text "null"; a field path is split at its dots; `labels` with selectors and
`commonLabels` also write into the peers of a NetworkPolicy (api/internal/konfig/builtinpluginconsts/commonlabels.go).
"""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.apischema.object_references import pod_spec_path
from gateshift.checks.build.scope import scope_of
from gateshift.checks.subject import Subject
from gateshift.model.finding import FieldRef, Finding, Level
from gateshift.model.kustomization import Kustomization
from gateshift.model.resource import Resource, objects_in
from gateshift.model.rule import check
from gateshift.model.source import SourceFile
from gateshift.yamldoc.data import FieldPath, Json, JsonObject, list_at, look_up, object_at, text_at, walk

_DIRECTIVES = ("$patch", "$retainKeys")
_LIST_DIRECTIVES = ("$deleteFromPrimitiveList/", "$setElementOrder/")
_STRING_MAPS: tuple[FieldPath, ...] = (("metadata", "labels"), ("metadata", "annotations"))
_DOTTED_KEYS = ("metadata.annotations.", "metadata.labels.", "data.", "stringData.", "nodeSelector.", "matchLabels.")


@check("GS371", source="kustomize#3409, kustomize#5049 (measured): directives in lists of custom resources stay")
def patch_directive_left(subject: Subject) -> Iterator[Finding]:
    """A directive of a strategic merge patch, such as `$patch: delete`, is a field of the built object.

    Kustomize knows no merge keys for lists of a custom resource: the patch's list replaces the whole list, and the
    directive with it. The API server drops the unknown field or refuses the object, and what was to be deleted is not
    deleted but left without its other fields.
    """
    for resource in subject.build.resources:
        for path, value in walk(resource.data):
            if not isinstance(value, dict):
                continue
            for key in value:
                if key in _DIRECTIVES or key.startswith(_LIST_DIRECTIVES):
                    yield Finding(
                        Level.WARNING,
                        f"{resource.id} is built with `{key}` as a field of its own",
                        FieldRef(resource, (*path, key), key=True),
                        f'strict decoding error: unknown field "{".".join(map(str, (*path, key)))}"',
                        "Use a JSON 6902 patch (`op: remove`) for lists of this kind, or write the whole list.",
                    )


@check("GS372", source="kustomize#5031 (measured): a null label of a patch with a target becomes the text null")
def null_became_text(subject: Subject) -> Iterator[Finding]:
    """A patch sets a label or annotation to null, and the built object has the text "null".

    It was meant to be removed. Selectors and controllers see a value instead.
    """
    written = {(at, key) for at, key in _nulls(subject)}
    for resource in subject.build.resources:
        for at in _maps_of(resource):
            for key, value in object_at(resource.data, *at).items():
                if value == "null" and (at[-2:], key) in written and not _says_null_itself(subject, resource, at, key):
                    yield Finding(
                        Level.WARNING,
                        f'{resource.id}: {".".join(map(str, at))} {key} is the text "null"; the patch says null',
                        FieldRef(resource, (*at, key)),
                        help="Remove it with a JSON 6902 patch: `op: remove` and the path of the key.",
                    )


def _maps_of(resource: Resource) -> Iterator[FieldPath]:
    yield from _STRING_MAPS
    pod = pod_spec_path(resource)
    if pod:
        yield from ((*pod[:-1], *at) for at in _STRING_MAPS)


def _nulls(subject: Subject) -> Iterator[tuple[FieldPath, str]]:
    """The labels and annotations that a file of the root sets to null, by the end of their path."""
    references = (entry for node in subject.tree.kustomizations for entry in node.references) if subject.tree else ()
    for reference in references:
        for document in reference.target.documents if isinstance(reference.target, SourceFile) else ():
            for path, value in walk(document.data):
                if value is None and len(path) > 2 and path[-2] in ("labels", "annotations"):
                    yield path[-3:-1], str(path[-1])


def _says_null_itself(subject: Subject, resource: Resource, at: FieldPath, key: str) -> bool:
    """Whether the object's own file already has the text."""
    file = subject.tree.files.get(resource.origin.file) if subject.tree else None
    if file is None or resource.origin.document >= len(file.documents):
        return False
    return any(
        look_up(data, (*at, key)) == "null" for _, data in objects_in(file.documents[resource.origin.document].data)
    )


@check("GS373", source="Kustomize, replacements: a dot in a key is escaped with a backslash or put into brackets")
def replacement_path_splits_key(subject: Subject) -> Iterator[Finding]:
    """A field path of a replacement names a key that has dots, which split it into several keys.

    Kustomize then looks for nested mappings, or creates them with `create: true`: the value lands where nobody reads
    it.
    """
    for node in subject.tree.kustomizations if subject.tree else ():
        for entry, file, at in _replacements(node):
            for index, target in enumerate(list_at(entry, "targets")):
                for number, path in enumerate(list_at(target, "fieldPaths")):
                    key = _split_key(path) if isinstance(path, str) else ""
                    if key:
                        yield Finding(
                            Level.WARNING,
                            f"the field path {path} splits the key {key} at its dots",
                            file.place((*at, "targets", index, "fieldPaths", number)),
                            help=f"Write the key in brackets: {str(path).removesuffix(key)}[{key}].",
                        )


def _replacements(node: Kustomization) -> Iterator[tuple[JsonObject, SourceFile, FieldPath]]:
    """Each replacement with its file and path there: in the kustomization, or in a file of its own."""
    for index, entry in enumerate(list_at(node.data, "replacements")):
        if isinstance(entry, dict) and not text_at(entry, "path"):
            yield entry, node.file, ("replacements", index)
    for reference in node.references:
        if reference.pointer[:1] == ("replacements",) and isinstance(reference.target, SourceFile):
            for document in reference.target.documents:
                if isinstance(document.data, list):
                    for index, entry in enumerate(document.data):
                        if isinstance(entry, dict):
                            yield entry, reference.target, (index,)
                elif isinstance(document.data, dict):
                    yield document.data, reference.target, ()


def _split_key(path: str) -> str:
    """The key with dots that the end of the path means; "" where it means none."""
    for parent in _DOTTED_KEYS:
        before, found, key = path.rpartition(parent)
        starts = not before or before.endswith(".")
        if found and starts and "." in key and "[" not in key and "\\" not in key:
            return key
    return ""


@check("GS374", source="Kustomize, api/internal/konfig/builtinpluginconsts/commonlabels.go: NetworkPolicy peers")
def labels_narrow_network_peers(subject: Subject) -> Iterator[Finding]:
    """Labels with selectors are also written into the peers of a NetworkPolicy, which then fit no pod.

    `commonLabels`, and `labels` with `includeSelectors: true`, change `ingress[].from[].podSelector` and
    `egress[].to[].podSelector`. A policy that admits another team's pods admits nobody any more.
    """
    for node in subject.tree.kustomizations if subject.tree else ():
        for field, labels in _selector_labels(node):
            objects = scope_of(subject, subject.tree, node).objects if subject.tree else ()
            policies = {(known.namespace, known.name) for known in objects if known.kind == "NetworkPolicy"}
            for policy in subject.of_kind("networking.k8s.io", "NetworkPolicy"):
                if not any(name and name in policy.id.name for _, name in policies):
                    continue
                for at, peer in _peers(policy):
                    added = {key: value for key, value in labels.items() if peer.get(key) == value}
                    rest = {key: value for key, value in peer.items() if key not in added}
                    if added and rest and not _selects_any(subject, peer):
                        yield Finding(
                            Level.WARNING,
                            f"{node.file.path.name}: {field} adds {', '.join(added)} to a peer of {policy.id}, "
                            "which fits no pod of this build",
                            FieldRef(policy, at),
                            help="Use `labels` with `includeSelectors: false`, or a selector of its own for the peer.",
                        )


def _selector_labels(node: Kustomization) -> Iterator[tuple[str, JsonObject]]:
    if object_at(node.data, "commonLabels"):
        yield "commonLabels", object_at(node.data, "commonLabels")
    for entry in list_at(node.data, "labels"):
        if isinstance(entry, dict) and entry.get("includeSelectors") is True:
            yield "labels", object_at(entry, "pairs")


def _peers(policy: Resource) -> Iterator[tuple[FieldPath, dict[str, Json]]]:
    for direction, side in (("ingress", "from"), ("egress", "to")):
        for index, rule in enumerate(list_at(policy.data, "spec", direction)):
            for number, peer in enumerate(list_at(rule, side)):
                labels = object_at(peer, "podSelector", "matchLabels")
                if labels:
                    yield ("spec", direction, index, side, number, "podSelector", "matchLabels"), labels


def _selects_any(subject: Subject, labels: JsonObject) -> bool:
    return any(
        all(workload.labels.get(key) == value for key, value in labels.items())
        for workload in subject.cluster.workloads
    )
