"""The form of rollout.yaml, by subject."""

from gateshift.config.schema.rollout import ROLLOUT

__all__ = ["ROLLOUT"]
