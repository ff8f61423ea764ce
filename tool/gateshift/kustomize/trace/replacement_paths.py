"""The field paths of replacements: `spec.template.spec.containers.[name=app].image`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateshift.kustomize.trace.traced_node import TracedNode
from gateshift.yamldoc.data import FieldPath

_PART = r"\[(?P<bracket>[^\]]*)(\]|$)|(?P<plain>(?:\\.|[^.\\\[])+)"


def parts(path: str) -> tuple[str, ...]:
    """The steps of a path: dots part them, but not in brackets nor after a backslash (kyaml/utils/pathsplitter.go)."""
    steps = []
    for match in re.finditer(_PART, path):
        bracket = match["bracket"]
        steps.append(re.sub(r"\\(.)", r"\1", match["plain"]) if bracket is None else _step(bracket))
    return tuple(steps)


def _step(bracket: str) -> str:
    """A bracket is a condition on a list's items, or a key that holds dots."""
    return f"[{bracket}]" if "=" in bracket else bracket


def pointers(node: TracedNode, path: tuple[str, ...], pointer: FieldPath = ()) -> Iterator[FieldPath]:
    """Every place in the data that the path leads to; where it leads to nothing yet, the place it would make."""
    if not path:
        yield pointer
        return
    step, rest = path[0], path[1:]
    if node.items is not None:
        for index, item in enumerate(node.items):
            if _takes(step, index, item):
                yield from pointers(item, rest, (*pointer, index))
    elif step == "*" and node.fields is not None:
        for key, value in node.fields.items():
            yield from pointers(value, rest, (*pointer, key))
    else:
        below = node.at(step)
        yield from pointers(below, rest, (*pointer, step)) if below is not None else ((*pointer, step, *rest),)


def _takes(step: str, index: int, item: TracedNode) -> bool:
    if step == "*":
        return True
    if step.startswith("[") and "=" in step:
        key, _, value = step[1:-1].partition("=")
        field = item.at(key) if key else item
        return field is not None and str(field.scalar) == value
    return step == str(index)
