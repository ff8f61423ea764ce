"""The findings of an example: one YAML file, or a folder that is a small repository with Kustomize roots."""

from __future__ import annotations

from pathlib import Path

from gateshift.checks.registry import run_checks
from gateshift.checks.schema import schema_findings
from gateshift.checks.subject import Declared, Subject
from gateshift.external import kubeconform
from gateshift.external.kustomization import TreeReader
from gateshift.external.kustomize import build_all
from gateshift.external.roots import find_roots
from gateshift.external.schemas import Schemas
from gateshift.external.sources import Sources
from gateshift.external.toolchain.find import find
from gateshift.model.finding import Finding
from gateshift.model.resource import Build
from gateshift.pipeline.rollouts import Rollouts, find_rollout_files


def subjects_of(path: Path, catalog: Schemas) -> list[Subject]:
    """Each root of the example as the checks see it."""
    sources = Sources()
    trees = [TreeReader(sources).read(root) for root in find_roots([path], sources).roots]
    stages = Rollouts.of(find_rollout_files(path)).by_folder if path.is_dir() else {}
    found = []
    for tree, outcome in zip(trees, build_all(trees, find("kustomize"), 30), strict=True):
        assert isinstance(outcome, Build), outcome
        stage = stages.get(tree.root.folder)
        declared = Declared(stage.rollout, stage.environment, stage.stage) if stage else None
        plain = not tree.kustomizations
        found.append(Subject.of(outcome, catalog=catalog, tree=None if plain else tree, declared=declared))
    return found


def findings_of(path: Path, catalog: Schemas) -> list[Finding]:
    """Everything the checks and kubeconform say of the example."""
    found: list[Finding] = []
    for subject in subjects_of(path, catalog):
        resources = subject.build.resources
        found += run_checks(subject)
        verdicts = kubeconform.check([each.data for each in resources], catalog, find("kubeconform"), timeout=30)
        for resource, verdict in zip(resources, verdicts, strict=True):
            found += schema_findings(subject, resource, verdict)
    return found
