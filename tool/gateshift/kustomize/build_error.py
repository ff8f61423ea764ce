"""What Kustomize said when it refused a root, made readable, and the place that it speaks of."""

from __future__ import annotations

import os
import re
from pathlib import Path

from gateshift.kustomize.message_location import place_in_file, place_in_kustomization, place_of_token
from gateshift.kustomize.messages import reworded
from gateshift.model.kustomization import Kustomization, KustomizationTree
from gateshift.model.place import Place
from gateshift.model.source import SourceFile

_BEGIN = r"(?m)^[Ee]rror: "
_FOLDERS = (
    r"(?:recursed accumulation of path|couldn't make target for path|recursed merging from path) '(?P<path>[^']*)': "
    r"|Failed to read kustomization file under (?P<under>[^\n]*):\n"
)
_STEP = r"\A(?:accumulating resources|accumulating components|accumulateDirectory): "
_TRIED = r"(?s)\Aaccumulation err='(?P<file>.*)': must build at directory: .*\Z"
_FILE = r"\A(?:accumulating|merging) resources from '(?P<file>[^']*)': "
_QUOTED = r'(?s)(accumulateDirectory: )"((?:[^"\\]|\\.)*)"\Z'
_FILE_AFTER = r" in File: (?P<file>\S+)\Z"


def explained(stderr: str, tree: KustomizationTree) -> tuple[str, Place]:
    """The message without the chain of folders it came through, and the place it speaks of: as exact as it tells,
    else the file that was being read."""
    node, message = _innermost(_message(stderr), tree)
    name, message = _file_named(message)
    file = _known_file(name, node, tree) if name else None
    place = (
        (place_in_file(message, file) if file else None)
        or (place_in_kustomization(message, node) if node else None)
        or place_of_token(message, tree)
        or Place(file.path if file else node.file.path if node else tree.root.path)
    )
    return reworded(message, tree.root.repository), place


def _message(stderr: str) -> str:
    """The last message of what was said; before it stand warnings."""
    starts = list(re.finditer(_BEGIN, stderr))
    message = (stderr[starts[-1].end() :] if starts else stderr).strip()
    while quoted := re.search(_QUOTED, message):  # what a Component says, once for each that it came through
        message = message[: quoted.start()] + quoted[1] + _unquoted(quoted[2])
    return message


def _unquoted(text: str) -> str:
    """The text of a string that Go quoted."""
    return re.sub(r"(?s)\\(.)", lambda escape: {"n": "\n", "t": "\t"}.get(escape[1], escape[1]), text)


def _innermost(message: str, tree: KustomizationTree) -> tuple[Kustomization | None, str]:
    """The kustomization that was being read when it happened, and the rest of the message."""
    folders = list(re.finditer(_FOLDERS, message))
    if not folders:
        return tree.top, message
    last = folders[-1]
    folder = Path(last["path"] or last["under"])
    node = next((node for node in tree.kustomizations if node.folder == folder), tree.top)
    return node, message[last.end() :]


def _file_named(message: str) -> tuple[str, str]:
    """The file the message names, as the kustomization does, and the message without it."""
    while step := re.match(_STEP, message):
        message = message[step.end() :]
    tried = re.match(_TRIED, message)
    message = tried["file"] if tried else message
    before, after = re.match(_FILE, message), re.search(_FILE_AFTER, message)
    if after:
        message = message[: after.start()]
    if before:
        message = message[before.end() :]
    match = before or after
    return (match["file"] if match else ""), message


def _known_file(name: str, node: Kustomization | None, tree: KustomizationTree) -> SourceFile | None:
    return tree.files.get(Path(os.path.normpath(node.key / name))) if node else None
