"""A strict schema says in one go what the API server does in steps: prune, default, then validate.

The steps are taken here one by one, along another way: the checks' own reading of structural schemas, and the CRD's
plain schema in an ordinary validator.
"""

from __future__ import annotations

import random
from typing import Any

import jsonschema
import pytest

from gateshift.apischema.defaulting import complete
from gateshift.apischema.schema_tree import node_of
from gateshift.apischema.structural import rebuild
from gateshift.schemas import Schemas
from gateshift.yamldoc.data import JsonObject
from tests.schemas.sampling import sample

FORMATS = jsonschema.FormatChecker(["ipv4", "ipv6"])


def plain(schema: JsonObject) -> JsonObject:
    """The CRD's schema for an ordinary validator: nullable in its words, and formats of integers as bounds."""
    result = rebuild(schema, plain)
    if schema.get("nullable") is True:
        result["type"] = [schema["type"], "null"]
    if schema.get("type") == "integer" and schema.get("format") == "int32":
        result = {"maximum": 2**31 - 1, "minimum": -(2**31), **result}
    return result


def taken_in_steps(structural: JsonObject, data: JsonObject) -> bool:
    completed = complete(node_of(structural), data)
    validator = jsonschema.Draft4Validator(plain(structural), format_checker=FORMATS)
    kept = {name: value for name, value in completed.data.items() if name != "status"}  # a subresource of every kind
    return not completed.unknown and validator.is_valid(kept)


@pytest.mark.parametrize("seed", range(3))
def test_it_agrees_with_the_server_s_steps(seed: int, experimental: Schemas) -> None:
    rng = random.Random(seed)
    judged = {True: 0, False: 0}
    for (group, kind), infos in experimental._index(experimental.sets[0]).items():
        for info in infos:
            strict: Any = experimental.strict(group, info.version, kind)
            structural = experimental.structural(group, info.version, kind)
            assert structural is not None
            validator = jsonschema.Draft4Validator(strict)
            for _ in range(12):
                data = sample(strict, rng)
                expected = taken_in_steps(structural, data)
                assert validator.is_valid(data) == expected, (data, list(validator.iter_errors(data)))
                judged[expected] += 1
    assert min(judged.values()) > 20
