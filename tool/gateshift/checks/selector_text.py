"""Label selectors written as one line of text, as Kustomize's targets have them.

Source: Kubernetes, apimachinery pkg/labels/selector.go: requirements joined by commas.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from gateshift.documents.data import Json

_REQUIREMENT = re.compile(
    r"\s*(?P<not>!)?\s*(?P<key>[^\s=!,()]+)\s*"
    r"(?:(?P<operator>==|=|!=|\bin\b|\bnotin\b)\s*(?P<value>\([^)]*\)|[^,\s]*))?\s*(?:,|\Z)"
)


def selects(selector: str, labels: Mapping[str, Json]) -> bool:
    """Whether labels satisfy every requirement of the selector; what cannot be read counts as satisfied."""
    at = 0
    while at < len(selector):
        found = _REQUIREMENT.match(selector, at)
        if found is None or found.end() == at:
            return True
        if not _holds(found, labels):
            return False
        at = found.end()
    return True


def _holds(requirement: re.Match[str], labels: Mapping[str, Json]) -> bool:
    key, operator = requirement["key"], requirement["operator"]
    if operator is None:
        return (key not in labels) if requirement["not"] else (key in labels)
    values = {value.strip() for value in requirement["value"].strip("()").split(",")}
    return (labels.get(key) in values) is (operator in ("=", "==", "in"))
