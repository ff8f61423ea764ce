"""One kubeconform over all objects: a verdict for each, or none at all."""

from __future__ import annotations

import random
import re
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from gateshift.apischema.schema_errors import faults
from gateshift.errors import NoVerdict
from gateshift.model.rollout import SchemaChoice
from gateshift.model.schema_verdict import FaultKind, Outcome
from gateshift.schemas import Schemas, open_schemas
from gateshift.schemas.kubeconform import check
from gateshift.schemas.layout import kubernetes_set
from gateshift.tools.lock import pinned
from gateshift.tools.program import Program, Source
from gateshift.yamldoc.data import FieldPath, JsonObject
from tests.schemas.sampling import sample

TIMEOUT = 60.0


def deployment(**spec: Any) -> JsonObject:
    labels = {"app": "x"}
    pod = {"containers": [{"name": "c", "image": "i:1"}]}
    full = {"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": pod}, **spec}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "x"}, "spec": full}


def config(**more: Any) -> JsonObject:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, **more}


def test_every_kind_of_both_channels_compiles(schemas: Schemas, experimental: Schemas, kubeconform: Program) -> None:
    """kubeconform says `could not find schema` of one it cannot compile; that would be NoVerdict here."""
    for each in (schemas, experimental):
        kinds = [
            (group, info.version, kind)
            for folder in each.sets
            for (group, kind), infos in each._index(folder).items()
            for info in infos
        ]
        assert len(kinds) > 100
        objects: list[JsonObject] = [
            {"apiVersion": f"{group}/{version}" if group else version, "kind": kind, "metadata": {"name": "x"}}
            for group, version, kind in kinds
        ]
        verdicts = check(objects, each, kubeconform, timeout=TIMEOUT)
        assert {verdict.outcome for verdict in verdicts} == {Outcome.VALID, Outcome.INVALID}
        for verdict in verdicts:
            assert all(fault.kind is FaultKind.MISSING for fault in verdict.faults), verdict


def test_the_verdicts_come_in_the_order_of_the_objects(schemas: Schemas, kubeconform: Program) -> None:
    objects = [config(), deployment(replica=1), {**config(), "apiVersion": "example.org/v1"}, config(), deployment()]
    verdicts = check(objects, schemas, kubeconform, timeout=TIMEOUT)
    assert [verdict.outcome for verdict in verdicts] == [
        Outcome.VALID,
        Outcome.INVALID,
        Outcome.SKIPPED,
        Outcome.VALID,
        Outcome.VALID,
    ]
    assert verdicts[2].reason == "no schema of example.org/v1 ConfigMap"


def test_faults_are_found_below_the_first_level_and_through_every_reference(
    schemas: Schemas, kubeconform: Program
) -> None:
    container = {
        "name": "c",
        "image": "i:1",
        "resources": {"limits": {"cpu": "1x"}},
        "ports": [{"containerPort": "80"}],
    }
    wrong = deployment(template={"metadata": {"lables": {}}, "spec": {"containers": [container], "hostAliases": [{}]}})
    (verdict,) = check([wrong], schemas, kubeconform, timeout=TIMEOUT)
    at: FieldPath = ("spec", "template", "spec")
    assert [(fault.pointer, fault.kind) for fault in verdict.faults] == [
        (("spec", "template", "metadata", "lables"), FaultKind.UNKNOWN),
        ((*at, "containers", 0, "resources", "limits", "cpu"), FaultKind.VALUE),
        ((*at, "containers", 0, "ports", 0, "containerPort"), FaultKind.TYPE),
        ((*at, "hostAliases", 0), FaultKind.MISSING),
    ]
    assert verdict.faults[1].message == '"1x" is not a quantity such as 500m or 1Gi'


@pytest.mark.parametrize(
    "text",
    ["it's", 'a "quote"', "back\\slash", "é😀", "two\nlines", "tab\t", "- at '/spec': x", "' does not match pattern '"],
)
def test_a_pattern_that_fails_is_found_whatever_the_value_holds(
    schemas: Schemas, kubeconform: Program, text: str
) -> None:
    route: JsonObject = {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": "x", "labels": {"it's/a~key": 1}},
        "spec": {"hostnames": ["good.example", text], "rules": [{"backendRefs": [{"name": "a", "port": 80}]}]},
    }
    (verdict,) = check([route], schemas, kubeconform, timeout=TIMEOUT)
    assert [fault.pointer for fault in verdict.faults] == [
        ("metadata", "labels", "it's/a~key"),
        ("spec", "hostnames", 1),
    ]


@pytest.mark.parametrize(
    "text", ["\x85", "\u2028", "\x7f", "\ufeff", "😀", "\ud800", "yes", "0123", "---\n", "\n--- x", "{{", "%"]
)
def test_any_text_reaches_kubeconform_as_one_value(schemas: Schemas, kubeconform: Program, text: str) -> None:
    objects = [config(data={"a": text, "k": text}), config(data={"a": [text]})]
    fine, wrong = check(objects, schemas, kubeconform, timeout=TIMEOUT)
    assert fine.outcome is Outcome.VALID
    assert [fault.pointer for fault in wrong.faults] == [("data", "a")]


def test_numbers_reach_kubeconform_as_the_server_reads_them(schemas: Schemas, kubeconform: Program) -> None:
    good = [deployment(replicas=3), deployment(replicas=3.0), deployment(replicas=None)]
    bad = [deployment(replicas=2**31), deployment(replicas=1.5), deployment(replicas="3"), deployment(replicas=True)]
    verdicts = check([*good, *bad], schemas, kubeconform, timeout=TIMEOUT)
    assert [verdict.outcome for verdict in verdicts] == [Outcome.VALID] * 3 + [Outcome.INVALID] * 4
    assert {fault.pointer for verdict in verdicts for fault in verdict.faults} == {("spec", "replicas")}


def test_what_kubectl_prints_for_an_object_to_create_is_taken(schemas: Schemas, kubeconform: Program) -> None:
    """`kubectl create --dry-run=client -o yaml` leaves nulls and empty parts behind."""
    printed = {**deployment(strategy={}), "status": {}, "metadata": {"name": "x", "creationTimestamp": None}}
    daemon = {**deployment(), "kind": "DaemonSet", "status": {}}
    route: JsonObject = {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": "x"},
        "spec": {},
        "status": {},
    }
    budget: JsonObject = {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": "x"},
        "status": {},
    }
    for verdict in check([printed, daemon, route, budget], schemas, kubeconform, timeout=TIMEOUT):
        assert verdict.faults == ()


def test_a_kind_in_other_letters_is_not_taken_for_it(schemas: Schemas, kubeconform: Program) -> None:
    (verdict,) = check([{**config(), "kind": "configmap"}], schemas, kubeconform, timeout=TIMEOUT)
    assert [fault.message for fault in verdict.faults] == ['expected ConfigMap, found "configmap"']


def test_equal_objects_are_checked_once(schemas: Schemas, tmp_path: Path) -> None:
    counting = fake(tmp_path, f'for last; do :; done; cat "$last"/* > {tmp_path}/seen; echo \'{{"resources": []}}\'')
    with pytest.raises(NoVerdict, match="left 2 of 2 objects unreported"):
        check([config(), config(), config(data={}), config()], schemas, counting, timeout=TIMEOUT)
    assert (tmp_path / "seen").read_text().count("ConfigMap") == 2


def test_objects_that_kubeconform_calls_alike_are_told_apart(schemas: Schemas, kubeconform: Program) -> None:
    """Other namespaces, other overlays, no name, a name that is no string, or one that it makes up."""
    names: list[Any] = ["x", "x", "y", None, 5, "", "\x01"]
    metas: list[Any] = [*({"name": name} for name in names), {"name": "x", "namespace": "n"}, {"generateName": "x"}, {}]
    objects = [
        {**config(data={"n": f"{wrong}{n}"}), "metadata": meta} for n, meta in enumerate(metas) for wrong in "ab"
    ]
    objects = [{**data, **({"wrong": 1} if "b" in str(data["data"]) else {})} for data in objects]
    verdicts = check(objects, schemas, kubeconform, timeout=TIMEOUT)
    for data, verdict in zip(objects, verdicts, strict=True):
        unknown = [fault.pointer for fault in verdict.faults if fault.kind is FaultKind.UNKNOWN]
        assert unknown == ([("wrong",)] if "wrong" in data else []), data


def test_no_objects_need_no_program(schemas: Schemas) -> None:
    assert check([], schemas, Program("kubeconform", ("/nowhere",), "", Source.PATH), timeout=TIMEOUT) == ()


def test_thousands_of_objects_fit(schemas: Schemas, kubeconform: Program) -> None:
    objects = [config(data={"n": str(number)}) for number in range(5000)]
    assert len(check(objects, schemas, kubeconform, timeout=TIMEOUT)) == 5000


def fake(folder: Path, script: str) -> Program:
    path = folder / "kubeconform"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return Program("kubeconform", (str(path),), "", Source.OPTION)


def answer(*files: str, status: str = "statusValid") -> str:
    one = ", ".join(
        f'{{"filename": "/x/{file}.yaml", "version": "v1", "kind": "ConfigMap", "name": "x", '
        f'"status": "{status}", "msg": "why"}}'
        for file in files
    )
    return f"echo '{{\"resources\": [{one}]}}'"


@pytest.mark.parametrize(
    ("script", "what"),
    [
        (answer("0"), "left 1 of 2 objects unreported"),
        (answer("0", "0"), "spoke twice"),
        (answer("0", "1", "2"), "spoke twice of an object, or of one it was not given"),
        (answer("0", "other"), "was not given"),
        (answer("0", "1").replace('"x"', '"y"'), "was not given"),
        (answer("0", "1", status="statusError"), "could not check ConfigMap x: why"),
        (answer("0", "1", status=""), "could not check"),
        ("echo panic: boom >&2; exit 2", "ended with exit code 2; it said: panic: boom"),
        ("kill -9 $$", "ended with exit code -9"),
        ("echo no json", "something other than JSON"),
        ("echo '[]'", "left 2 of 2"),
        ("exit 0", "something other than JSON"),
    ],
)
def test_what_kubeconform_leaves_open_is_no_verdict(schemas: Schemas, tmp_path: Path, script: str, what: str) -> None:
    with pytest.raises(NoVerdict, match=re.escape(what)):
        check([config(), config(data={})], schemas, fake(tmp_path, script), timeout=TIMEOUT)


def test_a_hung_kubeconform_is_killed(schemas: Schemas, tmp_path: Path) -> None:
    with pytest.raises(NoVerdict, match=r"within 0\.3 s and was killed; it said: busy"):
        check([config()], schemas, fake(tmp_path, "echo busy >&2; sleep 60"), timeout=0.3)


def test_a_missing_kubeconform_is_no_verdict(schemas: Schemas) -> None:
    with pytest.raises(NoVerdict, match="cannot be started"):
        check([config()], schemas, Program("kubeconform", ("/nowhere/kubeconform",), "", Source.PATH), timeout=TIMEOUT)


def test_where_our_walk_finds_nothing_kubeconform_s_own_words_are_kept(schemas: Schemas, tmp_path: Path) -> None:
    named = '"filename": "0.yaml", "version": "v1", "kind": "ConfigMap", "name": "x"'
    errors = '[{"path": "/metadata/labels/a/b/0", "msg": "first"}, {"path": "/data", "msg": "second"}]'
    result = f'{{{named}, "status": "statusInvalid", "msg": "m", "validationErrors": {errors}}}'
    told = f"echo '{{\"resources\": [{result}]}}'"
    data = config(data={"a": "b"})
    data = {**data, "metadata": {"name": "x", "labels": {"a": "1", "a/b": "c"}}}
    (verdict,) = check([data], schemas, fake(tmp_path, told), timeout=TIMEOUT)
    assert [(fault.pointer, fault.message) for fault in verdict.faults] == [
        (("metadata", "labels", "a/b"), "first"),
        (("data",), "second"),
    ]


def test_a_schema_that_does_not_compile_is_no_verdict(tmp_path: Path, kubeconform: Program) -> None:
    """Look-ahead is unknown to Go; the API server refuses such a CRD as well."""
    crd = tmp_path / "crd.yaml"
    crd.write_text(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec:\n  group: example.org\n"
        "  scope: Cluster\n  names: {kind: Thing}\n  versions:\n  - name: v1\n    served: true\n    schema:\n"
        "      openAPIV3Schema: {type: object, properties: {a: {type: string, pattern: '(?=x)'}}}\n"
    )
    own = open_schemas(SchemaChoice(), [crd])
    thing: JsonObject = {"apiVersion": "example.org/v1", "kind": "Thing", "metadata": {"name": "x"}}
    with pytest.raises(NoVerdict, match="cannot read the schema of Thing x"):
        check([thing], own, kubeconform, timeout=TIMEOUT)


@pytest.mark.parametrize("name", ["with space", "per%20cent", "sh#arp", "qu?estion", "{{.Group}}", "é"])
def test_the_cache_may_lie_anywhere(tmp_path: Path, kubeconform: Program, name: str, schemas: Schemas) -> None:
    folder = tmp_path / name
    built_in = kubernetes_set(pinned().kubernetes)
    assert built_in in schemas.sets
    folder.symlink_to(built_in)
    moved = Schemas((folder,))
    fine, wrong = check([config(), config(dat={})], moved, kubeconform, timeout=TIMEOUT)
    assert (fine.outcome, wrong.outcome) == (Outcome.VALID, Outcome.INVALID)


@pytest.mark.parametrize("seed", range(4))
def test_our_walk_and_kubeconform_agree_on_any_object(seed: int, experimental: Schemas, kubeconform: Program) -> None:
    """Objects made at random along the schemas, some right and some wrong in one place or many."""
    rng = random.Random(seed)
    kinds = [
        (group, info.version, kind)
        for folder in experimental.sets
        for (group, kind), infos in experimental._index(folder).items()
        for info in infos
    ]
    objects = [sample(experimental.strict(*kind) or {}, rng) for kind in kinds for _ in range(3)]
    verdicts = check(objects, experimental, kubeconform, timeout=TIMEOUT)
    outcomes = {verdict.outcome for verdict in verdicts}
    assert outcomes == {Outcome.VALID, Outcome.INVALID}
    for data, verdict in zip(objects, verdicts, strict=True):
        group, _, version = str(data["apiVersion"]).rpartition("/")
        schema = experimental.strict(group, version, str(data["kind"])) or {}
        found = faults(schema, data, partial(_differs, data))
        assert bool(found) == (verdict.outcome is Outcome.INVALID), (data, found, verdict)
        assert {fault.pointer for fault in found} == {fault.pointer for fault in verdict.faults}


def _differs(data: Any, at: FieldPath, pattern: str) -> bool:
    for step in at:
        data = data[step]
    return re.search(pattern, data) is None
