"""The pointer: the one scalar of an Argo CD or Flux object that names the stage in force. Text in, text out."""

from gateshift.engines.argocd.pointer import ParameterFiles, no_files
from gateshift.engines.edit import move_to, replace_value
from gateshift.engines.read import Sources, pointers_in, pointers_of, sources_in, with_source

__all__ = [
    "ParameterFiles",
    "Sources",
    "move_to",
    "no_files",
    "pointers_in",
    "pointers_of",
    "replace_value",
    "sources_in",
    "with_source",
]
