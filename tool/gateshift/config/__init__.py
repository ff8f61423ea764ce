"""gateshift.yaml -> Rollout, with every mistake at its place.

`form` describes the file once; `structure` checks data against it and `schema` publishes it as JSON Schema, so that
editors and this parser agree on every key, kind, pattern and limit. What needs more than one value to judge is
checked by this parser alone: that versions which stages name are there, deployed and served; names that derive or
collide; parents, matches and filters that suit the route; calendar days; YAML that readers take differently; and the
owner's own manifests.
"""

from gateshift.config.read import Parsed, file_reader, open_rollout, parse_rollout, read_rollout
from gateshift.config.spec_errors import ConfigError, Mistake

__all__ = [
    "ConfigError",
    "Mistake",
    "Parsed",
    "file_reader",
    "open_rollout",
    "parse_rollout",
    "read_rollout",
]
