from __future__ import annotations

import pytest

from gateshift.apischema.cel.rules import NotEvaluated, Violation, violations
from gateshift.apischema.defaulting import blocked, complete
from gateshift.apischema.schema_tree import node_of
from gateshift.yamldoc.data import Json, JsonObject


def rule(expression: str, **more: Json) -> list[Json]:
    return [{"rule": expression, **more}]


def spec(schema: JsonObject) -> JsonObject:
    return {"type": "object", "properties": {"spec": schema}}


def outcomes(schema: JsonObject, new: JsonObject, old: JsonObject | None = None) -> list[Violation | NotEvaluated]:
    node = node_of(schema)
    before = None if old is None else complete(node, old).data
    return list(violations(node, complete(node, new).data, before))


def said(schema: JsonObject, new: JsonObject, old: JsonObject | None = None) -> list[str]:
    return [outcome.cluster_says if isinstance(outcome, Violation) else "?" for outcome in outcomes(schema, new, old)]


MINMAX = spec(
    {
        "type": "object",
        "properties": {"min": {"type": "integer", "default": 5}, "max": {"type": "integer"}},
        "x-kubernetes-validations": rule("self.min <= self.max", message="min above max"),
    }
)


def test_a_rule_reads_the_defaulted_value() -> None:
    assert said(MINMAX, {"spec": {"max": 5}}) == []
    assert said(MINMAX, {"spec": {"max": 4}}) == ["spec: Invalid value: min above max"]


def test_a_missing_field_is_a_failure_and_not_null() -> None:
    assert said(MINMAX, {"spec": {}}) == [
        'spec: Invalid value: "object": no such key: max evaluating rule: min above max',
    ]


def test_a_scalar_at_fault_is_shown() -> None:
    schema = spec({"type": "string", "x-kubernetes-validations": rule("self != 'a'", message="not a")})
    assert said(schema, {"spec": "a"}) == ['spec: Invalid value: "a": not a']


def test_a_rule_without_a_message_is_its_own_message() -> None:
    schema = spec({"type": "integer", "x-kubernetes-validations": rule("self > 1")})
    assert said(schema, {"spec": 1}) == ["spec: Invalid value: 1: failed rule: self > 1"]


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("namespace", "__namespace__"),
        ("a-b", "a__dash__b"),
        ("a.b/c", "a__dot__b__slash__c"),
        ("a__b", "a__underscores__b"),
    ],
)
def test_names_that_cel_cannot_write_are_escaped(name: str, known: str) -> None:
    schema = spec(
        {
            "type": "object",
            "properties": {name: {"type": "string"}},
            "x-kubernetes-validations": rule(f"self.{known} == 'x'", message="must be x"),
        }
    )
    assert said(schema, {"spec": {name: "x"}}) == []
    assert said(schema, {"spec": {name: "y"}}) == ["spec: Invalid value: must be x"]


def test_keys_of_a_map_are_not_escaped() -> None:
    schema = spec(
        {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "x-kubernetes-validations": rule("'a-b' in self && !('namespace' in self)", message="no"),
        }
    )
    assert said(schema, {"spec": {"a-b": "1"}}) == []
    assert said(schema, {"spec": {"a-b": "1", "namespace": "x"}}) == ["spec: Invalid value: no"]


def test_the_field_path_and_the_reason_decide_what_is_blamed() -> None:
    schema = spec(
        {
            "type": "object",
            "properties": {"tls": {"type": "object", "properties": {"mode": {"type": "string"}}}},
            "x-kubernetes-validations": rule(
                "has(self.tls.mode)", message="say how", fieldPath=".tls.mode", reason="FieldValueRequired"
            ),
        }
    )
    (found,) = outcomes(schema, {"spec": {"tls": {}}})
    assert isinstance(found, Violation)
    assert found.pointer == ("spec", "tls", "mode")
    assert found.cluster_says == "spec.tls.mode: Required value: say how"


def test_a_message_can_be_computed_and_falls_back_to_the_fixed_one() -> None:
    def schema(expression: str) -> JsonObject:
        more: dict[str, Json] = {"message": "fixed", "messageExpression": expression}
        return spec({"type": "integer", "x-kubernetes-validations": rule("self < 3", **more)})

    assert said(schema("'got ' + string(self)"), {"spec": 7}) == ["spec: Invalid value: 7: got 7"]
    assert said(schema("self.nothing"), {"spec": 7}) == ["spec: Invalid value: 7: fixed"]
    assert said(schema("'two\\nlines'"), {"spec": 7}) == ["spec: Invalid value: 7: fixed"]


ONCE = spec(
    {
        "type": "object",
        "properties": {
            "class": {"type": "string", "x-kubernetes-validations": rule("self == oldSelf", message="fixed")}
        },
    }
)


def test_a_transition_rule_waits_for_an_old_object() -> None:
    assert said(ONCE, {"spec": {"class": "b"}}) == []
    assert said(ONCE, {"spec": {"class": "b"}}, {"spec": {"class": "b"}}) == []
    assert said(ONCE, {"spec": {"class": "b"}}, {"spec": {}}) == []
    assert said(ONCE, {"spec": {"class": "b"}}, {"spec": {"class": "a"}}) == ['spec.class: Invalid value: "b": fixed']


def test_an_optional_old_value_is_evaluated_on_creation_too() -> None:
    schema = spec(
        {
            "type": "integer",
            "x-kubernetes-validations": rule(
                "!oldSelf.hasValue() ? self == 1 : self >= oldSelf.value()", message="no", optionalOldSelf=True
            ),
        }
    )
    assert said(schema, {"spec": 1}) == []
    assert said(schema, {"spec": 2}) == ["spec: Invalid value: 2: no"]
    assert said(schema, {"spec": 4}, {"spec": 3}) == []
    assert said(schema, {"spec": 2}, {"spec": 3}) == ["spec: Invalid value: 2: no"]


def test_old_entries_are_found_by_the_keys_of_a_list_of_type_map() -> None:
    entry: JsonObject = {
        "type": "object",
        "properties": {"name": {"type": "string"}, "port": {"type": "integer"}},
        "x-kubernetes-validations": rule("self.port >= oldSelf.port", message="smaller"),
    }
    keyed = spec(
        {"type": "array", "items": entry, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"]}
    )
    atomic = spec({"type": "array", "items": entry})
    old: JsonObject = {"spec": [{"name": "a", "port": 3}, {"name": "b", "port": 2}]}
    new: JsonObject = {"spec": [{"name": "b", "port": 1}, {"name": "a", "port": 3}]}
    assert said(keyed, new, old) == ["spec[0]: Invalid value: smaller"]
    assert said(atomic, new, old) == []


def test_a_field_that_did_not_change_is_forgiven_on_update() -> None:
    bad: JsonObject = {"spec": {"min": 9, "max": 1}}
    assert said(MINMAX, bad, bad) == []
    assert said(MINMAX, bad, {"spec": {"min": 9, "max": 2}}) == ["spec: Invalid value: min above max"]


def test_rules_of_all_of_branches_count() -> None:
    schema = spec(
        {
            "type": "object",
            "properties": {"a": {"type": "integer"}},
            "allOf": [{"properties": {"a": {"x-kubernetes-validations": rule("self > 1", message="small")}}}],
        }
    )
    assert said(schema, {"spec": {"a": 1}}) == ["spec.a: Invalid value: 1: small"]


def test_a_number_is_a_double_even_where_it_is_written_as_an_integer() -> None:
    schema = spec({"type": "number", "x-kubernetes-validations": rule("self * 2.0 > 3.0", message="small")})
    assert said(schema, {"spec": 2}) == []
    assert said(schema, {"spec": 1}) == ["spec: Invalid value: 1: small"]


@pytest.mark.parametrize(
    ("expression", "good", "bad"),
    [
        ("isIP(self)", "10.0.0.1", "10.0.0"),
        ("isCIDR(self)", "10.0.0.0/8", "10.0.0.0"),
        ("cidr(self).containsIP('10.1.2.3')", "10.0.0.0/8", "11.0.0.0/8"),
        ("isURL(self) && url(self).getScheme() == 'https'", "https://a.b/c", "http://a.b/c"),
        ("quantity(self).isLessThan(quantity('2Gi'))", "1500M", "3Gi"),
        ("self.find('[0-9]+') == '12'", "ab12", "ab"),
        ("self.split('.').isSorted()", "a.b", "b.a"),
        ("self.split('/')[0] == 'x'", "x/y", "y/x"),
        ("self.matches('^(?i)get$')", "GET", "PUT"),
    ],
)
def test_functions_of_kubernetes_are_known(expression: str, good: str, bad: str) -> None:
    schema = spec({"type": "string", "x-kubernetes-validations": rule(expression, message="no")})
    assert said(schema, {"spec": good}) == []
    assert said(schema, {"spec": bad}) == [f'spec: Invalid value: "{bad}": no']


@pytest.mark.parametrize("expression", ["semver(self).major() == 1", "timestamp(self).nothing()"])
def test_a_rule_beyond_the_evaluator_is_not_taken_for_a_verdict(expression: str) -> None:
    schema = spec({"type": "string", "x-kubernetes-validations": rule(expression, message="no")})
    (found,) = outcomes(schema, {"spec": "2020-01-01T00:00:00Z"})
    assert isinstance(found, NotEvaluated)


def test_plain_schema_faults_keep_rules_from_being_evaluated() -> None:
    node = node_of(MINMAX)
    assert blocked(node, {"spec": {"max": "5"}})
    assert blocked(node, {"spec": []})
    assert not blocked(node, {"spec": {"max": 5, "min": 7}})
