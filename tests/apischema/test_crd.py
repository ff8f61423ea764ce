"""A CustomResourceDefinition becomes the schemas of its versions, or says what is wrong with it and where."""

from __future__ import annotations

from typing import Any

import pytest

from gateshift.apischema.crd import BrokenCrd, is_crd, schemas_of_crd
from gateshift.apischema.sharing import unshare
from gateshift.yamldoc import load_all
from gateshift.yamldoc.data import JsonObject

CRD = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.org}
spec:
  group: example.org
  scope: Cluster
  names: {kind: Thing, plural: things}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          description: prose
          type: object
          properties:
            spec:
              description: prose
              type: object
              properties:
                description: {type: string, description: prose, default: kept}
                tags:
                  type: array
                  items: {type: string}
                  x-kubernetes-list-type: set
              x-kubernetes-validations:
                - rule: "has(self.tags)"
                  message: tags are needed
    - name: v1alpha1
      served: false
      storage: false
      schema:
        openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}
"""


def crd(**changes: Any) -> JsonObject:
    (document,) = load_all(CRD)
    assert isinstance(document, dict)
    spec = document["spec"]
    assert isinstance(spec, dict)
    return {**document, "spec": {**spec, **changes}}


def test_each_version_is_a_shape() -> None:
    first, second = schemas_of_crd(crd())
    assert (first.group, first.version, first.kind, first.api_version) == (
        "example.org",
        "v1",
        "Thing",
        "example.org/v1",
    )
    assert (first.namespaced, first.served, first.storage) == (False, True, True)
    assert (second.version, second.served, second.storage) == ("v1alpha1", False, False)


def test_the_structural_schema_keeps_what_later_checks_need_and_drops_the_prose() -> None:
    structural = unshare(next(schemas_of_crd(crd())).structural)
    assert structural == {
        "type": "object",
        "properties": {
            "spec": {
                "type": "object",
                "properties": {
                    "description": {"type": "string", "default": "kept"},
                    "tags": {"type": "array", "items": {"type": "string"}, "x-kubernetes-list-type": "set"},
                },
                "x-kubernetes-validations": [{"rule": "has(self.tags)", "message": "tags are needed"}],
            }
        },
    }


def test_another_document_is_no_crd() -> None:
    assert not is_crd({"kind": "ConfigMap"})
    assert not is_crd("text")
    assert not is_crd(None)


@pytest.mark.parametrize(
    ("document", "what", "pointer"),
    [
        ({**crd(), "apiVersion": "apiextensions.k8s.io/v1beta1"}, "apiVersion", ("apiVersion",)),
        (crd(group=""), "spec.group", ("spec", "group")),
        (crd(names={}), "spec.names.kind", ("spec", "names", "kind")),
        (crd(scope="Everywhere"), "'Everywhere'", ("spec", "scope")),
        (crd(versions=[]), "no version", ("spec", "versions")),
        (crd(versions=[{"served": True}]), "name", ("spec", "versions", 0, "name")),
        (crd(versions=[{"name": "v1"}]), "no schema", ("spec", "versions", 0)),
        (crd(versions=["v1"]), "name", ("spec", "versions", 0, "name")),
        ({"kind": "CustomResourceDefinition"}, "apiVersion", ("apiVersion",)),
    ],
)
def test_a_broken_crd_says_what_and_where(document: JsonObject, what: str, pointer: tuple[str | int, ...]) -> None:
    with pytest.raises(BrokenCrd) as caught:
        list(schemas_of_crd(document))
    assert what in caught.value.what
    assert caught.value.pointer == pointer
