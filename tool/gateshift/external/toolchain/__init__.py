"""kustomize and kubeconform: which ones, where they are found, how they are installed."""

from gateshift.external.toolchain.find import find
from gateshift.external.toolchain.program import Program, Source

__all__ = ["Program", "Source", "find"]
