from __future__ import annotations

from pathlib import Path

import pytest

from gateshift.model.finding import Spot
from gateshift.provenance import locate
from tests.provenance.cases import CASES, Case
from tests.repositories import built, marked, named, pointer, tree_of, write


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_a_field_leads_to_the_line_that_wrote_it(case: Case, tmp_path: Path) -> None:
    top = write(tmp_path, case.text)
    expected = (top / case.file, case.line) if case.file else marked(top)
    tree = tree_of(top / case.root)
    place = locate(Spot(named(built(tree), case.name), pointer(case.pointer), key=case.key), tree).place
    assert (place.file, place.line) == expected
    if case.column:
        assert place.column == case.column
