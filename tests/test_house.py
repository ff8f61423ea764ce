"""The house: one name for one idea, each room on the map, and helpers of tests that know no room above their own."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import gateshift

PACKAGE = Path(gateshift.__file__).parent
TOP = Path(__file__).parents[1]
OLD_FILE = "rollout" + ".yaml"


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


OLD_CLASSES = words("""
    About Aim Aims Asked Course Deed Entrance Fault Found Fronts Ground Harm Located Loss Manner Meant Passage Pointer
    Pointing Post Slot Spot Standing Stock StockedProgram Traits Walked Wish
""")
OLD_FUNCTIONS = words("""
    bypassed carry classes_of course fronts heirs held left_behind mend pointed practice_findings seal surrounded
    traits_of way_out witness
""")
OLD_MODULES = words("""
    answers asking building carry choosing documents external form forms judging naming outside pipeline placing
    pointed practice refusal saidplace saidwords sample_match seal sense shapes shown spec spelling standing
    surprises surroundings together visits
""")


def modules(folder: Path) -> Iterator[tuple[str, ast.Module]]:
    """Every module below the folder, by its path from there."""
    for file in sorted(folder.rglob("*.py")):
        yield file.relative_to(folder).as_posix(), ast.parse(file.read_text(encoding="utf-8"))


def defined(kind: type[ast.ClassDef] | type[ast.FunctionDef]) -> list[tuple[str, str]]:
    """The package's classes or functions, by name and module."""
    return [(node.name, path) for path, tree in modules(PACKAGE) for node in ast.walk(tree) if isinstance(node, kind)]


def test_no_class_has_an_old_name() -> None:
    assert [name for name in defined(ast.ClassDef) if name[0].lstrip("_") in OLD_CLASSES] == []


def test_no_function_has_an_old_name() -> None:
    assert [name for name in defined(ast.FunctionDef) if name[0] in OLD_FUNCTIONS] == []


def test_no_module_or_folder_has_an_old_name() -> None:
    paths = [Path(path).with_suffix("") for path, _ in modules(PACKAGE)]
    assert [str(path) for path in paths if OLD_MODULES & set(path.parts)] == []


def test_no_import_gives_a_class_an_old_name() -> None:
    aliases = [
        (alias.asname, path)
        for path, tree in modules(PACKAGE)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    ]
    assert [alias for alias in aliases if alias[0] in OLD_CLASSES] == []


def test_a_class_name_is_defined_once() -> None:
    times = Counter(name for name, _ in defined(ast.ClassDef) if not name.startswith("_"))
    assert [name for name, count in times.items() if count > 1] == []


def layers() -> list[str]:
    """The rooms from the top down, as the import contract has them."""
    contracts = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    (names,) = (contract["layers"] for contract in contracts if contract["type"] == "layers")
    return [name.strip("()") for name in names]


def test_every_room_is_a_layer_and_on_the_map() -> None:
    rooms = {path.stem for path in PACKAGE.iterdir() if path.is_dir() and (path / "__init__.py").is_file()}
    assert rooms == {name for name in layers() if (PACKAGE / name).is_dir()}
    drawn = (TOP / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert [name for name in sorted(rooms) if f"`{name}/`" not in drawn] == []


def test_every_module_on_the_map_exists() -> None:
    named = re.findall(r"`([a-z_/]+/[a-z_]+\.py)`", (TOP / "docs" / "architecture.md").read_text(encoding="utf-8"))
    assert [name for name in named if not (PACKAGE / name).is_file() and not (TOP / name).is_file()] == []


def imported(tree: ast.Module, package: str) -> Iterator[str]:
    """The rooms of a package that a module imports from."""
    for node in ast.walk(tree):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        for first, *rest in (name.split(".") for name in names):
            if first == package and rest:
                yield rest[0]


def test_the_package_imports_no_test() -> None:
    assert [path for path, tree in modules(PACKAGE) if any(imported(tree, "tests"))] == []


def test_helpers_of_a_room_s_tests_know_no_room_above_it() -> None:
    """Apart from app: it builds the real roots that pure rooms are tested on."""
    order = layers()
    upwards = [
        f"{path} imports {package}.{room}"
        for path, tree in modules(TOP / "tests")
        if not Path(path).name.startswith("test_") and Path(path).parts[0] in order
        for package in ("gateshift", "tests")
        for room in imported(tree, package)
        if room in order and room != "app" and order.index(room) < order.index(Path(path).parts[0])
    ]
    assert upwards == []


def test_the_old_name_of_the_file_is_left_only_where_it_is_not_read() -> None:
    command = ["git", "grep", "--fixed-strings", "--files-with-matches", OLD_FILE]
    files = subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=False).stdout.splitlines()
    assert files == ["tests/cli/test_rollout_file_name.py"]
