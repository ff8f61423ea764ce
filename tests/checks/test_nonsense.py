"""No check raises, whatever stands in an object: a value of any type in any place."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gateshift.checks.registry import run_checks
from gateshift.checks.schema.admission import gaps
from gateshift.checks.subject import Subject
from gateshift.model.rollout import SchemaChoice
from gateshift.schemas import open_schemas
from tests.checks.subjects import subject
from tests.checks.test_lookalikes_references import CASES as REFERENCES
from tests.checks.test_lookalikes_routing import CASES as ROUTING

SCHEMAS = open_schemas(SchemaChoice())
ROOTS = [objects for cases in (*REFERENCES.values(), *ROUTING.values()) for objects in cases.values()]
VALUES = st.sampled_from(
    [None, True, 0, -1, 1.5, 2**70, "", "a", "*", "\u0000", "${x}", [], [None], {}, {"a": []}, [[{}]]]
)


def places(data: Any) -> Iterator[tuple[Any, Any]]:
    """Every container with a key or index in it, the identity of the object left out."""
    for key, value in list(data.items() if isinstance(data, dict) else enumerate(data)):
        if key not in ("apiVersion", "kind"):
            yield data, key
        if isinstance(value, dict | list):
            yield from places(value)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_value_of_any_type_in_any_place_is_no_crash(data: st.DataObject) -> None:
    objects = [json.loads(text) for text in data.draw(st.sampled_from(ROOTS))]
    for _ in range(data.draw(st.integers(1, 3))):
        found = list(places(data.draw(st.sampled_from(objects))))
        if found:
            holder, key = data.draw(st.sampled_from(found))
            holder[key] = copy.deepcopy(data.draw(VALUES))
    root: Subject = subject("\n---\n".join(json.dumps(each) for each in objects), catalog=SCHEMAS)
    for finding in run_checks(root):
        assert finding.message
    gaps(root)
