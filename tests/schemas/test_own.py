"""The user's own CRDs: found, converted once for each content, and preferred to the installed ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateshift.errors import UserError
from gateshift.model.rollout import SchemaChoice
from gateshift.model.schema_verdict import Outcome
from gateshift.schemas import Schemas, open_schemas
from gateshift.schemas.kubeconform import check
from gateshift.schemas.layout import root
from gateshift.tools.program import Program
from gateshift.yamldoc import load_all
from gateshift.yamldoc.data import JsonObject

CRD = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.org}
spec:
  group: %s
  scope: Namespaced
  names: {kind: %s}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec: {type: object, properties: {size: {type: integer}}}
"""


def thing(**spec: object) -> JsonObject:
    return {"apiVersion": "example.org/v1", "kind": "Thing", "metadata": {"name": "x"}, "spec": {**spec}}  # type: ignore[dict-item]  # plain values


def test_a_custom_resource_is_checked_by_its_own_schema(tmp_path: Path, kubeconform: Program) -> None:
    (tmp_path / "crds").mkdir()
    (tmp_path / "crds" / "thing.yaml").write_text(
        "# not a CRD\nkind: ConfigMap\n---\n" + CRD % ("example.org", "Thing")
    )
    (tmp_path / "crds" / "notes.txt").write_text("no YAML: [")
    opened = open_schemas(SchemaChoice(), [tmp_path / "crds"])
    assert opened.served("example.org", "Thing") == ("v1",)
    assert opened.structural("example.org", "v1", "Thing") is not None
    fine, wrong = check([thing(size=1), thing(sise=1)], opened, kubeconform, timeout=60)
    assert (fine.faults, [fault.pointer for fault in wrong.faults]) == ((), [("spec", "sise")])


def test_the_same_content_is_converted_once_and_another_anew(tmp_path: Path) -> None:
    file = tmp_path / "crd.yaml"
    file.write_text(CRD % ("example.org", "Thing"))
    first = open_schemas(SchemaChoice(), [file]).sets[0]
    stamp = (first / "index.json").stat().st_mtime_ns
    assert open_schemas(SchemaChoice(), [file]).sets[0] == first
    assert (first / "index.json").stat().st_mtime_ns == stamp
    file.write_text(CRD % ("example.org", "Other"))
    assert open_schemas(SchemaChoice(), [file]).sets[0] != first


def test_one_s_own_version_of_an_installed_kind_is_preferred(tmp_path: Path) -> None:
    file = tmp_path / "crd.yaml"
    file.write_text(CRD % ("gateway.networking.k8s.io", "HTTPRoute"))
    opened = open_schemas(SchemaChoice(), [file])
    assert opened.served("gateway.networking.k8s.io", "HTTPRoute") == ("v1",)
    route = opened.structural("gateway.networking.k8s.io", "v1", "HTTPRoute") or {}
    assert list(route["properties"] or ()) == ["spec"]  # type: ignore[arg-type]  # a mapping


def test_no_paths_add_nothing(schemas: Schemas) -> None:
    assert open_schemas(SchemaChoice(), []).sets == schemas.sets


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        ("a: [1", ":2:1", "unreadable"),
        ("a: b\n---\n" + CRD.replace("group: %s", "other: %s") % ("e.org", "T"), ":6:1", "spec.group is missing"),
        (CRD.replace("scope: Namespaced", "scope: Everywhere") % ("e.org", "T"), ":6:10", "'Everywhere'"),
        ("---\nkind: CustomResourceDefinition\napiVersion: apiextensions.k8s.io/v1beta1\n", ":3:13", "apiVersion"),
        ("kind: ConfigMap\n", "", "no CustomResourceDefinition"),
    ],
)
def test_a_broken_crd_is_a_mistake_at_its_place(tmp_path: Path, text: str, place: str, what: str) -> None:
    file = tmp_path / "crd.yaml"
    file.write_text(text)
    with pytest.raises(UserError) as caught:
        open_schemas(SchemaChoice(), [file])
    assert what in str(caught.value)
    assert f"{file}{place}" in str(caught.value)


def test_a_path_that_is_not_there_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file or directory"):
        open_schemas(SchemaChoice(), [tmp_path / "nothing"])


def test_a_failed_conversion_leaves_nothing(tmp_path: Path) -> None:
    before = set((root() / "crds").iterdir()) if (root() / "crds").is_dir() else set()
    file = tmp_path / "crd.yaml"
    file.write_text(CRD.replace("scope: Namespaced", "scope: Nowhere") % ("e.org", "T"))
    with pytest.raises(UserError):
        open_schemas(SchemaChoice(), [file])
    assert (set((root() / "crds").iterdir()) if (root() / "crds").is_dir() else set()) == before


def test_a_custom_resource_is_checked_by_the_crd_beside_it(schemas: Schemas, kubeconform: Program) -> None:
    (crd,) = load_all(CRD % ("example.org", "Thing"))
    assert isinstance(crd, dict)
    verdicts = check([thing(size=1), crd, thing(sise=1)], schemas, kubeconform, timeout=60)
    assert [[fault.pointer for fault in verdict.faults] for verdict in verdicts[::2]] == [[], [("spec", "sise")]]
    assert [verdict.outcome for verdict in verdicts[::2]] == [Outcome.VALID, Outcome.INVALID]


def test_a_crd_beside_them_does_not_displace_an_installed_kind(schemas: Schemas, kubeconform: Program) -> None:
    (crd,) = load_all(CRD % ("gateway.networking.k8s.io", "HTTPRoute"))
    assert isinstance(crd, dict)
    route = {**thing(size=1), "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute"}
    assert check([crd, route], schemas, kubeconform, timeout=60)[1].faults[0].pointer == ("spec", "size")


def test_a_broken_crd_beside_them_is_no_schema(schemas: Schemas, kubeconform: Program) -> None:
    (crd,) = load_all((CRD % ("example.org", "Thing")).replace("scope: Namespaced", "scope: 5"))
    assert isinstance(crd, dict)
    broken, unknown = check([crd, thing(size=1)], schemas, kubeconform, timeout=60)
    assert broken.outcome is Outcome.INVALID
    assert unknown.outcome is Outcome.SKIPPED
