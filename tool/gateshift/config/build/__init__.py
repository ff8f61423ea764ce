"""A faultless draft -> the Rollout, by subject."""

from gateshift.config.build.rollout import build

__all__ = ["build"]
