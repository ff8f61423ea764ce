"""The pointer: the one scalar of an Argo CD or Flux object that names the stage in force. Text in, text out."""

from gateshift.pointer.edit import move_to, replace_value
from gateshift.pointer.read import Sources, pointers_in, pointers_of, sources_in, with_source
from gateshift.pointer.templates import ParameterFiles, no_files

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
