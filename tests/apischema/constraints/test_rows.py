"""Every row of the tables fires on what it is about, is silent on the rest, and names a function that exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gateshift.apischema.constraints.compiled import Constraints
from gateshift.apischema.constraints.constraint import BUILT_IN, EVERY_KIND, Row
from gateshift.apischema.constraints.evaluate import ready
from gateshift.apischema.constraints.formats import FORMATS
from gateshift.apischema.constraints.object_names import NAME_FORMATS
from gateshift.apischema.constraints.selecting import steps_of
from gateshift.apischema.constraints.tables import ROWS
from gateshift.apischema.constraints.updates import FROZEN, RESTRICTED
from gateshift.apischema.go_types import ANY_OBJECT
from gateshift.schemas import Schemas
from gateshift.schemas.install import types_version
from gateshift.tools.go import download, find_go
from gateshift.tools.lock import pinned
from tests.apischema.constraints.rows import bad_values, good_values, scope


def title(row: Row) -> str:
    return f"{row.type} {row.at} {row.path} {type(row.constraint).__name__} {row.source}"


@pytest.mark.parametrize("row", ROWS, ids=title)
def test_a_row_fires_on_bad_values_and_is_silent_on_good_ones(row: Row) -> None:
    judge = ready(row, lambda _: True) if _zero_counts(row) else ready(row)
    for value in bad_values(row):
        assert list(judge.refusals(scope(row, value), ())), value
    for value in good_values(row):
        assert not list(judge.refusals(scope(row, value), ())), value


def _zero_counts(row: Row) -> bool:
    """Whether the row is about values that count only where a pointer holds them, such as a flag that is off."""
    return any(value is False for when in row.when for value in when.values)


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_tells_its_examples_apart(name: str) -> None:
    format_ = FORMATS[name]
    assert [value for value in format_.bad if format_.fits(value)] == []
    assert [value for value in format_.good if not format_.fits(value)] == []


def test_every_row_leads_to_a_field_of_its_type(schemas: Schemas) -> None:
    constraints = schemas.constraints()
    astray = [title(row) for row in ROWS if not _leads_somewhere(constraints, row)]
    assert astray == []


def _leads_somewhere(constraints: Constraints, row: Row) -> bool:
    type_ = ANY_OBJECT if row.type in (EVERY_KIND, BUILT_IN) else row.type
    paths = (row.path, *(when.path for when in row.when))
    return all(constraints.field_at(type_, (*steps_of(row.at), *steps_of(path))) is not None for path in paths)


@pytest.fixture(scope="module")
def functions(tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    """The functions of the pinned source, each with its folder."""
    import zipfile

    go = find_go()
    assert go is not None
    folder = tmp_path_factory.mktemp("modules")
    types = types_version(pinned().kubernetes)
    names: set[str] = set()
    for module, version in (("k8s.io/kubernetes", f"v{pinned().kubernetes}"), ("k8s.io/apimachinery", types)):
        with zipfile.ZipFile(download(go, module, version, folder).zip) as archive:
            for info in archive.infolist():
                path = info.filename.partition("@")[2].partition("/")[2]
                if path.startswith("pkg/") and path.endswith(".go") and not path.endswith("_test.go"):
                    text = archive.read(info).decode("utf-8", "replace")
                    place = Path(path).parent.as_posix().removeprefix("pkg/").removeprefix("apis/")
                    found = re.findall(r"^func (?:\([^)]*\) )?(\w+)\(|^var (\w+) = ", text, re.MULTILINE)
                    names |= {f"{place}.{function or variable}" for function, variable in found}
    return frozenset(names)


def test_every_row_names_a_function_of_the_pinned_source(functions: frozenset[str]) -> None:
    updates = [row for table in (FROZEN, RESTRICTED) for rows in table.values() for row in rows]
    names = {row.source for row in (*ROWS, *updates)} | {source for _, source in NAME_FORMATS.values()}
    assert sorted(names - functions - {""}) == []
