"""A stage's traffic as SVG, drawn by our own hand: parent -> rules -> Services -> what runs, ways as wide as their
share. It holds no style attribute and no script, so that a strict policy may stand over it."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from markupsafe import Markup

from gateshift.model.picture import Edge, Lane, Picture, PictureNode
from gateshift.report.page.layout import CHAR, HEIGHT, LABEL_HEIGHT, WIDTH, Box, Way, label_text, layout
from gateshift.report.plain_text import printable

PALETTE = 6
"""How many versions have a colour of their own; a seventh has the first one's."""

_OK = 200
_LEFT, _RIGHT = 16.0, 8.0
_LINE = 14.0
_SMALL = 0.86
"""The size of what stands above and below a name, beside the name's."""

_LANES = {Lane.PRODUCTION: "", Lane.EXTRA: "Extra rule: ", Lane.MIRROR: "Copies: "}


def drawing(picture: Picture, versions: Sequence[str], name: str) -> Markup:
    """The picture, from left to right."""
    lines = max((len(_notes(node)) for node in picture.nodes), default=1)
    placed = layout(picture, HEIGHT + (lines - 1) * _LINE)
    body = Markup("").join(
        [*(_way(way, versions, picture) for way in placed.ways), *(_box(box, versions) for box in placed.boxes)]
        + [_label(way) for way in placed.ways]
    )
    return Markup(
        '<svg class="picture" role="img" aria-label="{name}" viewBox="0 0 {width} {height}"'
        ' width="{width}" height="{height}">{body}</svg>'
    ).format(name=printable(name), width=_number(placed.width), height=_number(placed.height), body=body)


def sentence(edge: Edge, picture: Picture) -> str:
    """One way in words: `HTTPRoute default to Service customers-v1: 90 %.`"""
    names = {node.key: f"{node.kind} {node.name}" for node in picture.nodes}
    share = f": {label_text(edge)}" if label_text(edge) else ""
    reason = f" ({edge.reason})" if edge.reason else ""
    return printable(f"{_LANES[edge.lane]}{names[edge.origin]} to {names[edge.target]}{share}{reason}.")


def _way(way: Way, versions: Sequence[str], picture: Picture) -> Markup:
    edge = way.edge
    start, *rest = ((_number(x), _number(y)) for x, y in way.points)
    path = f"M{start[0]} {start[1]}C" + " ".join(f"{x} {y}" for x, y in rest)
    version = next((node.version for node in picture.nodes if node.key == edge.target), "")
    classes = ["way", edge.lane.value, colour(version, versions)]
    classes += ["failing"] if edge.status != _OK else []
    classes += ["empty"] if edge.share == 0 else []
    return Markup('<path class="{}" d="{}" stroke-width="{}" data-share="{}"><title>{}</title></path>').format(
        " ".join(classes),
        path,
        _number(way.width),
        "" if edge.share is None else f"{edge.share:.6g}",
        sentence(edge, picture),
    )


def _label(way: Way) -> Markup:
    if way.label is None:
        return Markup("")
    lane = "failing" if way.edge.status != _OK else way.edge.lane.value
    width = way.label.width
    return Markup(
        '<g class="share {}"><rect x="{}" y="{}" width="{}" height="{}" rx="5"/><text x="{}" y="{}">{}</text></g>'
    ).format(
        lane,
        _number(way.label.x - width / 2),
        _number(way.label.y - LABEL_HEIGHT / 2),
        _number(width),
        _number(LABEL_HEIGHT),
        _number(way.label.x),
        _number(way.label.y + 4),
        way.label.text,
    )


def _box(box: Box, versions: Sequence[str]) -> Markup:
    node = box.node
    classes = f"box {node.role.value} {colour(node.version, versions)}" + (" idle" if node.idle else "")
    kind = f"idle {node.kind}" if node.idle else node.kind
    lines = [("kind", kind, 18.0), ("name", node.name, 36.0)]
    lines += [("note", text, 53.0 + index * _LINE) for index, text in enumerate(_notes(node))]
    shown = [_line(box, *line) for line in lines if line[1]]
    whole = " ".join((kind, node.name, *node.notes))
    return Markup(
        '<g class="{}"><title>{}</title><rect x="{}" y="{}" width="{}" height="{}" rx="8"/>'
        '<rect class="strip" x="{}" y="{}" width="4" height="{}" rx="2"/>{}</g>'
    ).format(
        classes,
        printable(whole),
        *(_number(value) for value in (box.x, box.y, box.width, box.height, box.x + 5, box.y + 10, box.height - 20)),
        Markup("").join(shown),
    )


def _notes(node: PictureNode) -> tuple[str, ...]:
    """What is said under the name: one line, or two where one is too short for it."""
    text = printable(", ".join(node.notes))
    room = _room("note")
    if len(text) <= room:
        return (text,)
    cut = text.rfind(" ", 0, room + 1)
    cut = cut if cut > 0 else room
    return text[:cut].rstrip(), text[cut:].lstrip()


def _line(box: Box, name: str, text: str, baseline: float) -> Markup:
    shown = fitted(printable(text), _room(name))
    return Markup('<text class="{}" x="{}" y="{}">{}</text>').format(
        name, _number(box.x + _LEFT), _number(box.y + baseline), shown
    )


def _room(name: str) -> int:
    """How many columns of text fit into a box."""
    return int((WIDTH - _LEFT - _RIGHT) / (CHAR * (1 if name == "name" else _SMALL)))


def fitted(text: str, room: int) -> str:
    """The text, cut with an ellipsis where it is wider than `room` columns; East Asian wide characters take two."""
    widths = [2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text]
    if sum(widths) <= room:
        return text
    kept, used = 0, 1
    while kept < len(text) and used + widths[kept] <= room:
        used += widths[kept]
        kept += 1
    return text[:kept] + "…"


def colour(version: str, versions: Sequence[str]) -> str:
    """The class of a version's colour: by its place in the rollout, `plain` for none of its versions."""
    return f"version-{versions.index(version) % PALETTE}" if version in versions else "plain"


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
