"""Places the boxes and ways of a picture in columns from left to right.

All measures are in the units of the SVG's own view box, which are CSS pixels where it is drawn unscaled.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import TypeAlias

from msgspec import Struct

from gateshift.model.picture import Edge, NodeRole, Picture, PictureNode
from gateshift.model.shares import percent

Point: TypeAlias = tuple[float, float]

CHAR = 7.3
"""The width of one character of a box's text."""

LABEL_HEIGHT = 18.0
_STOPS = (0.5, 0.38, 0.62, 0.28, 0.72, 0.2, 0.8)


WIDTH = 184.0
HEIGHT = 64.0
"""The size of a box with one line of notes."""

_BETWEEN = 98.0
_BELOW = 22.0
_MARGIN = 8.0
"""The room between two columns, between two boxes of one, and around the whole."""


class Box(Struct, frozen=True):
    """A placed node: its top left corner and size."""

    node: PictureNode
    x: float
    y: float
    width: float
    height: float


class Label(Struct, frozen=True):
    """Text on a way, by its centre."""

    text: str
    x: float
    y: float

    @property
    def width(self) -> float:
        """How wide it is drawn."""
        return len(self.text) * CHAR + 8


class Way(Struct, frozen=True):
    """A placed edge: the points of its cubic curves (a start, then three for each), how wide it is drawn, and its
    label, if any."""

    edge: Edge
    points: tuple[Point, ...]
    width: float
    label: Label | None


class Layout(Struct, frozen=True):
    """A whole picture, placed."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    ways: tuple[Way, ...]


def layout(picture: Picture, height: float = HEIGHT) -> Layout:
    """Every node in the column of its role, those that traffic reaches before those it does not. A way that passes
    over a column has a place of its own in it. `height` is that of every box."""
    columns = _columns(picture)
    rows = max((len(column) for column in columns), default=1)
    whole = rows * (height + _BELOW) - _BELOW + 2 * _MARGIN
    corners = dict(_corners(columns, height, whole))
    boxes = {node.key: Box(node, *corners[node.key], WIDTH, height) for node in picture.nodes}
    width = len(columns) * (WIDTH + _BETWEEN) - _BETWEEN + 2 * _MARGIN
    return Layout(width, whole, tuple(boxes.values()), tuple(_ways(picture.edges, boxes, corners, height)))


def _columns(picture: Picture) -> list[list[str]]:
    """The keys of what stands in each column, in the order in which ways reach it, so that few cross; idle ones last.
    Columns that stand empty are kept, so that pictures below each other line up."""
    nodes = [[node for node in picture.nodes if node.role is role] for role in NodeRole]
    depth = {node.key: index for index, column in enumerate(nodes) for node in column}
    reached = {edge.target: index for index, edge in reversed(list(enumerate(picture.edges)))}
    last = len(picture.edges)
    columns: list[list[str]] = []
    for index, column in enumerate(nodes):
        places = [(node.idle, reached.get(node.key, last), node.key) for node in column]
        places += [
            (False, number, _passing(number, index))
            for number, edge in enumerate(picture.edges)
            if column and depth[edge.origin] < index < depth[edge.target]
        ]
        columns.append([key for _, _, key in sorted(places, key=lambda place: place[:2])])
    return columns


def _passing(number: int, column: int) -> str:
    """The key of the place that the edge of this number has in a column which it only passes."""
    return f"\0{column} {number}"


def _corners(columns: Sequence[Sequence[str]], height: float, whole: float) -> Iterable[tuple[str, Point]]:
    """The top left corner of each place."""
    for depth, column in enumerate(columns):
        start = (whole - (len(column) * (height + _BELOW) - _BELOW)) / 2
        for index, key in enumerate(column):
            yield key, (_MARGIN + depth * (WIDTH + _BETWEEN), start + index * (height + _BELOW))


def _ways(
    edges: Sequence[Edge], boxes: Mapping[str, Box], corners: Mapping[str, Point], height: float
) -> Iterable[Way]:
    taken: list[Label] = []
    for number, edge in enumerate(edges):
        origin, target = boxes[edge.origin], boxes[edge.target]
        leaving = [other for other in edges if other.origin == edge.origin]
        arriving = [other for other in edges if other.target == edge.target]
        start = (origin.x + origin.width, _port(edge, origin, leaving))
        stop = (target.x, _port(edge, target, arriving))
        passed = [corners[key] for column in range(len(NodeRole)) if (key := _passing(number, column)) in corners]
        through = [end for x, y in passed for end in ((x, y + height / 2), (x + WIDTH, y + height / 2))]
        points = (start, *(point for pair in pairwise((start, *through, stop)) for point in _curve(*pair)))
        label = _label(edge, points[:4], taken)
        if label is not None:
            taken.append(label)
        yield Way(edge, points, 1.5 if edge.share is None else 1.5 + 8 * edge.share, label)


def _port(edge: Edge, box: Box, siblings: Sequence[Edge]) -> float:
    """How far down a way leaves (or enters) a box: the ways of one side share it evenly."""
    return box.y + box.height * (siblings.index(edge) + 1) / (len(siblings) + 1)


def _curve(start: Point, stop: Point) -> tuple[Point, Point, Point]:
    """The two guides and the end of a curve that leaves and arrives from left to right."""
    bend = (stop[0] - start[0]) / 2
    return (start[0] + bend, start[1]), (stop[0] - bend, stop[1]), stop


def _label(edge: Edge, points: Sequence[Point], taken: Sequence[Label]) -> Label | None:
    """The label at the first place along the curve where it covers no other."""
    text = label_text(edge)
    if not text:
        return None
    places = [Label(text, *_at(points, stop)) for stop in _STOPS]
    return next((place for place in places if not any(_covers(place, other) for other in taken)), places[0])


def label_text(edge: Edge) -> str:
    """What stands on a way: its share, and what answers there where it is an error."""
    share = "" if edge.share is None else percent(edge.share)
    return " ".join(part for part in (share, str(edge.status) if edge.status != 200 else "") if part)


def _at(points: Sequence[Point], stop: float) -> Point:
    """The point of a cubic Bezier curve at `stop`, 0 to 1."""
    rest = 1 - stop
    factors = (rest**3, 3 * rest**2 * stop, 3 * rest * stop**2, stop**3)
    x = sum(factor * point[0] for factor, point in zip(factors, points, strict=True))
    y = sum(factor * point[1] for factor, point in zip(factors, points, strict=True))
    return x, y


def _covers(label: Label, other: Label) -> bool:
    return abs(label.x - other.x) < (label.width + other.width) / 2 and abs(label.y - other.y) < LABEL_HEIGHT
