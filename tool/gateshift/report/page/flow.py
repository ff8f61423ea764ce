"""A picture as nested lists, for narrow screens and for those who do not see it: a box, and under it where its requests
go."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from gateshift.model.picture import Edge, Lane, NodeRole, Picture, PictureNode


class FlowStep(Struct, frozen=True):
    """A box, the way by which requests come to it (None for a parent, and for what gets nothing), and where they go.

    `above` says that these steps stand in the list already, under another parent.
    """

    node: PictureNode
    way: Edge | None
    steps: tuple[FlowStep, ...] = ()
    above: bool = False


def flow(picture: Picture) -> tuple[FlowStep, ...]:
    """The parents with all that follows, then what no request reaches."""
    nodes = {node.key: node for node in picture.nodes}
    reached = {edge.target for edge in picture.edges}
    told: set[str] = set()
    return tuple(_step(node, None, picture.edges, nodes, told) for node in picture.nodes if node.key not in reached)


def _step(
    node: PictureNode, way: Edge | None, edges: Iterable[Edge], nodes: dict[str, PictureNode], told: set[str]
) -> FlowStep:
    onward = [edge for edge in edges if edge.origin == node.key and _goes_on(node, way, edge)]
    if node.role is NodeRole.RULE:
        if node.key in told:
            return FlowStep(node, way, above=bool(onward))
        told.add(node.key)
    return FlowStep(node, way, tuple(_step(nodes[edge.target], edge, edges, nodes, told) for edge in onward))


def _goes_on(node: PictureNode, way: Edge | None, edge: Edge) -> bool:
    """Whether requests that came by one way leave by another: a rule's mirror is a way of its own from there."""
    return way is None or edge.lane is way.lane or (node.role is NodeRole.RULE and edge.lane is Lane.MIRROR)
