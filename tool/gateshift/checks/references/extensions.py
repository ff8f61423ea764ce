"""Filters of an implementation's own that a route refers to.

Source: Gateway API v1.6, HTTPRouteFilter.extensionRef.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.checks.subject import Subject
from gateshift.model.finding import FieldRef, Finding, Level, Related
from gateshift.model.nearest import nearest
from gateshift.model.rule import check
from gateshift.traffic.cluster import same_namespace
from gateshift.traffic.filters import ExtensionFilter


@check("GS309", source="Gateway API v1.6, ExtensionRef: a filter that cannot be resolved must not be skipped")
def extension_filter_missing(subject: Subject) -> Iterator[Finding]:
    """A route uses a filter of an implementation's own that is not in the build.

    If the implementation does not find it either, the requests of the rule get an error; it must not skip the filter.
    It is a warning where the build has such an object of almost that name.
    """
    for route in subject.cluster.routes:
        for rule in route.rules:
            for extension in (extension for filters in (rule.filters, *rule.backend_filters) for extension in filters):
                if not isinstance(extension, ExtensionFilter):
                    continue
                ref = extension.ref
                if subject.cluster.find(ref.group, ref.kind, route.namespace, ref.name) is not None:
                    continue
                kind = subject.of_kind(ref.group, ref.kind)
                others = {
                    candidate.id.name: candidate
                    for candidate in kind
                    if same_namespace(candidate.id.namespace, route.namespace)
                }
                near = nearest(ref.name, others)
                yield Finding(
                    Level.WARNING if near else Level.NOTE,
                    f"{route}: the filter {ref.kind} {ref.name} ({ref.group}) is not in this build",
                    FieldRef(route.resource, (*extension.pointer, "name")),
                    "an error for every request of the rule, unless the implementation knows the filter",
                    f"Did you mean {near}?" if near else "Make sure that another root provides it.",
                    (Related(near, FieldRef(others[near], ("metadata", "name"))),) if near else (),
                )
