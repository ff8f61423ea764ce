"""The form of rollout.yaml, by subject."""

from gateshift.spec.form.rollout import ROLLOUT

__all__ = ["ROLLOUT"]
