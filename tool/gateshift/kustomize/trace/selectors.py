"""Which objects a patch or replacement is for, as Kustomize's selectors choose them (api/types/selector.go)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from gateshift.apischema.regex import matcher
from gateshift.kustomize.trace.traced_node import TracedNode

_REQUIREMENT = (
    r"(?:(?P<not>!)\s*+(?P<absent>[\w./-]++)|(?<![\w./-])(?P<key>[\w./-]++)\s*+"
    r"(?:(?P<op>==|=|!=)\s*+(?P<value>[\w.-]*+)|(?P<set>in|notin)\s*+\((?P<values>[^()]*+)\))?)\s*+(?:,|\Z)"
)


class Passing(Struct, frozen=True, eq=False):
    """An object on its way through the transformers: its data so far, and every name and namespace it has had."""

    node: TracedNode
    names: frozenset[str]
    namespaces: frozenset[str]

    @staticmethod
    def of(node: TracedNode) -> Passing:
        """The object as it was read."""
        names, namespaces = node.text("metadata", "name"), node.text("metadata", "namespace")
        return Passing(node, frozenset({names}), frozenset({namespaces}))

    def now(self, node: TracedNode) -> Passing:
        """The same object with new data."""
        name, namespace = node.text("metadata", "name"), node.text("metadata", "namespace")
        return replace(self, node=node, names=self.names | {name}, namespaces=self.namespaces | {namespace})


def selects(selector: TracedNode, passing: Passing) -> bool:
    """Whether a patch's target is for the object; what it leaves empty fits everything, and texts are patterns."""
    group, _, version = passing.node.text("apiVersion").rpartition("/")
    return (
        _fits(selector.text("group"), {group})
        and _fits(selector.text("version"), {version})
        and _fits(selector.text("kind"), {passing.node.text("kind")})
        and _fits(selector.text("name"), passing.names)
        and _fits(selector.text("namespace"), passing.namespaces)
        and _has_labels(selector.text("labelSelector"), passing.node, "labels")
        and _has_labels(selector.text("annotationSelector"), passing.node, "annotations")
    )


def is_for(patch: TracedNode, passing: Passing) -> bool:
    """Whether a strategic merge patch without a target names the object: by its kind, name and namespace."""
    namespace = patch.text("metadata", "namespace")
    return (
        patch.text("kind") == passing.node.text("kind")
        and _group(patch) == _group(passing.node)
        and patch.text("metadata", "name") in passing.names
        and (not namespace or namespace in passing.namespaces or "" in passing.namespaces)
    )


def _group(node: TracedNode) -> str:
    return node.text("apiVersion").rpartition("/")[0]


def _fits(pattern: str, values: frozenset[str] | set[str]) -> bool:
    if not pattern:
        return True
    whole = matcher(pattern)
    return pattern in values if whole is None else any(whole(value) for value in values)


def _has_labels(selector: str, node: TracedNode, field: str) -> bool:
    if not selector.strip():
        return True
    mapping = node.find(("metadata", field))
    labels = {key: str(value.scalar) for key, value in (mapping.fields or {}).items()} if mapping else {}
    return all(_holds(match, labels) for match in re.finditer(_REQUIREMENT, selector))


def _holds(requirement: re.Match[str], labels: Mapping[str, str]) -> bool:
    if requirement["not"]:
        return requirement["absent"] not in labels
    key, value = requirement["key"], labels.get(requirement["key"])
    if requirement["set"]:
        values = {item.strip() for item in requirement["values"].split(",")}
        return (value in values) is (requirement["set"] == "in")
    if requirement["op"] == "!=":
        return value != requirement["value"]
    return key in labels if requirement["op"] is None else value == requirement["value"]
