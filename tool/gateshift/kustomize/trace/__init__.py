"""From a field of a built object back to the file and line that wrote it."""

from gateshift.kustomize.trace.locate import Found, Locator, locate

__all__ = ["Found", "Locator", "locate"]
