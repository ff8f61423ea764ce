import base64
import hashlib
import re
from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st

from gateshift.model.picture import (
    Edge,
    Lane,
    NodeRole,
    Page,
    Picture,
    PictureAnswer,
    PictureClass,
    PictureNode,
    PointerPlace,
)
from gateshift.model.picture import RolloutPicture as Rollout
from gateshift.model.picture import StagePicture as Stage
from gateshift.model.plan import MatrixCell, MatrixReport
from gateshift.model.report import ValidationReport
from gateshift.report.findings.groups import groups_of
from gateshift.report.page.html import prose, render
from tests.report.pages import crowded, hostile, page
from tests.report.strategies import names, reports, texts
from tests.report.values import REPORT

VOID = {"meta", "rect", "path", "br"}
DRAWN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f]")


class Reader(HTMLParser):
    """The elements of a page, each attribute of each, and what is left open."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.inside: dict[str, list[str]] = {"script": [], "style": [], "title": []}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in self.inside:
            self.inside[self.open[-1]].append(data)


def policy_of(text: str) -> str:
    found = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert found is not None
    return found[1].replace("&#39;", "'")


def test_the_policy_lets_in_our_own_style_and_script_by_hash_and_nothing_else() -> None:
    text = render(page())
    reader = Reader(text)
    assert policy_of(text).startswith("default-src 'none'; ")
    assert "unsafe" not in policy_of(text)
    for tag, directive in (("script", "script-src"), ("style", "style-src")):
        digest = base64.b64encode(hashlib.sha256("".join(reader.inside[tag]).encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in policy_of(text)


def test_nothing_is_fetched_and_no_handler_stands_in_the_page() -> None:
    reader = Reader(render(hostile()))
    assert not {"img", "iframe", "link", "object", "embed", "base"} & set(reader.tags)
    assert not [name for name, _ in reader.attributes if name.startswith("on") or name in ("style", "src", "action")]
    assert all(value.startswith("#") for name, value in reader.attributes if name == "href")


def test_only_the_live_page_may_ask_its_server() -> None:
    assert "connect-src" not in policy_of(render(page()))
    live = render(page(), live=True)
    assert "connect-src 'self'" in policy_of(live)
    assert len(re.findall("'sha256-", policy_of(live))) == 3
    assert "/version" in live


def test_identifiers_are_unique_and_every_reference_leads_somewhere() -> None:
    for value in (page(), crowded(), hostile()):
        reader = Reader(render(value))
        ids = [value for name, value in reader.attributes if name == "id"]
        assert len(set(ids)) == len(ids)
        for name, target in reader.attributes:
            if name in ("aria-labelledby", "for"):
                assert set(target.split()) <= set(ids)
            if name == "href":
                assert target[1:] in ids


def test_a_finding_shows_its_lines_with_the_fault_marked() -> None:
    text = render(Page((), REPORT))
    assert '<span class="gutter">4</span>    value: <mark>nope</mark>\n' in text
    assert "<code>customers-v1</code>" in text


def test_the_same_page_has_the_same_bytes() -> None:
    assert render(page()) == render(page())


def test_an_odd_backtick_is_text() -> None:
    assert prose("a ` b <i>") == "a ` b &lt;i&gt;"


shares = st.lists(st.tuples(texts, st.floats(0, 1)), max_size=3).map(tuple)
nodes = st.builds(
    PictureNode, texts, st.sampled_from(NodeRole), texts, texts, st.lists(texts, max_size=2).map(tuple), texts
)


@st.composite
def pictures(draw: st.DrawFn) -> Picture:
    found = draw(st.lists(nodes, min_size=1, max_size=6, unique_by=lambda node: node.key))
    depth = {node.key: list(NodeRole).index(node.role) for node in found}
    pairs = [(one, other) for one in depth for other in depth if depth[one] < depth[other]]
    lanes, statuses = st.sampled_from(Lane), st.sampled_from((200, 404, 500))
    edges = [
        Edge(*pair, draw(lanes), draw(st.none() | st.floats(0, 1)), draw(statuses), draw(texts))
        for pair in (draw(st.lists(st.sampled_from(pairs), max_size=5)) if pairs else ())
    ]
    return Picture(tuple(found), tuple(dict.fromkeys(edges)))


stages = st.builds(
    Stage,
    names,
    texts,
    texts,
    st.lists(texts, max_size=2).map(tuple),
    shares,
    st.none() | pictures(),
    texts,
    st.booleans(),
)


@st.composite
def rollouts(draw: st.DrawFn) -> Rollout:
    found = tuple(draw(st.lists(stages, max_size=3, unique_by=lambda stage: stage.name)))
    named = st.sampled_from([stage.name for stage in found]) if found else st.just("gone")
    answers = st.lists(st.builds(PictureAnswer, named, st.integers(200, 599), shares, texts), max_size=3).map(tuple)
    engines = st.lists(st.tuples(st.sampled_from(("argocd", "flux")), st.booleans()), max_size=2).map(tuple)
    cells = st.lists(st.builds(MatrixCell, named, named, engines, texts, st.just(())), max_size=4).map(tuple)
    return Rollout(
        draw(texts),
        draw(texts),
        draw(texts),
        draw(st.lists(texts, max_size=3, unique=True).map(tuple)),
        found,
        draw(st.lists(st.builds(PointerPlace, texts, texts, texts, texts, named, texts), max_size=2).map(tuple)),
        draw(st.lists(st.builds(PictureClass, texts, texts, texts, answers), max_size=2).map(tuple)),
        draw(st.none() | st.builds(MatrixReport, texts, st.just(tuple(s.name for s in found)), cells)),
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(rollouts(), max_size=2), reports())
def test_any_page_holds_only_our_own_markup(found: list[Rollout], report: ValidationReport) -> None:
    text = render(Page(tuple(found), report))
    reader = Reader(text)
    assert reader.open == []
    assert reader.tags.count("script") == 1
    assert reader.tags.count("style") == 1
    assert not {"img", "iframe", "i"} & set(reader.tags)
    assert not [name for name, _ in reader.attributes if name.startswith("on") or name == "style"]
    assert DRAWN.search(text) is None
    assert reader.tags.count("article") == len(groups_of(report.findings)) + sum(
        len(rollout.stages) for rollout in found
    )
