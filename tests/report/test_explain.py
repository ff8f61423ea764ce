from __future__ import annotations

import json

import jsonschema
from hypothesis import given
from hypothesis import strategies as st

from gateshift.model.report import ReportedPlace
from gateshift.report.explain import json as explain_json
from gateshift.report.explain import text as explain_text
from gateshift.report.explain.json import Explained, Explanation, json_schema
from gateshift.report.style import Style
from gateshift.traffic.decision import (
    BackendAnswer,
    Decision,
    Forwarded,
    HeaderChange,
    MirrorAnswer,
    Redirect,
    TraceStep,
)
from gateshift.traffic.request import ParentRef, Protocol, Request
from tests.report.test_findings_schema import closed
from tests.traffic.building import resources, route

ROUTE = resources(route("- backendRefs: []", name="customers"))[0]
MESH = ParentRef("Service", "default", "customers")
PLACE = ReportedPlace("overlays/canary/httproute.yaml", 17, 7, 17, 7)
CLOSED = jsonschema.Draft202012Validator(closed({**json_schema()}))


def split(*parts: tuple[str, float, int]) -> Decision:
    backends = tuple(
        BackendAnswer("default", f"customers-{version}", 80, 1, share, version, status, "" if status == 200 else "Why")
        for version, share, status in parts
    )
    return Decision(Request(MESH, host="customers"), 200, ROUTE, 0, 0, backends)


def text(decision: Decision, style: Style | None = None, *, detailed: bool = True, place: bool = True) -> str:
    explained = Explained(decision, "default", PLACE if place else None)
    return explain_text.render(Explanation((explained,), detailed), style or Style(unicode=False))


def test_bars_are_as_long_as_the_shares() -> None:
    shown = text(split(("v1", 0.75, 200), ("v2", 0.25, 200)), Style())
    assert f"75 %  {'█' * 15}{'░' * 5}  v1" in shown
    assert f"25 %  {'█' * 5}{'░' * 15}  v2" in shown


def test_a_tiny_share_is_still_seen_and_none_is_empty() -> None:
    shown = text(split(("v1", 0.999, 200), ("v2", 0.001, 200), ("v3", 0.0, 200)))
    assert f"0.1 %  #{'.' * 19}  v2" in shown
    assert f"0 %  {'.' * 20}  v3" in shown


def test_a_share_that_fails_says_how() -> None:
    assert "weight 1  503 Why" in text(split(("v1", 0.5, 200), ("v2", 0.5, 503)))


def test_the_rule_has_its_place() -> None:
    assert "HTTPRoute default/customers rule 0 (default), match 0  overlays/canary/httproute.yaml:17:7" in text(
        split(("v1", 1.0, 200))
    )


def test_a_redirect_is_shown_as_a_location() -> None:
    redirect = Redirect(301, "https", "shop.org", 8443, "/a")
    decision = Decision(Request(MESH), 301, ROUTE, 0, 0, redirect=redirect)
    assert "to https://shop.org:8443/a" in text(decision)
    assert "https://shop.org:8443/a" in text(decision, detailed=False)


def test_what_filters_change_is_shown() -> None:
    changed = Forwarded("v2.org", "/new", (("A", "1"),), (HeaderChange("set", "B", "2"), HeaderChange("remove", "C")))
    decision = Decision(
        Request(MESH, host="customers", path="/old"),
        200,
        ROUTE,
        0,
        0,
        (BackendAnswer("default", "v2", 80, 1, 1.0, "v2", forwarded=changed),),
        mirrors=(MirrorAnswer("default", "v3", 80, 0.2),),
    )
    shown = text(decision)
    assert "received as GET v2.org/new A: 1" in shown
    assert "response header set B: 2" in shown
    assert "response header remove C" in shown
    assert "a copy of 20 % to default/v3:80" in shown


def test_the_most_telling_candidates_come_first_and_the_rest_is_counted() -> None:
    trace = (
        *(TraceStep(f"candidate {index}", "path does not hold") for index in range(20)),
        TraceStep("refused", "is not attached (NoMatchingParent): no listener"),
        TraceStep("second", "matches, but less specific: path length"),
        TraceStep("first", "wins"),
    )
    lines = text(Decision(Request(MESH), 200, ROUTE, 0, 0, trace=trace)).splitlines()
    why = lines[lines.index("  why") + 1 :]
    assert [line.split()[0] for line in why[:3]] == ["second", "first", "refused"]
    assert why[-1] == "    and 11 more that do not match"


def test_404_421_and_grpc_are_named() -> None:
    gateway = ParentRef("Gateway", "default", "gw")
    assert "404 no route matches" in text(Decision(Request(gateway), 404))
    assert "421 misdirected request" in text(Decision(Request(gateway), 421, listener="https"))
    grpc = Decision(Request(gateway, Protocol.GRPC, path="/a.B/C"), 404, grpc_status=12)
    assert "404 (gRPC 12)" in text(grpc)
    assert "GET grpc://gw/a.B/C" in text(grpc)


def test_no_input_steers_the_terminal() -> None:
    evil = "\x1b]0;owned\x07"
    decision = Decision(
        Request(MESH, host=evil, path=f"/{evil}", headers=(("A", evil),)),
        404,
        notes=(evil,),
        trace=(TraceStep(evil, evil),),
        listener=evil,
    )
    for detailed in (True, False):
        assert "\x1b" not in text(decision, detailed=detailed)


words = st.text(max_size=6)
shares = st.floats(0, 1, allow_nan=False)
changes = st.builds(HeaderChange, st.sampled_from(["set", "add", "remove"]), words, words)
pairs = st.lists(st.tuples(words, words), max_size=2).map(tuple)
forwarded = st.builds(Forwarded, words, words, pairs, st.lists(changes, max_size=2).map(tuple))
ports = st.none() | st.integers(1, 65535)
backends = st.builds(
    BackendAnswer,
    namespace=words,
    name=words,
    port=ports,
    weight=st.integers(0, 1_000_000),
    share=shares,
    version=words,
    status=st.sampled_from([200, 500, 503]),
    reason=words,
    forwarded=st.none() | forwarded,
    workloads=st.lists(words, max_size=2).map(tuple),
)
requests = st.builds(
    Request,
    parent=st.builds(ParentRef, st.sampled_from(["Gateway", "ListenerSet", "Service"]), words, words),
    protocol=st.sampled_from(Protocol),
    host=words,
    method=words,
    path=words,
    query=pairs,
    headers=pairs,
    port=ports,
    listener=words,
    sni=words,
    from_namespace=words,
    scheme=st.sampled_from(["", "http", "https"]),
)
redirects = st.builds(Redirect, st.sampled_from([301, 302]), st.sampled_from(["http", "https"]), words, ports, words)
decisions = st.builds(
    Decision,
    request=requests,
    status=st.sampled_from([200, 301, 404, 421, 500, 503]),
    route=st.sampled_from([None, ROUTE]),
    rule=st.none() | st.integers(0, 15),
    match=st.none() | st.integers(-1, 63),
    backends=st.lists(backends, max_size=3).map(tuple),
    redirect=st.none() | redirects,
    mirrors=st.lists(st.builds(MirrorAnswer, words, words, ports, shares), max_size=2).map(tuple),
    grpc_status=st.sampled_from([None, 0, 12, 14]),
    notes=st.lists(words, max_size=2).map(tuple),
    trace=st.lists(st.builds(TraceStep, words, words), max_size=3).map(tuple),
    listener=words,
    response=st.lists(changes, max_size=2).map(tuple),
)
reports = st.builds(
    Explanation,
    st.lists(st.builds(Explained, decisions, words, st.sampled_from([None, PLACE])), max_size=3).map(tuple),
    st.booleans(),
)


@given(reports)
def test_every_explanation_is_rendered_and_its_json_holds_nothing_the_schema_does_not_describe(
    report: Explanation,
) -> None:
    for style in (Style(), Style(colour=True), Style(unicode=False)):
        explain_text.render(report, style)
    document = json.loads(explain_json.render(report))
    assert [error.message for error in CLOSED.iter_errors(document)] == []
    assert len(document["decisions"]) == len(report.decisions)
