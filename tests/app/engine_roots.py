"""Small repositories whose folders a sync engine follows: what is built of them, and what is said of that."""

from __future__ import annotations

from pathlib import Path

from gateshift.app.shared.build_roots import BuiltRoot, build_roots
from gateshift.app.shared.locate_findings import Placer
from gateshift.app.validate.search import roots_under
from gateshift.kustomize.tree.tree_reader import TreeReader
from gateshift.model.finding import FieldRef, Finding, Level
from gateshift.model.resource import Resource
from gateshift.yamldoc.data import FieldPath

SHOP = """
=== apps/kustomization.yaml
resources: [shop.yaml]
images: [{name: shop, newTag: "1.0", digest: "sha256:aa"}, {name: other, newName: another}]
=== apps/shop.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, labels: {team: a}}
spec:
  replicas: 1
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec: {containers: [{name: shop, image: shop}]}
"""


def roots_of(top: Path, *names: str) -> list[BuiltRoot]:
    """Every root below the folders, as the engine that follows it builds it."""
    reader = TreeReader()
    roots = roots_under([top / name for name in names or ("apps",)], reader).roots
    return list(build_roots(roots, reader, program=None, timeout=30))


def only(top: Path, *names: str) -> BuiltRoot:
    """The one root below the folders."""
    (root,) = roots_of(top, *names)
    return root


def objects(root: BuiltRoot) -> tuple[Resource, ...]:
    """What was built of the root."""
    assert root.build is not None, root.findings
    return root.build.resources


def said(root: BuiltRoot) -> list[tuple[str, Level]]:
    """The rules and levels of what is said of the root."""
    return [(finding.rule, finding.level) for finding in root.findings]


def line_of(root: BuiltRoot, resource: Resource, at: FieldPath) -> tuple[str, int]:
    """The name of the file and the line that wrote a field of an object."""
    (placed,) = Placer(TreeReader().sources).placed([Finding(Level.NOTE, "", FieldRef(resource, at))], root)
    return placed.place.file.name, placed.place.line
