"""A law over whole builds: wherever a value leads, the value stands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateshift.kustomize.trace import Locator
from gateshift.model.finding import FieldRef
from gateshift.model.place import Place
from gateshift.model.resource import Build
from gateshift.yamldoc import load_all
from gateshift.yamldoc.data import FieldPath, Json
from tests.kustomize.cases import CASES, OPERATIONS, SOURCE, STRATEGIC, Case
from tests.repositories import built, outcome_of, tree_of, write
from tests.schemas.shapes import SHAPES


def scalars(data: Json, pointer: FieldPath = ()) -> Iterator[tuple[FieldPath, Json]]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield from scalars(value, (*pointer, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from scalars(value, (*pointer, index))
    else:
        yield pointer, data


def text_at(place: Place) -> str:
    assert place.line == place.end_line, place
    return place.file.read_text().split("\n")[place.line - 1][place.column - 1 : place.end_column - 1]


@pytest.mark.parametrize("case", [*SOURCE, *STRATEGIC, *OPERATIONS], ids=lambda case: case.id)
def test_every_value_stands_where_it_leads(case: Case, tmp_path: Path) -> None:
    top = write(tmp_path, case.text)
    tree = tree_of(top / case.root)
    locator = Locator(tree)
    for resource in built(tree).resources:
        prefixed = ("metadata", "name") if "namePrefix" in case.text else None
        for pointer, value in scalars(resource.data):
            if pointer != prefixed:
                place = locator.find(FieldRef(resource, pointer)).place
                assert load_all(text_at(place)) == [value], (pointer, str(place))


@pytest.mark.parametrize("name", [*SHAPES, *(case.id for case in CASES if case.root == "overlay")])
def test_every_value_leads_into_a_file_of_the_tree(name: str, tmp_path: Path) -> None:
    texts = {**SHAPES, **{case.id: case.text for case in CASES}}
    top = write(tmp_path, texts[name])
    tree = tree_of(top / "overlay")
    found = outcome_of(tree)
    locator = Locator(tree)
    for resource in found.resources if isinstance(found, Build) else ():
        for pointer, _ in scalars(resource.data):
            place = locator.find(FieldRef(resource, (*pointer, "absent"))).place
            assert place.file in tree.sources
            assert 1 <= place.line <= len(place.file.read_text().split("\n"))
