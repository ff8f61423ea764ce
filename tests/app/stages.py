"""The stages of a rollout as clusters, without running Kustomize: what `generate` writes names its files."""

from pathlib import Path, PurePosixPath

from gateshift.config import read_rollout
from gateshift.manifests import generate
from gateshift.model.rollout import Environment, Rollout, Stage
from gateshift.traffic.cluster import Cluster
from gateshift.yamldoc import load_all
from gateshift.yamldoc.data import list_at
from tests.traffic.building import cluster

SHIPPED = Path(__file__).parents[2] / "gateshift.yaml"


def shipped() -> Rollout:
    return read_rollout(SHIPPED.read_text(), SHIPPED, lambda _: None)


def stage_cluster(rollout: Rollout, stage: Stage, environment: Environment) -> Cluster:
    files = generate(rollout)
    return cluster(*_texts(files, PurePosixPath(rollout.overlay(stage, environment))))


def _texts(files: dict[str, str], folder: PurePosixPath) -> list[str]:
    (kustomization,) = load_all(files[f"{folder}/kustomization.yaml"])
    texts: list[str] = []
    for entry in list_at(kustomization, "resources"):
        path = _joined(folder, str(entry))
        texts += [files[str(path)]] if str(path) in files else _texts(files, path)
    return texts


def _joined(folder: PurePosixPath, entry: str) -> PurePosixPath:
    parts: list[str] = []
    for part in (*folder.parts, *PurePosixPath(entry).parts):
        parts = parts[:-1] if part == ".." else [*parts, part]
    return PurePosixPath(*parts)
