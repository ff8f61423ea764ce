"""The form of gateshift.yaml, by subject."""

from gateshift.config.schema.rollout import ROLLOUT
from gateshift.config.schema.settings import SETTINGS

__all__ = ["ROLLOUT", "SETTINGS"]
