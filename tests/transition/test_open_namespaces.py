"""A namespace that an object, or a reference to it, leaves open changes no verdict: the sync engine fills it in."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gateshift.model.resource import Build, Resource
from gateshift.transition.judge import Judgement, judge
from gateshift.yamldoc.data import Json, JsonObject, list_at, object_at
from tests.transition.objects import CANARY, FINAL, HALF, Builder, route, shares
from tests.transition.test_table import CASES, POINTED, Case

Left = Callable[[Resource], bool]


def no_object(resource: Resource) -> bool:
    del resource
    return False


def every_object(resource: Resource) -> bool:
    del resource
    return True


def routes(resource: Resource) -> bool:
    return resource.kind == "HTTPRoute"


def all_but_routes(resource: Resource) -> bool:
    return not routes(resource)


def services(resource: Resource) -> bool:
    return resource.kind == "Service"


WAYS: dict[str, tuple[Left, Left]] = {
    "in nothing": (no_object, no_object),
    "before": (every_object, no_object),
    "after": (no_object, every_object),
    "in the routes": (routes, routes),
    "in all but routes": (all_but_routes, all_but_routes),
    "in the Services": (services, services),
    "in other objects after than before": (services, routes),
}
"""Which objects of the two builds leave their namespace open."""


def opened(build: Build, left: Left, *, referred: bool) -> Build:
    """The build whose objects name no namespace where they are `left` so; references name theirs if `referred`."""
    resources = []
    for resource in build.resources:
        data: JsonObject = {**resource.data}
        if left(resource):
            named = object_at(data, "metadata")
            data["metadata"] = {key: value for key, value in named.items() if key != "namespace"}
        if referred and routes(resource):
            data["spec"] = _referring(object_at(data, "spec"))
        resources.append(Resource.of(data, resource.origin))
    return Build(build.root, tuple(resources))


def _referring(spec: JsonObject) -> JsonObject:
    rules = [object_at(rule) for rule in list_at(spec, "rules")]
    written = [{**rule, "backendRefs": [_in_default(each) for each in list_at(rule, "backendRefs")]} for rule in rules]
    return {**spec, "parentRefs": [_in_default(each) for each in list_at(spec, "parentRefs")], "rules": [*written]}


def _in_default(reference: Json) -> JsonObject:
    return {"namespace": "default", **object_at(reference)}


def told(judgement: Judgement) -> list[tuple[bool, set[str]]]:
    return [(verdict.safe, {finding.rule for finding in verdict.findings}) for verdict in judgement.verdicts]


@pytest.mark.parametrize("case", CASES + POINTED, ids=lambda case: case.name)
def test_the_verdicts_of_the_table_stay(build: Builder, case: Case) -> None:
    before, after = build(case.before), build(case.after)
    plain = told(judge(before, after, case.syncs))

    for way, (left_before, left_after) in WAYS.items():
        for referred in (False, True):
            sides = (opened(before, left_before, referred=referred), opened(after, left_after, referred=referred))
            assert told(judge(*sides, case.syncs)) == plain, (way, referred)


def test_a_service_of_another_namespace_is_another_one(build: Builder) -> None:
    elsewhere = shares(v2=100).replace("name: customers-v2", "name: customers-v2, namespace: other")

    judgement = judge(build(CANARY), build(FINAL | {"route": route(elsewhere)}))

    assert all("GS511" in rules for _, rules in told(judgement))
    assert told(judge(build(HALF), build(FINAL)))[0] == (True, set())
