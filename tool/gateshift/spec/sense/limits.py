"""How many rules, matches and filters a stage's route may have.

Source: sigs.k8s.io/gateway-api config/crd (maxItems and the CEL rule on all matches of HTTPRoute and GRPCRoute v1).
"""

from __future__ import annotations

from gateshift.documents.data import JsonObject, Pointer, list_at, object_at
from gateshift.spec.draft import Draft, matches_of, mirror_of, objects
from gateshift.spec.faults import Faults
from gateshift.spec.shown import dotted

_MOST_RULES = 16
_MOST_MATCHES = 64
_MOST_MATCHES_IN_ALL = 128
_MOST_FILTERS = 16


def check_limits(draft: Draft, stage: JsonObject, at: Pointer, faults: Faults) -> None:
    """Report a stage whose route the API server would refuse for its size."""
    rules = [rule for _, rule in objects(list_at(stage, "rules"))]
    _rules(draft, rules, (*at, "rules"), faults)
    _matches(draft, rules, (*at, "rules"), faults)
    filters = list_at(draft.data, "route", "filters")
    if mirror_of(stage)[0] and len(filters) >= _MOST_FILTERS:
        here = (*at, "mirror")
        most = f"{_MOST_FILTERS} filters already, the most there can be"
        faults.add(here, f"{dotted(here)}: the production rule has {most}")


def _rules(draft: Draft, rules: list[JsonObject], at: Pointer, faults: Faults) -> None:
    total = 1 + len(list_at(draft.data, "route", "rules")) + len(rules)
    if total > _MOST_RULES:
        faults.add(
            at,
            f"{dotted(at)}: the route would have {total} rules, the production rule and `route.rules` included; "
            f"the Gateway API allows {_MOST_RULES}",
        )


def _matches(draft: Draft, rules: list[JsonObject], at: Pointer, faults: Faults) -> None:
    """An extra rule has each of its matches once for each match of the production rule, which it narrows."""
    route = object_at(draft.data, "route")
    production = max(1, len(list_at(route, "matches")))
    counts = [production * sum(1 for _ in matches_of(rule, ())) for rule in rules]
    for index, count in enumerate(counts):
        if count > _MOST_MATCHES:
            faults.add(
                (*at, index, "match"),
                f"{dotted((*at, index))}: with each of the production rule's matches these are {count} matches; "
                f"the Gateway API allows {_MOST_MATCHES} in a rule",
            )
    others = sum(max(1, len(list_at(rule, "matches"))) for _, rule in objects(list_at(route, "rules")))
    total = production + others + sum(counts)
    if total > _MOST_MATCHES_IN_ALL:
        faults.add(
            at,
            f"{dotted(at)}: the route would have {total} matches in all; the Gateway API allows {_MOST_MATCHES_IN_ALL}",
        )
