"""`gateshift validate --fix`: writes the safe edits into the files that the roots are built from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gateshift.app.shared.build_roots import BuiltRoot, build_read
from gateshift.app.shared.repository_settings import SettingsFiles
from gateshift.app.shared.tool_choices import Choices
from gateshift.app.validate.scope import ValidationScope
from gateshift.app.validate.targets import read_targets
from gateshift.checks.fixes import FIXED_RULES, with_defaults_written
from gateshift.checks.suppression import markers_in
from gateshift.kustomize.tree.tree_reader import TreeReader
from gateshift.manifests.header import read_header
from gateshift.model.source import SourceFile
from gateshift.system.atomic_write import replace_file
from gateshift.system.owned_files import clear_leftovers
from gateshift.yamldoc import text_of
from gateshift.yamldoc.bounds import bytes_like


def write_fixes(scope: ValidationScope, choices: Choices) -> tuple[Path, ...]:
    """Edit the files of every root of the scope, and say which were changed.

    Generated files are left alone, as are files outside the repository and those that suppress the rule. Raises
    UserError for paths that hold no root, NoVerdict where the schemas are not installed.
    """
    targets = read_targets(scope, TreeReader(), SettingsFiles())
    catalog = choices.open_schemas(targets.rollouts.all, targets.settings.met)
    changed = []
    built = tuple(
        build_read(targets.roots, program=choices.kustomize, timeout=choices.timeout, progress=choices.progress)
    )
    own = tuple(_own_files(built))
    for folder in sorted({file.path.parent for file in own}):
        clear_leftovers(folder)
    for file in own:
        if _write(file, with_defaults_written(file.text, catalog)):
            changed.append(file.path)
    return tuple(changed)


def _own_files(built: tuple[BuiltRoot, ...]) -> Iterator[SourceFile]:
    """The files that objects of the builds stand in, each once, those that must not be edited left out."""
    seen: set[Path] = set()
    for root in built:
        repository = root.tree.root.repository
        for resource in root.build.resources if root.build else ():
            file = root.tree.files.get(resource.origin.file)
            if file is None or file.path in seen or not file.path.is_relative_to(repository):
                continue
            seen.add(file.path)
            silenced = {marker.rule for marker in markers_in(file.path, file.text)}
            if read_header(file.text) is None and not silenced & set(FIXED_RULES):
                yield file


def _write(file: SourceFile, text: str) -> bool:
    """Write the text in the file's own encoding; False where nothing changes or the file changed meanwhile."""
    raw = file.path.read_bytes()
    if text == file.text or text_of(raw) != file.text:
        return False
    replace_file(file.path, bytes_like(raw, text))
    return True
