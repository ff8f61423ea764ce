"""rollout.yaml -> Rollout, with every mistake at its place.

`form` describes the file once; `structure` checks data against it and `schema` publishes it as JSON Schema, so that
editors and this parser agree on every key, kind, pattern and limit. What needs more than one value to judge is
checked by this parser alone: that versions which stages name are there, deployed and served; names that derive or
collide; parents, matches and filters that suit the route; calendar days; YAML that readers take differently; and the
owner's own manifests.
"""

from gateshift.spec.faults import Mistake, SpecError
from gateshift.spec.files import file_reader, open_rollout
from gateshift.spec.read import Parsed, parse_rollout, read_rollout
from gateshift.spec.sense.warnings import RULES

__all__ = [
    "RULES",
    "Mistake",
    "Parsed",
    "SpecError",
    "file_reader",
    "open_rollout",
    "parse_rollout",
    "read_rollout",
]
