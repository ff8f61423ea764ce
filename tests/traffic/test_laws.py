"""Laws of the decision, on drawn objects and requests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gateshift.model.resource import Origin, Resource, ResourceId
from gateshift.traffic.cluster import Cluster
from gateshift.traffic.conditions import conditions
from gateshift.traffic.decide import decide
from gateshift.traffic.decision import Decision
from gateshift.traffic.request import ParentRef, Protocol, Request
from gateshift.yamldoc.data import Json
from tests.traffic.building import parent, resources, services

API = "gateway.networking.k8s.io/v1"
NAMES = ("v1", "v2", "v3", "gone")
PATHS = ("/", "/a", "/a/b", "/ab", "/a/")
HOSTS = ("", "a.org", "x.a.org", "y.x.a.org", "b.org")
BACKENDS = resources(services("v1", "v2", "v3"))


def of(kind: str, name: str, spec: Json, api: str = API, namespace: str = "default") -> Resource:
    data: dict[str, Json] = {"apiVersion": api, "kind": kind, "metadata": {"name": name, "namespace": namespace}}
    return Resource(
        api, ResourceId(api.rpartition("/")[0], kind, namespace, name), {**data, "spec": spec}, Origin(Path("law.yaml"))
    )


GATEWAY = of("Gateway", "gw", {"listeners": [{"name": "http", "port": 80, "protocol": "HTTP"}]})
PARENT = ParentRef("Gateway", "default", "gw")

values = st.sampled_from(["one", "two"])
names = st.sampled_from(["x-a", "X-A", "x-b"])
pairs = st.lists(st.builds(lambda name, value: {"name": name, "value": value}, names, values), max_size=2)
paths = st.builds(
    lambda kind, value: {"type": kind, "value": value}, st.sampled_from(["Exact", "PathPrefix"]), st.sampled_from(PATHS)
)
matches = st.fixed_dictionaries(
    {"path": paths},
    optional={"method": st.sampled_from(["GET", "POST"]), "headers": pairs, "queryParams": pairs},
)
backends = st.lists(
    st.builds(
        lambda name, weight: {"name": name, "port": 8080, "weight": weight},
        st.sampled_from(NAMES),
        st.integers(0, 1_000_000),
    ),
    max_size=4,
)
rules = st.fixed_dictionaries({"matches": st.lists(matches, max_size=3), "backendRefs": backends})
hostnames = st.lists(st.sampled_from(["a.org", "*.a.org", "*.x.a.org", "b.org"]), max_size=2)
specs = st.fixed_dictionaries(
    {"parentRefs": st.just([{"name": "gw"}]), "hostnames": hostnames, "rules": st.lists(rules, min_size=1, max_size=4)}
)
pair_values = st.lists(st.tuples(names, values), max_size=3).map(tuple)
requests = st.builds(
    Request,
    parent=st.just(PARENT),
    host=st.sampled_from(HOSTS),
    method=st.sampled_from(["GET", "POST"]),
    path=st.sampled_from(PATHS),
    query=pair_values,
    headers=pair_values,
)


def cluster(*routes: Resource) -> Cluster:
    return Cluster.of([GATEWAY, *BACKENDS, *routes])


def answer(decision: Decision) -> tuple[object, ...]:
    """What a client could tell of a decision."""
    found = sorted((each.name, round(each.share, 9), each.status) for each in decision.backends if each.share)
    return decision.status, tuple(found)


@given(specs, requests)
def test_shares_sum_to_one_unless_no_backend_has_a_weight(spec: Any, request: Request) -> None:
    decision = decide(cluster(of("HTTPRoute", "r", spec)), request)
    total = sum(backend.share for backend in decision.backends)
    drawn = any(backend.weight for backend in decision.backends)
    assert abs(total - drawn) < 1e-9


@given(specs, requests)
def test_the_status_is_200_exactly_where_some_share_answers(spec: Any, request: Request) -> None:
    decision = decide(cluster(of("HTTPRoute", "r", spec)), request)
    assert (decision.status == 200) == any(each.status == 200 and each.share > 0 for each in decision.backends)


@given(specs, requests, st.randoms())
def test_the_order_of_rules_counts_only_for_equal_matches(spec: Any, request: Request, random: Any) -> None:
    """Where the winner is alone with its specificity, any order of the rules gives the same answer."""
    straight = decide(cluster(of("HTTPRoute", "r", spec)), request)
    ties = [step for step in straight.trace if "later in the route" in step.verdict]
    shuffled = list(spec["rules"])
    random.shuffle(shuffled)
    mixed = decide(cluster(of("HTTPRoute", "r", {**spec, "rules": shuffled})), request)
    if not ties:
        assert answer(straight) == answer(mixed)


@given(specs, requests)
def test_a_rule_that_another_one_repeats_is_never_used(spec: Any, request: Request) -> None:
    doubled = {**spec, "rules": spec["rules"] + spec["rules"]}
    one, two = (decide(cluster(of("HTTPRoute", "r", each)), request) for each in (spec, doubled))
    assert answer(one) == answer(two)
    assert one.rule == two.rule


@given(specs, specs, requests)
def test_the_order_of_the_objects_changes_nothing(left: Any, right: Any, request: Request) -> None:
    one, other = of("HTTPRoute", "a", left), of("HTTPRoute", "b", right)
    first, second = decide(cluster(one, other), request), decide(cluster(other, one), request)
    assert answer(first) == answer(second)
    assert first.route is second.route


@given(specs, requests)
def test_the_trace_names_one_winner_and_changes_nothing(spec: Any, request: Request) -> None:
    held = cluster(of("HTTPRoute", "r", spec))
    traced, plain = decide(held, request), decide(held, request, trace=False)
    assert answer(traced) == answer(plain)
    assert plain.trace == ()
    assert sum(step.verdict == "wins" for step in traced.trace) == (traced.route is not None)


@given(specs, requests, st.integers(2, 9))
def test_weights_are_relative(spec: Any, request: Request, factor: int) -> None:
    scaled = [
        {**rule, "backendRefs": [{**ref, "weight": ref["weight"] // 10 * factor} for ref in rule["backendRefs"]]}
        for rule in spec["rules"]
    ]
    tenth = [
        {**rule, "backendRefs": [{**ref, "weight": ref["weight"] // 10} for ref in rule["backendRefs"]]}
        for rule in spec["rules"]
    ]
    one, other = (decide(cluster(of("HTTPRoute", "r", {**spec, "rules": each})), request) for each in (tenth, scaled))
    assert answer(one) == answer(other)


WORDS = (
    "gw",
    "v1",
    "HTTP",
    "HTTPS",
    "Exact",
    "RequestRedirect",
    "Service",
    "HTTPRoute",
    "Selector",
    "*.a.org",
    "/a",
    "(",
)
scalars = st.none() | st.booleans() | st.integers(-5, 70000) | st.floats(allow_nan=False) | st.sampled_from(WORDS)
junk = st.recursive(
    scalars | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["name", "type", "kind"]), inner, max_size=2)
    ),
    max_leaves=4,
)
RICH = resources(Path(__file__).with_name("rich.yaml").read_text())
PARENTS = ("Gateway/default/gw", "ListenerSet/default/ls", "Service/default/v1", "Service/default/bare")


@st.composite
def spoiled(draw: st.DrawFn) -> list[Resource]:
    """Rich objects, in some of which one field, or a whole part, is replaced by any JSON."""
    found = [*RICH, *BACKENDS]
    for _ in range(draw(st.integers(1, 3))):
        index = draw(st.integers(0, len(found) - 1))
        resource = found[index]
        place = draw(st.sampled_from([each for each in _places(resource.data) if each]))
        data = _replaced(resource.data, place, draw(junk))
        found[index] = Resource(resource.api_version, resource.id, data, resource.origin)
    return found


@given(spoiled(), requests, st.sampled_from(list(Protocol)), st.sampled_from(PARENTS))
def test_nothing_raises_whatever_the_objects_hold(
    objects: list[Resource], request: Request, protocol: Protocol, to: str
) -> None:
    held = Cluster.of(objects)
    conditions(held)
    asked = Request(parent(to), protocol, request.host, request.method, request.path, request.query, request.headers)
    decide(held, asked)


@given(specs.flatmap(lambda spec: st.tuples(st.just(spec), junk)), requests, st.data())
def test_nothing_raises_for_a_route_with_one_field_replaced(drawn: Any, request: Request, data: st.DataObject) -> None:
    spec, replacement = drawn
    places = list(_places(spec))
    broken = _replaced(spec, data.draw(st.sampled_from(places)), replacement)
    held = cluster(of("HTTPRoute", "r", broken), of("GRPCRoute", "g", broken))
    conditions(held)
    decide(held, request)


def _places(data: Any, at: tuple[Any, ...] = ()) -> Any:
    yield at
    for key, value in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield from _places(value, (*at, key))


def _replaced(data: Any, at: tuple[Any, ...], value: Any) -> Any:
    if not at:
        return value
    copy = dict(data) if isinstance(data, dict) else list(data)
    copy[at[0]] = _replaced(data[at[0]], at[1:], value)
    return copy
