"""The seam: whatever differs between sync engines is in the package of each, and no engine can be forgotten."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import fields

import gateshift
from gateshift.engines.registry import ENGINES, WITHOUT_POINTER, engine_name, engine_of
from gateshift.model.rollout import Engine, Pointers

PACKAGE = Path(gateshift.__file__).parent
MODULES = ("engine.py", "generated_pointer.py", "hazards.py", "order.py", "pointer.py")
MEMBERS = frozenset(str(member) for member in Engine)
REGISTRY, ROLLOUT = "engines/registry.py", "model/rollout.py"


def missing_for(engine: str) -> list[str]:
    """What the package lacks of an engine of that value, in words."""
    package = PACKAGE / "engines" / engine
    missing = [f"engines/{engine}/ has no {name}" for name in MODULES if not (package / name).is_file()]
    if engine not in {field.name for field in fields(Pointers)}:
        missing.append(f"Pointers has no settings `{engine}`, so gateshift.yaml cannot ask for its pointer")
    if engine not in {member.value for member in ENGINES}:
        missing.append(f"engines/registry.py does not list it, so nothing knows its order: {engine}")
    return missing


def type_errors(folder: Path) -> str:
    """What mypy says of the registry and the members in a copy of the package."""
    command = [sys.executable, "-m", "mypy", "--follow-imports=skip", "--ignore-missing-imports", "--no-error-summary"]
    command += [f"--cache-dir={folder / 'cache'}", "--config-file=", REGISTRY, ROLLOUT]
    command = [str(folder / "gateshift" / word) if word in (REGISTRY, ROLLOUT) else word for word in command]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False).stdout


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The registry and the members of the enum, in a package that can be changed."""
    for name in (REGISTRY, ROLLOUT):
        target = tmp_path / "gateshift" / name
        target.parent.mkdir(parents=True)
        shutil.copy(PACKAGE / name, target)
        (target.parent / "__init__.py").touch()
    (tmp_path / "gateshift" / "__init__.py").touch()
    return tmp_path


@pytest.mark.parametrize("engine", [member.value for member in Engine])
def test_every_engine_has_all_its_modules(engine: str) -> None:
    assert missing_for(engine) == []


def test_an_engine_without_its_modules_is_told_what_is_missing() -> None:
    missing = missing_for("fleet")
    assert missing[0] == "engines/fleet/ has no engine.py"
    assert missing[-2].startswith("Pointers has no settings `fleet`")
    assert missing[-1] == "engines/registry.py does not list it, so nothing knows its order: fleet"


def test_the_registry_as_it_is_has_no_type_error(copied: Path) -> None:
    assert type_errors(copied) == ""


def test_a_member_without_an_implementation_is_a_type_error(copied: Path) -> None:
    file = copied / "gateshift" / ROLLOUT
    text = file.read_text()
    member = '    FLUX = "flux"\n'
    assert text.count(member) == 1
    file.write_text(text.replace(member, f'{member}    FLEET = "fleet"\n'))
    (line,) = type_errors(copied).splitlines()
    assert "registry.py" in line
    assert 'incompatible type "Literal[Engine.FLEET]"' in line


def test_every_engine_has_a_name_of_its_own_and_its_own_kinds() -> None:
    engines = list(ENGINES.values())
    assert len({engine.name for engine in engines}) == len(engines)
    kinds = [kind for engine in engines for kind in engine.kinds]
    assert len(set(kinds)) == len(kinds)
    assert all(group in engine.groups for engine in engines for group, _ in engine.kinds)


def test_the_settings_without_a_pointer_are_those_of_each_engine_in_order() -> None:
    assert [settings.engine for settings in WITHOUT_POINTER] == list(Engine)


@pytest.mark.parametrize("engine", Engine)
def test_an_object_of_an_engine_is_read_as_what_it_follows(engine: Engine) -> None:
    for group, kind in ENGINES[engine].kinds:
        assert engine_of({"apiVersion": f"{group}/v1", "kind": kind}) is ENGINES[engine]


def test_a_kustomization_of_kustomize_is_no_object_of_an_engine() -> None:
    assert engine_of({"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"}) is None


def test_an_engine_that_is_unknown_goes_by_its_own_word() -> None:
    assert [engine_name(word) for word in ("argocd", "flux", "fleet")] == ["Argo CD", "Flux", "fleet"]


def members_named(file: Path) -> Iterator[str]:
    """The members of Engine that the file names, each with its line."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Attribute) and ast.unparse(node) in MEMBERS:
            yield f"{file.relative_to(PACKAGE)}:{node.lineno}: {ast.unparse(node)}"


def test_only_the_engines_own_room_names_a_member() -> None:
    outside = [file for file in sorted(PACKAGE.rglob("*.py")) if not file.is_relative_to(PACKAGE / "engines")]
    assert [named for file in outside for named in members_named(file)] == []


def test_only_an_engines_own_package_and_the_registry_name_its_member() -> None:
    shared = [file for file in sorted((PACKAGE / "engines").glob("*.py")) if file.name != "registry.py"]
    assert [named for file in shared for named in members_named(file)] == []
    for engine in Engine:
        package = PACKAGE / "engines" / engine.value
        named = [named for file in sorted(package.glob("*.py")) for named in members_named(file)]
        assert [name for name in named if not name.endswith(f"Engine.{engine.name}")] == []
