"""Whatever a kustomization says, it is read or refused, and its objects' fields lead somewhere."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from gateshift.checks.build.roots import refusals
from gateshift.kustomize.trace import locate
from gateshift.kustomize.trace.transformer_chain import FIELDS as TRANSFORMERS
from gateshift.kustomize.tree.field_names import FIELDS
from gateshift.kustomize.tree.remote import is_remote
from gateshift.model.finding import FieldRef, Level
from gateshift.model.place import Place
from gateshift.model.resource import Origin, Resource, Transformer
from tests.repositories import tree_of, write

PATHS = st.sampled_from(
    [
        "a.yaml",
        "../base",
        ".",
        "",
        "/etc",
        "gone",
        "https://x/y",
        "github.com/a/b",
        "k=a.yaml",
        "kind: A\nname: b",
        "\0",
    ]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.text("aA1.:/ ~é", max_size=5) | PATHS
KEYS = st.sampled_from(["path", "Path", "patch", "target", "files", "envs", "name", "pairs", "op", "value", "kind"])
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3))
KUSTOMIZATIONS = st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=6)


def repository(top: Path, kustomization: object) -> Path:
    """An overlay of these fields beside a base."""
    write(
        top,
        """
        === base/kustomization.yaml
        resources: [a.yaml]
        === base/a.yaml
        apiVersion: v1
        kind: Secret
        metadata: {name: a}
        === overlay/a.yaml
        apiVersion: v1
        kind: Secret
        metadata: {name: b}
        """,
    )
    (top / "overlay/kustomization.yaml").write_text(json.dumps(kustomization))
    return top / "overlay"


@given(KUSTOMIZATIONS)
def test_any_kustomization_is_read_or_refused_at_a_place_in_the_repository(fields: dict[str, object]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder).resolve()
        for finding in refusals(tree_of(repository(top, fields | {"kind": "Kustomization"}))):
            assert finding.level is Level.ERROR or finding.rule in ("GS111", "GS113")  # those are left out
            assert isinstance(finding.at, Place)
            assert finding.at.file.is_relative_to(top)
            assert finding.message


@given(st.lists(PATHS.filter(is_remote), min_size=1, max_size=2), st.sampled_from(["resources", "Bases", "COMPONENTS"]))
def test_no_remote_text_is_missed(texts: list[str], field: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = refusals(tree_of(repository(Path(folder).resolve(), {field: texts})))
        assert [finding.rule for finding in found] == ["GS111"] * len(texts)


@given(KUSTOMIZATIONS, st.lists(st.sampled_from([*TRANSFORMERS, "Other"]), max_size=8), VALUES)
def test_any_transformers_lead_a_field_into_the_tree(
    fields: dict[str, object], kinds: list[str], value: object
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder).resolve()
        tree = tree_of(repository(top, fields | {"kind": "Kustomization", "resources": ["../base"]}))
        passed = tuple(Transformer(top / "overlay/kustomization.yaml", kind) for kind in kinds)
        data = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a", "labels": value}}
        resource = Resource.of(json.loads(json.dumps(data)), Origin(top / "base/a.yaml", 0, None, passed))
        for pointer in ((), ("metadata", "name"), ("metadata", "labels", "kind"), ("spec", "replicas")):
            assert locate(FieldRef(resource, pointer), tree).place.file in tree.sources
