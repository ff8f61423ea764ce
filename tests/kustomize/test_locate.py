from __future__ import annotations

from pathlib import Path

import pytest

from gateshift.kustomize.trace import Locator, locate
from gateshift.model.finding import FieldRef
from tests.kustomize.cases import CASES, DEPLOYMENT, Case
from tests.repositories import built, marked, named, pointer, tree_of, write


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_a_field_leads_to_the_line_that_wrote_it(case: Case, tmp_path: Path) -> None:
    top = write(tmp_path, case.text)
    expected = (top / case.file, case.line) if case.file else marked(top)
    tree = tree_of(top / case.root)
    place = locate(FieldRef(named(built(tree), case.name), pointer(case.pointer), key=case.key), tree).place
    assert (place.file, place.line) == expected
    if case.column:
        assert place.column == case.column


def test_a_patched_field_names_the_line_it_replaces(tmp_path: Path) -> None:
    top = write(
        tmp_path,
        DEPLOYMENT.replace("replicas: 1", "replicas: 1 # <-- here")
        + """
=== overlay/kustomization.yaml
resources: [../base]
replicas: [{name: app, count: 5}]
""",
    )
    tree = tree_of(top / "overlay")
    found = locate(FieldRef(named(built(tree), "Deployment"), ("spec", "replicas")), tree)
    assert found.place.file == top / "overlay/kustomization.yaml"
    ((message, place),) = found.related
    assert message == "what it replaces"
    assert (place.file, place.line) == marked(top)


@pytest.mark.parametrize(
    "text",
    [
        "resources: [cm.yaml]\n=== app/cm.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n"
        "  a.conf: |\n    first\n    host ${HOST} # <-- here\n    last\n",
        "resources: [cm.yaml]\n=== app/cm.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n"
        '  a.conf: "first ${HOST}" # <-- here\n',
        "configMapGenerator:\n  - name: a\n    files: [a.conf]\n=== app/a.conf\nfirst\nhost ${HOST} # <-- here\nlast\n",
    ],
    ids=["a literal block", "a quoted string", "a generated file"],
)
def test_a_part_of_a_string_leads_to_its_own_line(text: str, tmp_path: Path) -> None:
    top = write(tmp_path, "=== app/kustomization.yaml\n" + text)
    tree = tree_of(top / "app")
    place = locate(FieldRef(named(built(tree), "ConfigMap"), ("data", "a.conf"), part="${HOST}"), tree).place
    assert (place.file, place.line) == marked(top)
    assert place.file.read_text("utf-8").splitlines()[place.line - 1][place.column - 1 :].startswith("${HOST}")


def test_a_part_that_the_string_does_not_have_leads_to_the_string(tmp_path: Path) -> None:
    top = write(
        tmp_path,
        "=== app/kustomization.yaml\nresources: [cm.yaml]\n=== app/cm.yaml\napiVersion: v1\nkind: ConfigMap\n"
        "metadata: {name: a}\ndata:\n  a.conf: >- # <-- here\n    first\n    last\n",
    )
    tree = tree_of(top / "app")
    place = locate(FieldRef(named(built(tree), "ConfigMap"), ("data", "a.conf"), part="${HOST}"), tree).place
    assert (place.file, place.line) == marked(top)


@pytest.mark.parametrize(
    ("at", "line", "focus"),
    [
        ("", "apiVersion: apps/v1", "  name: app"),
        ("spec/template/spec/containers/1", "        - name: side", "        - name: side"),
        ("spec/template/spec/containers/0/ports/0", "            - containerPort: 80", ""),
        ("spec/selector", "    matchLabels: {app: app}", ""),
        ("spec/replicas", "  replicas: 1", ""),
    ],
)
def test_an_object_and_an_entry_are_known_by_their_names(tmp_path: Path, at: str, line: str, focus: str) -> None:
    top = write(tmp_path, DEPLOYMENT)
    tree = tree_of(top / "base")
    place = Locator(tree).point_out(FieldRef(named(built(tree), "Deployment"), pointer(at))).place
    lines = ["", *(top / "base/deployment.yaml").read_text().splitlines()]
    assert lines[place.line] == line
    assert lines[place.focus.line] == focus
    assert place.focus.end_column - place.focus.column == len(focus.partition("name: ")[2])


def test_a_name_of_another_file_is_not_what_an_object_is_known_by(tmp_path: Path) -> None:
    top = write(tmp_path, DEPLOYMENT + "=== overlay/kustomization.yaml\nresources: [../base]\nnamePrefix: x-\n")
    tree = tree_of(top / "overlay")
    place = Locator(tree).point_out(FieldRef(named(built(tree), "Deployment"))).place
    assert place.file == top / "base/deployment.yaml"
    assert place.focus.line == 0
