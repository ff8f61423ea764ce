"""Ten thousand broken inputs of each kind, the same ones every time: each is read or refused, within its time.

What goes wrong otherwise is a defect of gateshift's own, which the shell would end with exit code 70. Everything runs
in this process; of Kustomize's own parsers only a part of the inputs is built.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
from datetime import date
from functools import partial
from pathlib import Path
from random import Random

import pytest

from gateshift.app.explain.requests_file import read_requests
from gateshift.app.shared.attempt import raise_defect
from gateshift.app.shared.build_roots import build_read, read_roots
from gateshift.app.shared.repository_pointers import repository_pointers
from gateshift.app.shared.tool_choices import Choices
from gateshift.app.validate.targets import ValidationScope
from gateshift.app.validate.validate import validate
from gateshift.config import parse_rollout
from gateshift.engines.edit import move_to, replace_value
from gateshift.errors import UserError
from gateshift.kustomize.tree.roots import find_roots
from gateshift.kustomize.tree.tree_reader import TreeReader
from gateshift.manifests import generate
from gateshift.model.report import ValidationReport
from gateshift.report.findings.formats import VALIDATION, Setting
from gateshift.schemas.layout import INDEX
from gateshift.schemas.store import Schemas
from gateshift.system import atomic_write, git
from gateshift.system.cache_sums import SUMS, program_is_as_recorded, read_sums, write_sums
from tests.attack.conftest import Figures
from tests.attack.mutations import Trial, broken_json, broken_text, broken_yaml
from tests.attack.seeds import (
    APPLICATIONS,
    JOURNALS,
    KUSTOMIZATIONS,
    MANIFESTS,
    NAMES,
    REQUESTS,
    ROLLOUTS,
    SCHEMA_INDEXES,
    TEMPORARY,
)

INPUTS = 10_000
BATCH = 100
FEW = 20
TODAY = date(2026, 1, 2)


def random_of(number: int) -> Random:
    """Randomness that is the same on each machine."""
    return Random(f"gateshift {number}")


@pytest.fixture
def top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty repository, which is the working directory."""
    subprocess.run(["git", "init", "-q", "--template=", str(tmp_path)], check=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_gateshift_yaml_is_read_or_refused(figures: Figures) -> None:
    trial = Trial()
    for number in range(INPUTS):
        trial.run(number, partial(read_rollout, broken_yaml(random_of(number), ROLLOUTS)))
    figures(f"gateshift.yaml: {trial.figures}")


def read_rollout(text: str) -> None:
    generate(parse_rollout(text, Path("gateshift.yaml"), lambda _: None).rollout)


def test_every_requests_file_is_read_or_refused(figures: Figures) -> None:
    trial = Trial()
    for number in range(INPUTS):
        text = broken_json(random_of(number), REQUESTS)
        trial.run(number, lambda text=text: read_requests(text, "requests.json"))  # type: ignore[misc]  # bound now
    figures(f"requests files: {trial.figures}")


def test_every_kustomization_is_read_or_refused(top: Path, figures: Figures) -> None:
    trial = Trial()
    for batch in range(INPUTS // BATCH):
        for number in range(BATCH):
            folder = top / str(number)
            write(folder / "kustomization.yaml", broken_yaml(random_of(batch * BATCH + number), KUSTOMIZATIONS))
            write(folder / "a.yaml", MANIFESTS[0])
        trial.run(batch, partial(read_trees, top, built=batch % 20 == 0), inputs=BATCH)
    figures(f"kustomizations: {trial.figures}")


def write(file: Path, text: str) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(text.encode("utf-8", "surrogatepass"))


def read_trees(top: Path, *, built: bool) -> None:
    roots = read_roots(find_roots([top]).roots, TreeReader())
    for gap in (root.gap for root in roots):
        assert gap is None or not gap.defect, gap
    for outcome in build_read(roots, program=None, timeout=300) if built else ():
        assert outcome.gap is None or not outcome.gap.defect, outcome.gap


@pytest.mark.parametrize("part", range(4))
def test_every_manifest_is_checked_or_refused(top: Path, part: int, figures: Figures) -> None:
    trial = Trial()
    for batch in range(part, INPUTS // BATCH, 4):
        for number in range(BATCH):
            write(top / f"{number}.yaml", broken_yaml(random_of(batch * BATCH + number), MANIFESTS))
        trial.run(batch, partial(check_all, top), inputs=BATCH)
    figures(f"manifests, part {part}: {trial.figures}")


def check_all(top: Path) -> None:
    files = tuple(Path(name) for name in sorted(os.listdir(top)) if name.endswith(".yaml"))
    report = validate(ValidationScope(files), Choices(), TODAY)
    for gap in report.gaps:
        raise_defect(gap)
    render_all(report)


def render_all(report: ValidationReport) -> None:
    """Every format can be written, and read by what reads JSON."""
    for name, render in VALIDATION.items():
        text = render(report, Setting())
        text.encode()
        if name in ("json", "sarif", "gitlab"):
            json.loads(text, parse_constant=pytest.fail)


def test_every_pointer_is_moved_or_refused(top: Path, figures: Figures) -> None:
    trial = Trial()
    for batch in range(INPUTS // BATCH):
        for number in range(BATCH):
            write(top / f"{number}.yaml", broken_yaml(random_of(batch * BATCH + number), APPLICATIONS))
        trial.run(batch, partial(move_all, top), inputs=BATCH)
    figures(f"pointers: {trial.figures}")


def move_all(top: Path) -> None:
    for pointer in repository_pointers(top, None).pointers:
        with contextlib.suppress(UserError):
            scalar, value = move_to(pointer, "overlays/half")
            replace_value(pointer.file.read_text(), pointer.document, scalar.at, value)


def test_no_journal_leads_out(top: Path, monkeypatch: pytest.MonkeyPatch, figures: Figures) -> None:
    trial = Trial()
    journal = top / ".git" / atomic_write.JOURNAL
    monkeypatch.setattr(git, "private_path", lambda *_: journal)
    kept = sorted(top.parent.glob("*")), sorted((top / ".git").rglob("*"))
    for number in range(INPUTS):
        write(journal, broken_json(random_of(number), JOURNALS))
        for folder in (top, top / "sync"):
            write(folder / TEMPORARY, "new")
        trial.run(number, partial(atomic_write.recover, top, ()))
        journal.unlink(missing_ok=True)
        assert (sorted(top.parent.glob("*")), sorted((top / ".git").rglob("*"))) == kept
    assert {path.read_text() for path in top.rglob("*") if path.is_file() and ".git" not in path.parts} == {"new"}
    figures(f"journals: {trial.figures}")


def test_no_broken_cache_is_believed(top: Path, figures: Figures) -> None:
    trial = Trial()
    folder = top / "tool"
    folder.mkdir()
    (folder / INDEX).write_text(SCHEMA_INDEXES[0])
    (folder / "program").write_text("#!/bin/sh\n")
    write_sums(folder)
    sums = (folder / SUMS).read_text()
    for number in range(INPUTS):
        random = random_of(number)
        name = random.choice((SUMS, "checked.json", INDEX, "program"))
        kept = (folder / name).read_bytes() if (folder / name).exists() else b"{}"
        write(
            folder / name, broken_json(random, (sums, '{"size": 10}')) if "json" in name else broken_text(random, "#!/")
        )
        trial.run(number, partial(read_cache, folder))
        (folder / name).write_bytes(kept)
    figures(f"cache entries: {trial.figures}")


def read_cache(folder: Path) -> None:
    believed = program_is_as_recorded(folder / "program")
    assert not believed or (folder / "program").read_text() == "#!/bin/sh\n"
    schemas = Schemas((folder,))
    if read_sums(folder):
        schemas.versions("apps", "Deployment")


@pytest.mark.parametrize("part", range(4))
def test_no_path_of_a_tree_leads_out(
    top: Path, tmp_path_factory: pytest.TempPathFactory, part: int, figures: Figures
) -> None:
    """Trees made by hand, with names that no Git would write."""
    trial = Trial()
    outside = tmp_path_factory.mktemp("exports")
    blobs = {mode: store(top, "blob", content) for mode, content in ((b"100644", b"x: 1\n"), (b"120000", b"../.."))}
    for batch in range(part, INPUTS // FEW, 4):
        names = list(dict.fromkeys(broken_name(random_of(batch * FEW + number)) for number in range(FEW)))
        modes = [random_of(batch).choice(list(blobs)) for _ in names]
        tree = b"".join(mode + b" " + name + b"\0" + blobs[mode] for mode, name in zip(modes, names, strict=True))
        inner = store(top, "tree", tree)
        commit = store(top, "tree", tree + b"40000 ..\0" + inner + b"40000 .git\0" + inner + b"40000 in\0" + inner)
        folder = outside / str(batch) / "here"
        folder.mkdir(parents=True)
        trial.run(batch, partial(git.export, top, commit.hex(), folder), inputs=FEW)
        assert list(folder.parent.iterdir()) == [folder]
        assert not any(path.name.lower() == ".git" for path in folder.rglob("*"))
    assert not (top / "x").exists()
    figures(f"paths of trees, part {part}: {trial.figures}")


def broken_name(random: Random) -> bytes:
    name = broken_text(random, random.choice(NAMES)).encode("utf-8", "surrogatepass")
    return name.replace(b"\0", b"")[:255] or b"a"


def store(top: Path, kind: str, content: bytes) -> bytes:
    """The id of an object, which Git does not look at."""
    words = ["git", "hash-object", "-t", kind, "-w", "--literally", "--stdin"]
    done = subprocess.run(words, cwd=top, input=content, capture_output=True, check=True)
    return bytes.fromhex(done.stdout.decode().strip())
