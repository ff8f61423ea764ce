"""The findings of an example: one YAML file, or a folder that is a small repository with Kustomize roots."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from gateshift.app.shared.build_roots import BuiltRoot, build_roots
from gateshift.app.shared.rollouts import Rollouts, find_rollout_files
from gateshift.app.validate.search import roots_under
from gateshift.app.validate.sync_objects import sync_findings
from gateshift.app.validate.targets import pointer_trees
from gateshift.checks.files import generated as file_checks
from gateshift.checks.files.generated import Files
from gateshift.checks.registry import run_checks
from gateshift.checks.schema.admission import schema_findings
from gateshift.checks.subject import Declared, Subject
from gateshift.kustomize.tree.roots import find_roots
from gateshift.kustomize.tree.tree_reader import TreeReader
from gateshift.manifests import compare, generate, live_copies
from gateshift.manifests.header import header_start
from gateshift.model.finding import Finding
from gateshift.model.rule import checks_in
from gateshift.schemas import Schemas, kubeconform
from gateshift.system.owned_files import read_files
from gateshift.tools.find import find


def built_of(path: Path) -> tuple[BuiltRoot, ...]:
    """Each root of the example, built or refused."""
    reader = TreeReader()
    return build_roots(find_roots([path], reader.sources).roots, reader, program=None, timeout=30)


def subjects_of(path: Path, schemas: Schemas) -> list[Subject]:
    """Each root of the example that was built, as the checks see it."""
    stages = Rollouts.of(find_rollout_files(path)).by_folder if path.is_dir() else {}
    found = []
    for root in built_of(path):
        stage = stages.get(root.tree.root.folder)
        declared = Declared(stage.rollout, stage.environment, stage.stage) if stage else None
        tree = root.tree if root.tree.kustomizations else None
        assert root.gap is None, root.gap
        if root.build is not None:
            found.append(Subject.of(root.build, catalog=schemas, tree=tree, declared=declared))
    return found


def findings_of(path: Path, schemas: Schemas) -> list[Finding]:
    """Everything the build, the checks and kubeconform say of the example, and what its pointers do wrong."""
    found = [finding for root in built_of(path) for finding in root.findings]
    found += _of_pointers(path)
    found += _of_generated_files(path)
    for subject in subjects_of(path, schemas):
        resources = subject.build.resources
        found += run_checks(subject)
        verdicts = kubeconform.check([each.data for each in resources], schemas, find("kubeconform"), timeout=30)
        for resource, verdict in zip(resources, verdicts, strict=True):
            found += schema_findings(subject, resource, verdict)
    return found


def _of_pointers(path: Path) -> list[Finding]:
    """What is wrong with the pointers of an example that is a rollout's repository, which it is nowhere but alone."""
    if not (path / "sync").is_dir():
        return []
    with tempfile.TemporaryDirectory() as folder:
        alone = Path(shutil.copytree(path, Path(folder).resolve() / "repository"))
        rollouts = Rollouts.of(find_rollout_files(alone))
        reader = TreeReader()
        built = list(build_roots(roots_under([alone / "overlays"], reader).roots, reader, program=None, timeout=30))
        pointers = pointer_trees(rollouts.all, reader)
        of_builds = [finding for root in built for finding in root.findings]
        return [*of_builds, *(finding for _, finding in sync_findings(built, pointers))]


def _of_generated_files(path: Path) -> list[Finding]:
    """What is wrong with the generated files of an example of GS7xx, which shows only those it is about."""
    if not path.name.startswith("GS7"):
        return []
    (rollout,) = Rollouts.of(find_rollout_files(path)).all
    name = rollout.service.name
    both = [path.with_name(f"{path.name.partition('.')[0]}.{kind}") for kind in ("bad", "good")]
    shown = {file.relative_to(folder).as_posix() for folder in both for file in folder.rglob("*.yaml")}
    expected = {name: text for name, text in generate(rollout).items() if name in shown}
    originals = {name: file.path for name, file in live_copies(rollout).items()}
    files = Files(path, compare(name, expected, read_files(path, expected, header_start(name)), originals))
    return [finding for check in checks_in(file_checks) for finding in check(files)]
