"""GS103 to GS110: files and directories that cannot be read as what a kustomization uses them for."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from gateshift.checks.build.refused_references import refused
from gateshift.model.finding import Finding, Level, Related
from gateshift.model.kustomization import FileRole, Kind, KustomizationTree, Problem, Reference
from gateshift.model.resource import objects_in
from gateshift.model.rule import check
from gateshift.model.source import EmbeddedSource, SourceFile
from gateshift.yamldoc import DuplicateKey
from gateshift.yamldoc.data import json_pointer, text_at

_MOST_DUPLICATES = 20
_DATA_ROLES = (FileRole.DATA, FileRole.OPENAPI, FileRole.CRD)


@check("GS103", source="YAML 1.2; documents of gateshift, bounds")
def file_not_readable(tree: KustomizationTree) -> Iterator[Finding]:
    """A file is not YAML that can be used: a mistake in it, another encoding, or a size that no manifest has.

    Kustomize stops at it, or takes minutes and gigabytes over it. The root was not built.
    """
    for file in _yaml_files(tree):
        if file.fault:
            what = f"{file.path.name} cannot be read: {file.fault.what}"
            yield Finding(Level.ERROR, what, file.place(), help="Write it as YAML in UTF-8.")
    for reference in _references(tree):
        data = reference.target
        if reference.role in _DATA_ROLES and isinstance(data, SourceFile) and data.unreadable:
            why = data.fault.what if data.fault else ""
            what = f"the {reference.role.value} {reference.text} cannot be read: {why}"
            yield Finding(Level.ERROR, what, reference.place)
    hint = "List the manifests under resources."
    if tree.top and not isinstance(tree.top.file.data(), dict) and not tree.top.file.fault:
        yield Finding(Level.ERROR, "the kustomization is empty or is not a mapping", tree.top.file.place(), help=hint)


@check("GS104", source="YAML 1.2, 3.2.1.3; Kubernetes, Field validation (Strict)")
def key_twice(tree: KustomizationTree) -> Iterator[Finding]:
    """A mapping holds the same key twice.

    One of the two values is dropped silently, and readers differ in which: kubectl and strict clients refuse the
    file, Kustomize fails over it with a line number of its output, or keeps the last.
    """
    for file in _yaml_files(tree):
        for document in file.documents:
            for twice in document.duplicates[:_MOST_DUPLICATES]:
                yield _key_twice(file, twice)
    for place, refusal, _ in refused(tree, Problem.FIELD_TWICE):
        what = f"the field {refusal.what} appears here twice: Kustomize ignores the case of field names"
        yield Finding(Level.ERROR, what, place, help="Keep one of the two, with both values where needed.")


def _key_twice(file: SourceFile, twice: DuplicateKey) -> Finding:
    key = twice.pointer[-1]
    return Finding(
        Level.ERROR,
        f"the key {key} appears twice in {json_pointer(twice.pointer[:-1]) or 'the document'}",
        file.spanned(twice.second),
        help="Remove one of the two.",
        related=(Related("the first one", file.spanned(twice.first)),),
    )


@check("GS105", source="Kustomize, api/internal/target/kusttarget.go")
def missing_file(tree: KustomizationTree) -> Iterator[Finding]:
    """A kustomization names a file or directory that does not exist.

    Kustomize refuses the root, on every machine that has no more than what is committed.
    """
    for place, refusal, reference in refused(tree, Problem.MISSING):
        role, named = (reference.role.value, reference.text) if reference else ("file", "")
        short = named if len(named) <= 80 and "\n" not in named else "named here"
        yield Finding(
            Level.ERROR,
            f"the {role} {short} does not exist" if short else f"an empty string does not name a {role}",
            place,
            help=_sentence(refusal.what) or "Commit it, or take the entry out.",
        )


@check("GS106", source="Kustomize, api/internal/loader/loadrestrictions.go")
def file_above_the_kustomization(tree: KustomizationTree) -> Iterator[Finding]:
    """A kustomization names a file that is not in or below its own directory.

    Kustomize refuses it, so that a kustomization is whole wherever its directory is copied to; only other
    kustomizations may be next to it or above it.
    """
    for place, refusal, reference in refused(tree, Problem.ABOVE_FOLDER):
        named = reference.text if reference else place.file.name
        yield Finding(
            Level.ERROR,
            f"Kustomize does not read {named} from here: {refusal.what}",
            place,
            help="Put a kustomization.yaml next to the file, and name that directory instead.",
        )


@check("GS107", source="Kustomize, api/internal/target/kusttarget.go")
def no_kustomization_to_use(tree: KustomizationTree) -> Iterator[Finding]:
    """A directory that is used as a base or component has no kustomization, several of them, or one of the wrong kind.

    Kustomize refuses the root.
    """
    problems = (Problem.NO_KUSTOMIZATION, Problem.SEVERAL_KUSTOMIZATIONS, Problem.WRONG_KIND)
    for place, refusal, reference in refused(tree, *problems):
        named = reference.text if reference else place.file.name
        if refusal.problem is Problem.NO_KUSTOMIZATION:
            what, hint = f"the directory {named} has no kustomization.yaml", "Add one that lists its files."
        elif refusal.problem is Problem.SEVERAL_KUSTOMIZATIONS:
            what, hint = f"the directory {named} has several kustomizations: {refusal.what}", "Keep one of them."
        else:
            component = reference is not None and reference.role is FileRole.COMPONENT
            wanted = Kind.COMPONENT if component else Kind.KUSTOMIZATION
            field = "resources" if component else "components"
            what = f"{named} is {refusal.what}, where a {wanted.value} is needed"
            hint = f"Name it under {field}, or change its kind."
        yield Finding(Level.ERROR, what, place, help=hint)
    for place, refusal, _ in refused(tree, Problem.OBJECT_OF_FLUX):
        yield Finding(
            Level.ERROR,
            f"{refusal.what} is a Kustomization of Flux, and in a file of this name Kustomize looks for its own",
            place,
            'invalid Kustomization: json: unknown field "spec"',
            "Rename it, for example to flux.yaml: only Kustomize's own kind may be called so.",
        )


@check("GS108", source="Kustomize, api/internal/loader/fileloader.go, errIfArgEqualOrHigher")
def kustomizations_in_a_circle(tree: KustomizationTree) -> Iterator[Finding]:
    """A kustomization leads back to itself, or to a directory that contains it.

    Kustomize refuses the root.
    """
    for place, refusal, reference in refused(tree, Problem.CYCLE):
        named = reference.text if reference else refusal.what
        yield Finding(
            Level.ERROR,
            f"{named} leads back to a kustomization that is being built",
            place,
            help="Keep bases next to the overlays that use them, and let no base name an overlay.",
        )


@check("GS110", source="Kubernetes API conventions, Types (Kinds)")
def not_an_object(tree: KustomizationTree) -> Iterator[Finding]:
    """A document among plain YAML files is not a Kubernetes object: it lacks its apiVersion, its kind or both.

    No cluster takes it, so whatever it was meant to do does not happen. In a directory, a document that has neither is
    taken for another program's file and only noted.
    """
    named = tree.root.files == (tree.root.path,)
    for file in tree.files.values() if tree.top is None else ():
        for document in file.documents:
            if document.data is None:
                continue
            objects = list(objects_in(document.data)) or [((), {})]
            for pointer, data in objects:
                lacking = [key for key in ("apiVersion", "kind") if not text_at(data, key)]
                if lacking:
                    level = Level.NOTE if len(lacking) > 1 and not named else Level.ERROR
                    what = f"this document has no {' and no '.join(lacking)}, so it is not a Kubernetes object"
                    yield Finding(level, what, file.place(pointer, document.index))


def _references(tree: KustomizationTree) -> Iterator[Reference]:
    return (reference for node in tree.kustomizations for reference in node.references)


def _yaml_files(tree: KustomizationTree) -> Iterator[SourceFile]:
    """Every file that is read as YAML, once; YAML inside strings among them."""
    references = list(_references(tree))
    data = {id(reference.target) for reference in references if reference.role in _DATA_ROLES}
    inline = (reference.target for reference in references if isinstance(reference.target, EmbeddedSource))
    for file in chain(tree.sources.values(), inline):
        if id(file) not in data:
            yield file


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith("?") else ".") if text else ""
