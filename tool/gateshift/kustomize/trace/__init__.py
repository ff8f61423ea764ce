"""From a field of a built object back to the file and line that wrote it."""

from gateshift.kustomize.trace.locator import Locator, PlacedField, locate

__all__ = ["Locator", "PlacedField", "locate"]
