from itertools import combinations

import pytest
from hypothesis import given, settings

from gateshift.model.picture import Edge, Lane, NodeRole, Picture, PictureNode
from gateshift.model.shares import percent
from gateshift.report.page.layout import layout
from gateshift.report.page.picture import drawing, fitted
from tests.report.pages import page
from tests.report.test_html import pictures


@settings(max_examples=60, deadline=None)
@given(picture=pictures())
def test_boxes_lie_inside_and_cover_no_other(picture: Picture) -> None:
    placed = layout(picture)
    for box in placed.boxes:
        assert box.x >= 0 <= box.y
        assert box.x + box.width <= placed.width
        assert box.y + box.height <= placed.height
    for one, other in combinations(placed.boxes, 2):
        apart_x = one.x + one.width <= other.x or other.x + other.width <= one.x
        apart_y = one.y + one.height <= other.y or other.y + other.height <= one.y
        assert apart_x or apart_y


@settings(max_examples=60, deadline=None)
@given(picture=pictures())
def test_ways_begin_and_end_at_their_boxes(picture: Picture) -> None:
    placed = layout(picture)
    boxes = {box.node.key: box for box in placed.boxes}
    assert [way.edge for way in placed.ways] == list(picture.edges)
    for way in placed.ways:
        (x, y), box = way.points[0], boxes[way.edge.origin]
        assert box.x <= x <= box.x + box.width
        assert box.y <= y <= box.y + box.height
        (x, y), box = way.points[-1], boxes[way.edge.target]
        assert box.x <= x <= box.x + box.width
        assert box.y <= y <= box.y + box.height


def test_a_way_over_a_column_has_a_place_of_its_own_in_it() -> None:
    stage = next(stage for stage in page().rollouts[0].stages if stage.name == "subsets")
    assert stage.picture is not None
    placed = layout(stage.picture)
    (way,) = placed.ways
    passed = way.points[3]
    services = [box for box in placed.boxes if box.node.role is NodeRole.SERVICE]
    assert all(not box.y <= passed[1] <= box.y + box.height for box in services)


def test_the_larger_share_is_the_wider_way() -> None:
    nodes = tuple(
        PictureNode(key, role, "", key)
        for key, role in (("a", NodeRole.RULE), ("b", NodeRole.SERVICE), ("c", NodeRole.SERVICE))
    )
    edges = (Edge("a", "b", Lane.PRODUCTION, 0.9), Edge("a", "c", Lane.PRODUCTION, 0.1))
    large, small = layout(Picture(nodes, edges)).ways
    assert large.width > 2 * small.width
    assert large.label is not None
    assert large.label.text == "90 %"


def test_text_is_cut_where_it_does_not_fit() -> None:
    assert fitted("customers", 9) == "customers"
    assert fitted("customers", 8) == "custome…"
    assert fitted("日本語", 5) == "日本…"


def test_a_whole_name_is_kept_as_a_tooltip() -> None:
    name = "n" * 253
    drawn = drawing(Picture((PictureNode("a", NodeRole.SERVICE, "Service", name),), ()), (), "one")
    assert f"<title>Service {name}</title>" in drawn


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.9, "90 %"), (1 / 3, "33.3 %"), (0.125, "12.5 %"), (0.0, "0 %"), (1.0, "100 %"), (0.0001, "< 0.1 %")],
)
def test_shares_as_people_read_them(share: float, text: str) -> None:
    assert percent(share) == text


def test_almost_all_is_not_all() -> None:
    assert percent(0.9996) == "> 99.9 %"
