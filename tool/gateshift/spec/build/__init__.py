"""A faultless draft -> the Rollout, by subject."""

from gateshift.spec.build.rollout import build

__all__ = ["build"]
