"""The published schema as an editor applies it, beside the parser's own view of a value's shape."""

from __future__ import annotations

import re
from collections.abc import Iterator

import jsonschema

from gateshift.config.schema import ROLLOUT
from gateshift.config.schema.json_schema import json_schema
from gateshift.config.spec_errors import SpecErrors
from gateshift.config.structure import check_structure
from gateshift.yamldoc.data import Json

_END = re.compile(r"(\\.|\[(?:\\.|[^\]])*\])|\$")


def _ecma(pattern: str) -> re.Pattern[str]:
    """ECMAScript's `$` is the very end; Python's also stands before a last line break."""
    return re.compile(_END.sub(lambda found: found[1] or r"\Z", pattern))


def _pattern(_: object, pattern: str, instance: Json, __: object) -> Iterator[jsonschema.ValidationError]:
    if isinstance(instance, str) and not _ecma(pattern).search(instance):
        yield jsonschema.ValidationError(f"{instance!r} does not match {pattern!r}")


_Validator = jsonschema.validators.extend(jsonschema.Draft202012Validator, {"pattern": _pattern})
SCHEMA = _Validator(json_schema())


def shape_faults(data: Json) -> list[str]:
    """What the parser finds wrong with the shape of the data."""
    faults = SpecErrors()
    check_structure(data, ROLLOUT, faults, lambda _: None)
    return [fault.message for fault in faults]


def assert_agreement(data: Json) -> None:
    """The schema and the parser both take the data, or both refuse it."""
    refused = [f"{error.json_path}: {error.message}" for error in SCHEMA.iter_errors(data)]
    assert bool(refused) == bool(shape_faults(data)), (refused, shape_faults(data))
