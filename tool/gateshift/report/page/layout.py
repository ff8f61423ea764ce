"""Places the boxes and ways of a picture: columns from left to right, or rows from the top for a narrow screen.

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


class Frame(Struct, frozen=True):
    """How a picture lies: `across` is True where requests pass from left to right. Sizes of a box, the room between
    two columns (or rows), between two boxes of one, and around the whole."""

    across: bool
    width: float
    height: float
    between: float
    beside: float
    margin: float = 8.0

    @property
    def pitch(self) -> float:
        """From one box of a column to the next."""
        return (self.height if self.across else self.width) + self.beside

    @property
    def step(self) -> float:
        """From one column to the next."""
        return (self.width if self.across else self.height) + self.between


WIDE = Frame(across=True, width=184, height=64, between=98, beside=22)
NARROW = Frame(across=False, width=152, height=64, between=62, beside=8, margin=4)


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


def layout(picture: Picture, frame: Frame) -> Layout:
    """Every node in the column of its role, those that traffic reaches before those it does not. A way that passes
    over a column has a place of its own in it."""
    columns = _columns(picture, keep_empty=frame.across)
    extent = max((len(column) for column in columns), default=1) * frame.pitch - frame.beside + 2 * frame.margin
    length = max(len(columns), 1) * frame.step - frame.between + 2 * frame.margin
    scalars = dict(_slots(columns, frame, extent))
    boxes = {node.key: _box(node, scalars[node.key], frame) for node in picture.nodes}
    size = (length, extent) if frame.across else (extent, length)
    return Layout(*size, tuple(boxes.values()), tuple(_ways(picture.edges, boxes, scalars, frame)))


def _columns(picture: Picture, *, keep_empty: bool) -> list[list[str]]:
    """The keys of what stands in each column, in the order in which ways reach it, so that few cross; idle ones last.
    The columns that stand empty between others are kept where pictures below each other shall line up."""
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
    return columns if keep_empty else [column for column in columns if column]


def _passing(number: int, column: int) -> str:
    """The key of the place that the edge of this number has in a column which it only passes."""
    return f"\0{column} {number}"


def _slots(columns: Sequence[Sequence[str]], frame: Frame, extent: float) -> Iterable[tuple[str, Point]]:
    """The top left corner of each place."""
    for depth, column in enumerate(columns):
        along = frame.margin + depth * frame.step
        start = (extent - (len(column) * frame.pitch - frame.beside)) / 2
        for index, key in enumerate(column):
            across = start + index * frame.pitch
            yield key, (along, across) if frame.across else (across, along)


def _box(node: PictureNode, corner: Point, frame: Frame) -> Box:
    return Box(node, *corner, frame.width, frame.height)


def _ways(edges: Sequence[Edge], boxes: Mapping[str, Box], scalars: Mapping[str, Point], frame: Frame) -> Iterable[Way]:
    taken: list[Label] = []
    for number, edge in enumerate(edges):
        start = _port(
            edge, boxes[edge.origin], [other for other in edges if other.origin == edge.origin], frame, end=True
        )
        stop = _port(
            edge, boxes[edge.target], [other for other in edges if other.target == edge.target], frame, end=False
        )
        passed = [scalars[key] for column in range(len(NodeRole)) if (key := _passing(number, column)) in scalars]
        stops = [start, *(end for corner in passed for end in _through(corner, frame)), stop]
        points = (start, *(point for pair in pairwise(stops) for point in _curve(*pair, frame)))
        label = _label(edge, points[:4], taken)
        if label is not None:
            taken.append(label)
        yield Way(edge, points, 1.5 if edge.share is None else 1.5 + 8 * edge.share, label)


def _through(corner: Point, frame: Frame) -> tuple[Point, Point]:
    """Where a way enters and leaves a place that it only passes."""
    x, y = corner
    if frame.across:
        return (x, y + frame.height / 2), (x + frame.width, y + frame.height / 2)
    return (x + frame.width / 2, y), (x + frame.width / 2, y + frame.height)


def _port(edge: Edge, box: Box, siblings: Sequence[Edge], frame: Frame, *, end: bool) -> Point:
    """Where a way leaves (or enters) a box: the ways of one side share it evenly."""
    part = (siblings.index(edge) + 1) / (len(siblings) + 1)
    if frame.across:
        return box.x + (box.width if end else 0), box.y + box.height * part
    return box.x + box.width * part, box.y + (box.height if end else 0)


def _curve(start: Point, stop: Point, frame: Frame) -> tuple[Point, Point, Point]:
    """The two guides and the end of a curve that leaves and arrives in the direction in which requests pass."""
    bend = ((stop[0] - start[0]) if frame.across else (stop[1] - start[1])) / 2
    if frame.across:
        return (start[0] + bend, start[1]), (stop[0] - bend, stop[1]), stop
    return (start[0], start[1] + bend), (stop[0], stop[1] - bend), stop


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
