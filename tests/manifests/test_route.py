"""What stands in a stage's route: parents, rules in a fixed order, every default written out."""

from __future__ import annotations

from msgspec.structs import replace

from gateshift.manifests import generate
from gateshift.model.rollout import (
    DeclaredValueMatch,
    Environment,
    ExtraRule,
    GatewayParent,
    Match,
    MatchType,
    Mirror,
    Rollout,
    RouteKind,
    ServiceParent,
    Stage,
)
from gateshift.yamldoc import load_all
from gateshift.yamldoc.data import JsonObject, list_at, look_up, object_at
from tests.manifests.customers import CUSTOMERS, stage

GATEWAY = GatewayParent("infra", "public", section_name="https", port=443)
TESTERS = ExtraRule("testers", (Match(headers=(DeclaredValueMatch("x-team", "qa"),)),), "v2")


def route_of(rollout: Rollout, name: str = "canary", folder: str = "overlays") -> JsonObject:
    kind = rollout.route.kind.value.lower()
    (route,) = load_all(generate(rollout)[f"{folder}/{name}/{kind}.yaml"])
    assert isinstance(route, dict)
    return route


def with_stage(rollout: Rollout, changed: Stage) -> Rollout:
    return replace(rollout, stages=tuple(changed if old.name == changed.name else old for old in rollout.stages))


def test_a_gateway_parent_is_named_with_its_own_namespace() -> None:
    parents = (ServiceParent(port=80), GATEWAY)
    found = route_of(replace(CUSTOMERS, route=replace(CUSTOMERS.route, parents=parents)))
    assert look_up(found, ("spec", "parentRefs")) == [
        {"group": "", "kind": "Service", "name": "customers", "port": 80},
        {
            "group": "gateway.networking.k8s.io",
            "kind": "Gateway",
            "namespace": "infra",
            "name": "public",
            "sectionName": "https",
            "port": 443,
        },
    ]


def test_hostnames_stand_only_where_there_are_some() -> None:
    assert "hostnames" not in object_at(route_of(CUSTOMERS), "spec")
    named = replace(CUSTOMERS, route=replace(CUSTOMERS.route, hostnames=("a.example.org", "*.example.org")))
    assert look_up(route_of(named), ("spec", "hostnames")) == ["a.example.org", "*.example.org"]


def test_an_environment_has_its_own_parents_hostnames_and_namespace() -> None:
    prod = Environment("prod", namespace="prod", parents=(GATEWAY,), hostnames=("shop.example.org",))
    found = route_of(replace(CUSTOMERS, environments=(Environment("staging"), prod)), folder="overlays/prod")
    assert look_up(found, ("metadata", "namespace")) == "prod"
    assert look_up(found, ("spec", "hostnames")) == ["shop.example.org"]
    assert look_up(found, ("spec", "parentRefs", 0, "name")) == "public"


def test_no_rule_changes_its_index_from_stage_to_stage() -> None:
    other: JsonObject = {
        "matches": [{"path": {"type": "Exact", "value": "/healthz"}}],
        "backendRefs": [{"name": "health", "port": 8080}],
    }
    rollout = replace(CUSTOMERS, route=replace(CUSTOMERS.route, other_rules=(other,)))
    rollout = with_stage(rollout, replace(rollout.stage("half"), rules=(TESTERS,)))
    for name in ("routed", "dark", "debug", "canary", "half", "final", "retired"):
        rules = list_at(route_of(rollout, name), "spec", "rules")
        assert look_up(rules, (0, "matches", 0, "path")) == {"type": "PathPrefix", "value": "/"}
        assert look_up(rules, (1, "matches", 0, "path", "value")) == "/healthz"
        assert len(rules) == (3 if name in ("debug", "half") else 2)


def test_the_owner_s_rules_keep_their_fields_and_get_their_defaults() -> None:
    other: JsonObject = {
        "name": "old-paths",
        "matches": [
            {"path": {"value": "/old"}, "headers": [{"name": "a", "value": "b"}]},
            {"method": "GET", "queryParams": [{"name": "q", "value": "1", "type": "RegularExpression"}]},
        ],
        "filters": [
            {
                "type": "RequestMirror",
                "requestMirror": {"backendRef": {"name": "m", "port": 1}, "fraction": {"numerator": 1}},
            },
            {"type": "CORS", "cors": {"allowOrigins": ["*"]}},
        ],
        "backendRefs": [
            {"name": "x", "port": 1, "filters": [{"type": "RequestRedirect", "requestRedirect": {"scheme": "https"}}]},
            {"name": "y", "port": 2, "weight": 0},
        ],
        "sessionPersistence": {"sessionName": "s", "cookieConfig": {}},
    }  # fmt: skip
    rollout = replace(CUSTOMERS, route=replace(CUSTOMERS.route, other_rules=(other, {"backendRefs": []})))
    _, found, bare = list_at(route_of(rollout), "spec", "rules")
    assert found == {
        "name": "old-paths",
        "matches": [
            {
                "path": {"type": "PathPrefix", "value": "/old"},
                "headers": [{"type": "Exact", "name": "a", "value": "b"}],
            },
            {
                "path": {"type": "PathPrefix", "value": "/"},
                "method": "GET",
                "queryParams": [{"type": "RegularExpression", "name": "q", "value": "1"}],
            },
        ],
        "filters": [
            {
                "type": "RequestMirror",
                "requestMirror": {
                    "backendRef": {"group": "", "kind": "Service", "name": "m", "port": 1},
                    "fraction": {"numerator": 1, "denominator": 100},
                },
            },
            {"type": "CORS", "cors": {"allowOrigins": ["*"], "maxAge": 5}},
        ],
        "backendRefs": [
            {
                "group": "",
                "kind": "Service",
                "name": "x",
                "port": 1,
                "weight": 1,
                "filters": [
                    {"type": "RequestRedirect", "requestRedirect": {"scheme": "https", "statusCode": 302}},
                ],
            },
            {"group": "", "kind": "Service", "name": "y", "port": 2, "weight": 0},
        ],
        "sessionPersistence": {
            "sessionName": "s",
            "type": "Cookie",
            "cookieConfig": {"lifetimeType": "Session"},
        },
    }
    assert bare == {"matches": [{"path": {"type": "PathPrefix", "value": "/"}}], "backendRefs": []}


def test_the_production_rule_keeps_its_matches_filters_and_timeouts_in_every_stage() -> None:
    kept = replace(
        CUSTOMERS.route,
        matches=({"path": {"type": "PathPrefix", "value": "/api"}},),
        filters=({"type": "RequestHeaderModifier", "requestHeaderModifier": {"remove": ["x-debug"]}},),
        timeouts={"request": "10s"},
    )
    rollout = replace(CUSTOMERS, route=kept)
    for name in ("routed", "debug", "final"):
        rule = object_at(list_at(route_of(rollout, name), "spec", "rules")[0])
        assert list(rule) == ["matches", "filters", "backendRefs", "timeouts"]
        assert rule["matches"] == list(kept.matches)
        assert rule["filters"] == list(kept.filters)
        assert rule["timeouts"] == kept.timeouts


def test_an_extra_rule_narrows_the_production_rule_s_matches_and_so_wins() -> None:
    kept = replace(
        CUSTOMERS.route,
        matches=(
            {"path": {"type": "PathPrefix", "value": "/api"}},
            {"path": {"type": "Exact", "value": "/"}, "headers": [{"name": "X-Team", "value": "a"}]},
        ),
    )
    rollout = with_stage(replace(CUSTOMERS, route=kept), replace(CUSTOMERS.stage("canary"), rules=(TESTERS,)))
    extra = object_at(list_at(route_of(rollout), "spec", "rules")[1])
    header = {"type": "Exact", "name": "x-team", "value": "qa"}
    assert extra["matches"] == [
        {"path": {"type": "PathPrefix", "value": "/api"}, "headers": [header]},
        {"path": {"type": "Exact", "value": "/"}, "headers": [header]},
    ]


def test_matches_of_an_extra_rule_are_alternatives_and_their_parts_hold_together() -> None:
    rule = ExtraRule(
        "mixed",
        (
            Match(path=(MatchType.EXACT, "/new"), method="POST"),
            Match(
                headers=(DeclaredValueMatch("a", "1"), DeclaredValueMatch("b", "2.*", MatchType.REGEX)),
                query=(DeclaredValueMatch("q", "x"),),
            ),
        ),
        "v2",
    )
    rollout = with_stage(CUSTOMERS, replace(CUSTOMERS.stage("canary"), rules=(rule,)))
    extra = object_at(list_at(route_of(rollout), "spec", "rules")[1])
    assert extra["matches"] == [
        {"path": {"type": "Exact", "value": "/new"}, "method": "POST"},
        {
            "path": {"type": "PathPrefix", "value": "/"},
            "headers": [
                {"type": "Exact", "name": "a", "value": "1"},
                {"type": "RegularExpression", "name": "b", "value": "2.*"},
            ],
            "queryParams": [{"type": "Exact", "name": "q", "value": "x"}],
        },
    ]


def test_a_mirror_is_a_filter_of_the_production_rule_alone() -> None:
    mirrored = replace(CUSTOMERS.stage("debug"), mirror=Mirror("v2", 25))
    production, extra = list_at(route_of(with_stage(CUSTOMERS, mirrored), "debug"), "spec", "rules")
    assert object_at(production)["filters"] == [
        {
            "type": "RequestMirror",
            "requestMirror": {
                "backendRef": {"group": "", "kind": "Service", "name": "customers-v2", "port": 80},
                "percent": 25,
            },
        }
    ]
    assert "filters" not in object_at(extra)


def test_a_mirror_of_everything_needs_no_percentage() -> None:
    mirrored = replace(CUSTOMERS.stage("canary"), mirror=Mirror("v2"))
    rules = list_at(route_of(with_stage(CUSTOMERS, mirrored)), "spec", "rules")
    assert "percent" not in object_at(rules, 0, "filters", 0, "requestMirror")


def test_shares_are_written_as_declared_whatever_their_sum() -> None:
    odd = stage("canary", ("v1", "v2"), v1=7, v2=2)
    backends = list_at(route_of(with_stage(CUSTOMERS, odd)), "spec", "rules", 0, "backendRefs")
    assert [(look_up(found, ("name",)), look_up(found, ("weight",))) for found in backends] == [
        ("customers-v1", 7),
        ("customers-v2", 2),
    ]


def test_a_grpc_route_has_neither_paths_nor_timeouts() -> None:
    rule = ExtraRule(
        "new-call",
        (Match(grpc_service="shop.Orders", grpc_method="Place", headers=(DeclaredValueMatch("a", "b"),)),),
        "v2",
    )
    grpc = replace(CUSTOMERS, route=replace(CUSTOMERS.route, kind=RouteKind.GRPC))
    found = route_of(with_stage(grpc, replace(grpc.stage("canary"), rules=(rule,))))
    assert found["kind"] == "GRPCRoute"
    production, extra = list_at(found, "spec", "rules")
    assert list(object_at(production)) == ["backendRefs"]
    assert object_at(extra)["matches"] == [
        {
            "method": {"type": "Exact", "service": "shop.Orders", "method": "Place"},
            "headers": [{"type": "Exact", "name": "a", "value": "b"}],
        }
    ]
