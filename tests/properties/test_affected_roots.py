"""What changed files affect: the roots that read them, and of a whole run's findings those of these roots."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from gateshift.app.shared.tool_choices import Choices
from gateshift.app.validate.scope import ValidationScope
from gateshift.app.validate.validate import validate
from gateshift.model.report import ValidationReport
from tests.repositories import write

BASES = [f"base-{number}" for number in range(3)]
OVERLAYS = [f"overlay-{number}" for number in range(3)]
FOLDERS = [*BASES, *OVERLAYS]
PORTS = st.sampled_from([80, 0])
USES = {
    **{base: st.sets(st.sampled_from(BASES[:number]), max_size=1) for number, base in enumerate(BASES) if number},
    **{overlay: st.sets(st.sampled_from(BASES), max_size=1) for overlay in OVERLAYS},
}
GRAPHS = st.fixed_dictionaries({BASES[0]: st.just(set()), **USES})  # one base each: Kustomize takes no object twice
CHANGED = st.sets(
    st.tuples(st.sampled_from(FOLDERS), st.sampled_from(["kustomization.yaml", "object.yaml", "README.md"])), min_size=1
)


def repository(top: Path, graph: Mapping[str, set[str]], ports: Mapping[str, int]) -> None:
    """A folder for each name, with an object of its own and the folders that it uses."""
    write(top, "")
    for folder, uses in graph.items():
        (top / folder).mkdir()
        resources = ["object.yaml", *(f"../{used}" for used in sorted(uses))]
        (top / folder / "kustomization.yaml").write_text(f"resources: {resources}\n".replace("'", ""))
        head = f"apiVersion: v1\nkind: Service\nmetadata: {{name: {folder}}}\n"
        (top / folder / "object.yaml").write_text(f"{head}spec: {{ports: [{{port: {ports[folder]}}}]}}\n")
        (top / folder / "README.md").write_text("# Read me\n")


def read_by(folder: str, graph: Mapping[str, set[str]]) -> set[str]:
    """The folders that a folder's build reads."""
    return {folder}.union(*(read_by(used, graph) for used in graph[folder]))


def report(paths: Sequence[Path], *, affected: bool) -> ValidationReport:
    return validate(ValidationScope(tuple(paths), affected=affected), Choices(), date(2026, 1, 1))


def within(found: ValidationReport, roots: set[str]) -> list[tuple[str, str, object, tuple[str, ...]]]:
    """The findings of these roots alone."""
    kept = [(each, tuple(root for root in each.roots if root in roots)) for each in found.findings]
    return [(each.rule, each.message, each.place, own) for each, own in kept if own]


@settings(max_examples=12)
@given(GRAPHS, st.fixed_dictionaries(dict.fromkeys(FOLDERS, PORTS)), CHANGED)
def test_the_roots_that_read_a_changed_file_and_no_other_are_validated(
    graph: dict[str, set[str]], ports: dict[str, int], changed: set[tuple[str, str]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        top, before = Path(folder).resolve(), Path.cwd()
        repository(top, graph, ports)
        os.chdir(top)
        try:
            whole = report([Path()], affected=False)
            some = report([Path(*names) for names in sorted(changed)], affected=True)
        finally:
            os.chdir(before)
    touched = {name for name, file in changed if file != "README.md"}
    affected = {root.path for root in whole.roots if not touched.isdisjoint(read_by(root.path, graph))}
    assert {root.path for root in some.roots} == affected
    assert within(some, affected) == within(whole, affected)
    assert len(within(some, affected)) == len(some.findings)
