"""The form of gateshift.yaml, by subject."""

from gateshift.config.schema.rollout import ROLLOUT

__all__ = ["ROLLOUT"]
