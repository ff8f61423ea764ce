"""ReferenceGrants: those that a reference to another namespace needs, and those that permit nothing.

Source: Gateway API v1.6, apis/v1/referencegrant_types.go.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.apischema.kinds import GATEWAY_API
from gateshift.checks.references.backend_refs import Use, by_gateway, uses
from gateshift.checks.references.original_names import home_of, moved
from gateshift.checks.subject import Subject
from gateshift.model.finding import FieldRef, Finding, Level, Related
from gateshift.model.nearest import nearest
from gateshift.model.rule import check
from gateshift.traffic.cluster import same_namespace
from gateshift.traffic.references import GrantFrom, GrantTo, ReferenceGrant
from gateshift.traffic.routes import ROUTE_KINDS

_REFERRERS = {
    **dict.fromkeys(ROUTE_KINDS, GATEWAY_API),
    "Gateway": GATEWAY_API,
    "ListenerSet": GATEWAY_API,
}
_TARGETS = ("Service", "Secret", "ConfigMap")


@check("GS305", source="Gateway API v1.6, ReferenceGrant; ResolvedRefs with reason RefNotPermitted")
def reference_grant_missing(subject: Subject) -> Iterator[Finding]:
    """A route that a Gateway serves refers to a backend of another namespace, and no ReferenceGrant permits it.

    The share of that backend is answered with 500. The grant stands in the backend's namespace and names the route's
    kind and namespace. It is a note where the backend is outside the build, since its grant may be there too. Routes
    of a mesh, whose parent is a Service, need no grant.
    """
    for use in uses(subject):
        ref = use.backend.ref
        if use.resolved.reason != "RefNotPermitted" or not by_gateway(use.route):
            continue
        home = home_of(subject, use.route.resource, ref.pointer)
        if moved(subject, ref.group, ref.kind, ref.namespace, ref.name, home) is not None:
            continue
        target = subject.cluster.find(ref.group, ref.kind, ref.namespace, ref.name)
        near = _near_miss(subject, use)
        held = target is not None and target.id.namespace == ref.namespace
        level = use.worst if held else Level.WARNING if near else Level.NOTE
        related = [Related(f"this grant does not: {why}", FieldRef(grant.resource, ("spec",))) for grant, why in near]
        yield Finding(
            level,
            f"{use.route}: no ReferenceGrant in namespace {ref.namespace} lets {use.route.kind}s of"
            f" {use.route.namespace} use {ref}, which {_who_needs_it(use)}",
            FieldRef(use.route.resource, (*use.backend.pointer, "namespace")),
            f"ResolvedRefs: False, RefNotPermitted; {use.consequence}",
            f"Add a ReferenceGrant in {ref.namespace}: from {GATEWAY_API}/{use.route.kind} in {use.route.namespace}"
            f" to {ref.kind} {ref.name}.",
            tuple(related),
        )


def _who_needs_it(use: Use) -> str:
    """The parents for which the grant matters, with the verb: calls in a mesh need none."""
    parents = [str(parent) for parent in use.route.parents if not parent.is_service]
    return f"{' and '.join(parents)} {'needs' if len(parents) == 1 else 'need'}"


def _near_miss(subject: Subject, use: Use) -> list[tuple[ReferenceGrant, str]]:
    """The grants of the backend's namespace that speak of the route's namespace or kind, and what each gets wrong."""
    misses = []
    route, ref = use.route, use.backend.ref
    for grant in subject.cluster.grants:
        if not same_namespace(grant.namespace, ref.namespace):
            continue
        sources = [(source.group, source.kind, source.namespace) for source in grant.sources]
        if (GATEWAY_API, route.kind, route.namespace) not in sources:
            about = [
                source for source in grant.sources if route.namespace == source.namespace or route.kind == source.kind
            ]
            if about:
                first = about[0]
                misses.append((grant, f"it is from {first.group or 'core'}/{first.kind} in {first.namespace}"))
        else:
            first_to = grant.targets[0] if grant.targets else None
            to = f"{first_to.group or 'core'}/{first_to.kind} {first_to.name}".rstrip() if first_to else "nothing"
            misses.append((grant, f"it is to {to}"))
    return misses


@check("GS306", source="Gateway API v1.6, ReferenceGrantFrom and ReferenceGrantTo")
def reference_grant_without_effect(subject: Subject) -> Iterator[Finding]:
    """An entry of a ReferenceGrant can permit no reference at all.

    The group, kind or namespace is one that no reference has: the group of a Service is "", that of a route
    gateway.networking.k8s.io, and a grant in the route's own namespace permits nothing, since it belongs in the
    namespace that is referred to. Whoever wrote it counts on a permission that does not exist.
    """
    for grant in subject.cluster.grants:
        for source in grant.sources:
            fault = _source_fault(subject, grant, source)
            if fault:
                yield _useless(grant, source, *fault)
        for target in grant.targets:
            fault = _target_fault(target)
            if fault:
                yield _useless(grant, target, *fault)


def _useless(grant: ReferenceGrant, entry: GrantFrom | GrantTo, field: str, what: str, hint: str) -> Finding:
    return Finding(
        Level.WARNING,
        f"{grant.resource.id}: {what}",
        FieldRef(grant.resource, (*entry.pointer, field)),
        "references stay RefNotPermitted",
        hint,
    )


def _source_fault(subject: Subject, grant: ReferenceGrant, source: GrantFrom) -> tuple[str, str, str] | None:
    """The field at fault, what is wrong, and the way out; None for an entry that can permit something."""
    home = _REFERRERS.get(source.kind)
    if home is not None and source.group != home:
        return "group", f"the group of {source.kind} is {home}, not {source.group!r}", f"Write group: {home}."
    if source.group == GATEWAY_API and home is None:
        near = nearest(source.kind, _REFERRERS)
        if near:
            return "kind", f"{source.group} has no kind {source.kind}", f"Did you mean {near}?"
    if source.namespace and source.namespace == grant.namespace:
        what = f"it stands in {grant.namespace} and permits references from there, which need no grant"
        return "namespace", what, "Put the grant into the namespace of the backend, with the route's namespace here."
    return _moved_source(subject, source)


def _moved_source(subject: Subject, source: GrantFrom) -> tuple[str, str, str] | None:
    """An entry whose referrers a namespace transformer has moved away."""
    resources = subject.of_kind(source.group, source.kind)
    if any(same_namespace(resource.id.namespace, source.namespace) for resource in resources):
        return None
    for resource in resources:
        if moved(subject, source.group, source.kind, source.namespace, resource.id.name) is resource:
            what = f"it permits references from {source.namespace}, but Kustomize moved {source.kind}s of there to"
            return "namespace", f"{what} {resource.id.namespace}", f"Write namespace: {resource.id.namespace}."
    return None


def _target_fault(target: GrantTo) -> tuple[str, str, str] | None:
    if target.kind in _TARGETS and target.group:
        return "group", f"the group of {target.kind} is empty, not {target.group!r}", 'Write group: "".'
    if not target.group:
        near = nearest(target.kind, _TARGETS)
        if near:
            return "kind", f"the core group has no kind {target.kind}", f"Did you mean {near}?"
    return None
