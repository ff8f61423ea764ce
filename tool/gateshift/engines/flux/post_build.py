"""What Flux does with the objects that were built: it fills variables in, then puts the common metadata on each.

Source: Flux documentation, Kustomization: Post build variable substitution, Common metadata; kustomize-controller,
internal/controller/kustomization_controller.go (the order); fluxcd/pkg, kustomize/kustomize_varsub.go (each object is
printed, filled in and read again) and ssa/utils (SetCommonMetadata).
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from gateshift.engines.flux.substitution import BadSubstitution, Substituted, is_valid_name, substitute
from gateshift.model.engine_build import EngineBuild, FinishedObjects, VariableEffect, VariableFault, Variables
from gateshift.model.resource import Resource
from gateshift.model.unknown_values import revealed
from gateshift.yamldoc import UnreadableYaml, load_all
from gateshift.yamldoc.data import FieldPath, JsonObject, object_at, walk

_OPT_OUT, _DISABLED = "kustomize.toolkit.fluxcd.io/substitute", "disabled"


def finished(resources: tuple[Resource, ...], build: EngineBuild) -> FinishedObjects:
    """The objects as Flux applies them; what it refuses stays as it was built."""
    done: list[Resource] = []
    variables = build.variables
    faults = list(_invalid_names(variables)) if variables is not None else []
    for resource in resources:
        if variables is not None and "$" in resource.text and not _opted_out(resource):
            faults += _faults(resource, variables)
            resource = _filled(resource, variables, faults)
        done.append(_with_metadata(resource, build.labels, build.annotations))
    return FinishedObjects(tuple(done), tuple(faults))


def _invalid_names(variables: Variables) -> Iterator[VariableFault]:
    for name in variables.values:
        if not is_valid_name(name):
            at = (*variables.at, "substitute", name)
            yield VariableFault(VariableEffect.REFUSED, None, at, name, "that is not the name of a variable")


def _opted_out(resource: Resource) -> bool:
    metadata = object_at(resource.data, "metadata")
    return any(object_at(metadata, where).get(_OPT_OUT) == _DISABLED for where in ("labels", "annotations"))


def _filled(resource: Resource, variables: Variables, faults: list[VariableFault]) -> Resource:
    """The object with its variables filled in; itself where Flux refuses it, which a fault says then."""
    try:
        documents = load_all(_substituted(resource.text, variables).text)
    except BadSubstitution as error:
        if not any(fault.resource is resource and fault.effect is VariableEffect.REFUSED for fault in faults):
            faults.append(_refused(resource, str(error)))
        return resource
    except UnreadableYaml as error:
        faults.append(_refused(resource, f"that what comes of its variables is not YAML: {error.what}"))
        return resource
    data, unknown = revealed(documents[0] if len(documents) == 1 else None)
    if not isinstance(data, dict):
        faults.append(_refused(resource, "that what comes of its variables is not an object"))
        return resource
    return replace(Resource.read(data, resource.origin, resource.text, unknown), text=resource.text)


def _refused(resource: Resource, why: str) -> VariableFault:
    return VariableFault(VariableEffect.REFUSED, resource, (), "", why)


def _substituted(text: str, variables: Variables) -> Substituted:
    values = {name: str(value).replace("\n", "") for name, value in variables.values.items()}
    return substitute(text, values, more=variables.open)


def _faults(resource: Resource, variables: Variables) -> Iterator[VariableFault]:
    """What each text of the object says."""
    for at, value in walk(resource.data):
        if isinstance(value, str) and "$" in value:
            yield from _faults_of(resource, at, value, variables)


def _faults_of(resource: Resource, at: FieldPath, text: str, variables: Variables) -> Iterator[VariableFault]:
    try:
        done = _substituted(text, variables)
    except BadSubstitution as error:
        yield VariableFault(VariableEffect.REFUSED, resource, at, "${", str(error))
        return
    for name in done.empty:
        yield VariableFault(VariableEffect.EMPTY, resource, at, f"${{{name}")
    for name in done.unknown:
        yield VariableFault(VariableEffect.UNKNOWN, resource, at, f"${{{name}")
    if done.dollars:
        yield VariableFault(VariableEffect.DOLLARS, resource, at, "$$")


def _with_metadata(resource: Resource, labels: JsonObject, annotations: JsonObject) -> Resource:
    """The object with these labels and annotations, which take the place of its own of the same names."""
    if not labels and not annotations:
        return resource
    metadata = dict(object_at(resource.data, "metadata"))
    for key, pairs in (("labels", labels), ("annotations", annotations)):
        if pairs:
            metadata[key] = {**object_at(metadata, key), **pairs}
    return replace(resource, data={**resource.data, "metadata": metadata})
