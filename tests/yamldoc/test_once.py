"""What was asked of a value once is not asked again of it, and is asked of every other."""

from __future__ import annotations

from collections.abc import Iterator

from gateshift.yamldoc.data import JsonObject
from gateshift.yamldoc.once import once_for_each


def test_a_value_is_asked_once_and_an_equal_one_by_itself() -> None:
    asked = []

    @once_for_each
    def keys(context: str, data: JsonObject) -> Iterator[str]:
        asked.append((context, id(data)))
        yield from (context + key for key in data)

    one: JsonObject = {"a": 1}
    twin: JsonObject = {"a": 1}
    assert [keys("x", one), keys("x", one), keys("y", one), keys("x", twin)] == [("xa",), ("xa",), ("ya",), ("xa",)]
    assert asked == [("x", id(one)), ("y", id(one)), ("x", id(twin))]


def test_a_value_that_is_gone_answers_for_no_later_one() -> None:
    size = once_for_each(lambda context, data: (len(data) + context,))
    for count in range(5000):  # each is gone before the next is made, and may have its number
        data: JsonObject = dict.fromkeys(map(str, range(count % 7)))
        assert size(0, data) == (count % 7,)
        del data
