"""A folder that a Kustomization of Flux follows is built as Flux builds it."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateshift.app.plan.branch_steps import root_at
from gateshift.app.shared.build_roots import BuiltRoot
from gateshift.app.validate.search import affected_roots, roots_under
from gateshift.kustomize.tree.tree_reader import TreeReader
from gateshift.model.finding import Level
from gateshift.yamldoc.data import FieldPath, Json, look_up
from tests.app.engine_roots import SHOP, line_of, objects, only, roots_of, said
from tests.repositories import write

KUSTOMIZATION = """
=== clusters/apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec:
  interval: 10m
  path: ./apps
  prune: true
  sourceRef: {kind: GitRepository, name: flux-system}
"""
IMAGE: FieldPath = ("spec", "template", "spec", "containers", 0, "image")
REPLICAS: FieldPath = ("spec", "replicas")
PATCH = """\
  patches:
    - patch: |
        - op: replace
          path: /spec/replicas
          value: 3
      target: {kind: %s}
"""


@pytest.mark.parametrize(
    ("spec", "at", "value"),
    [
        ("  targetNamespace: prod\n", ("metadata", "namespace"), "prod"),
        ("  namePrefix: a-\n", ("metadata", "name"), "a-shop"),
        ("  nameSuffix: -b\n", ("metadata", "name"), "shop-b"),
        (PATCH % "Deployment", REPLICAS, 3),
        (PATCH % "Service", REPLICAS, 1),
        ("  images: [{name: shop, newTag: '2.0'}]\n", IMAGE, "shop:2.0"),
        ("  images: [{name: shop, newName: store}]\n", IMAGE, "store:1.0@sha256:aa"),
        ("  images: [{name: else, newTag: '2.0'}]\n", IMAGE, "shop:1.0@sha256:aa"),
        ("  components: [../parts]\n", ("metadata", "annotations", "part"), "yes"),
        ("  commonMetadata: {labels: {team: b}}\n", ("metadata", "labels", "team"), "b"),
        ("  commonMetadata: {labels: {owner: b}}\n", ("metadata", "labels", "team"), "a"),
        ("  commonMetadata: {annotations: {owner: b}}\n", ("metadata", "annotations", "owner"), "b"),
        ("  patchesStrategicMerge: [{apiVersion: apps/v1, kind: Deployment, metadata: {name: shop}, "
         "spec: {replicas: 4}}]\n", REPLICAS, 4),
        ("  patchesJson6902: [{target: {kind: Deployment, name: shop}, "
         "patch: [{op: replace, path: /spec/replicas, value: 5}]}]\n", REPLICAS, 5),
        ("  wait: true\n", REPLICAS, 1),
    ],
)  # fmt: skip
def test_what_the_kustomization_adds_is_built(tmp_path: Path, spec: str, at: FieldPath, value: Json) -> None:
    component = "=== parts/kustomization.yaml\nkind: Component\ncommonAnnotations: {part: 'yes'}\n"
    root = only(write(tmp_path, SHOP + component + KUSTOMIZATION + spec))
    assert root.findings == ()
    (resource,) = objects(root)
    assert look_up(resource.data, at) == value


def test_a_finding_in_what_is_added_points_at_the_kustomization_of_flux(tmp_path: Path) -> None:
    root = only(write(tmp_path, SHOP + KUSTOMIZATION + "  targetNamespace: prod\n" + PATCH % "Deployment"))
    (resource,) = objects(root)
    assert line_of(root, resource, REPLICAS) == ("apps.yaml", 14)
    assert line_of(root, resource, ("metadata", "namespace")) == ("apps.yaml", 9)
    assert line_of(root, resource, ("metadata", "labels", "team")) == ("shop.yaml", 3)


def test_a_fault_in_what_is_added_is_told_where_it_stands(tmp_path: Path) -> None:
    root = only(write(tmp_path, SHOP + KUSTOMIZATION + "  components: [../gone]\n"))
    (finding,) = root.findings
    assert (finding.rule, finding.level) == ("GS105", Level.ERROR)
    assert str(finding.at).endswith("clusters/apps.yaml:9:16")


def test_a_folder_is_built_once_for_every_different_way(tmp_path: Path) -> None:
    again = KUSTOMIZATION.replace("clusters/apps", "clusters/%s").replace("name: apps", "name: %s")
    ways = [("a", "  namePrefix: a-\n"), ("b", "  namePrefix: b-\n"), ("c", "  namePrefix: a-\n"), ("d", "")]
    top = write(tmp_path, SHOP + "".join(again % (name, name) + spec for name, spec in ways))
    names = sorted(resource.id.name for root in roots_of(top) for resource in objects(root))
    assert names == ["a-shop", "b-shop", "shop"]


def test_a_base_that_is_followed_is_a_root_of_its_own(tmp_path: Path) -> None:
    overlay = "=== top/kustomization.yaml\nresources: [../apps]\n"
    top = write(tmp_path, SHOP + overlay + KUSTOMIZATION + "  namePrefix: a-\n")
    assert [objects(root)[0].id.name for root in roots_of(top, "top", "apps")] == ["shop", "a-shop"]


def test_what_is_followed_from_another_repository_is_built_as_it_stands(tmp_path: Path) -> None:
    top = write(tmp_path, SHOP + KUSTOMIZATION.replace("./apps", "./elsewhere") + "  namePrefix: a-\n")
    assert objects(only(top))[0].id.name == "shop"


def test_a_change_of_the_kustomization_of_flux_affects_what_it_follows(tmp_path: Path) -> None:
    top = write(tmp_path, SHOP + KUSTOMIZATION + "  namePrefix: a-\n=== other/plain.yaml\nkind: A\napiVersion: v1\n")
    found = affected_roots([top / "clusters" / "apps.yaml"], TreeReader())
    assert sorted(root.folder.name for root in found.roots) == ["apps", "clusters"]


CONFIG = """
=== apps/kustomization.yaml
resources: [config.yaml]
=== apps/config.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: config}
data:
  value: "%s"
"""


@pytest.mark.parametrize(
    ("post_build", "text", "value", "faults"),
    [
        ("{substitute: {A: b}}", "${A}", "b", []),
        ("{substitute: {A: b}}", "${A:-c}-${B:=c}", "b-c", []),
        ("{substitute: {A: 'true'}}", "${A}", True, []),
        ("{substitute: {A: 'true'}}", "a${A}", "atrue", []),
        ("{substitute: {A: b}}", "pa$$w0rd", "pa$w0rd", [("GS614", Level.WARNING)]),
        ("{substitute: {A: b}}", "$${A}", "${A}", []),
        ("{substitute: {A: b}}", "$1 a$", "$1 a$", []),
        ("{substitute: {A: b}}", "${B}x", "x", [("GS614", Level.ERROR)]),
        ("{substitute: {A: b}}", "${B-d}", "${B-d}", [("GS614", Level.ERROR)]),
        ("{substitute: {A: 'b: c'}}", "${A}", "${A}", [("GS614", Level.ERROR)]),
        ("{substituteFrom: [{kind: Secret, name: s}]}", "${B}x", "${B}x", [("GS614", Level.NOTE)]),
        ("{substituteFrom: [{kind: Secret, name: s}]}", "${B:=x}", "${B}", []),
        ("{substitute: {A: '${C}'}}", "${A}", "${A}", [("GS614", Level.NOTE)]),
        ("{}", "${A}$$", "${A}$$", []),
        ("{substituteStrategy: Always}", "${A:=b}", "b", []),
    ],
)
def test_variables_are_filled_in_and_the_text_is_read_again(
    tmp_path: Path, post_build: str, text: str, value: Json, faults: list[tuple[str, Level]]
) -> None:
    root = only(write(tmp_path, CONFIG % text + KUSTOMIZATION + f"  postBuild: {post_build}\n"))
    (resource,) = objects(root)
    assert look_up(resource.data, ("data", "value")) == value
    assert said(root) == faults


def test_an_unknown_value_is_taken_for_any(tmp_path: Path) -> None:
    post_build = "  postBuild: {substituteFrom: [{kind: ConfigMap, name: x}]}\n"
    root = only(write(tmp_path, SHOP.replace("replicas: 1", "replicas: ${n}") + KUSTOMIZATION + post_build))
    (resource,) = objects(root)
    assert not resource.is_known(REPLICAS)
    assert line_of(root, resource, REPLICAS) == ("shop.yaml", 5)


@pytest.mark.parametrize("place", ["labels", "annotations"])
def test_an_object_that_opts_out_stays_as_it_is(tmp_path: Path, place: str) -> None:
    opted = f"{{name: config, {place}: {{kustomize.toolkit.fluxcd.io/substitute: disabled}}}}"
    text = CONFIG.replace("{name: config}", opted) % "${A}$$"
    root = only(write(tmp_path, text + KUSTOMIZATION + "  postBuild: {substitute: {A: b}}\n"))
    assert look_up(objects(root)[0].data, ("data", "value")) == "${A}$$"
    assert root.findings == ()


PARENT = KUSTOMIZATION.replace("apps.yaml", "flux.yaml").replace("name: apps", "name: all").replace("./apps", "%s")
SUPPLY = """\
  patches:
    - patch: |
        - op: add
          path: /spec/postBuild
          value: {substituteFrom: [{kind: ConfigMap, name: x}]}
      target: {kind: Kustomization}
"""


@pytest.mark.parametrize(("followed", "expected"), [("./clusters", Level.NOTE), ("./apps", Level.ERROR)])
def test_a_variable_that_a_parent_may_supply_is_not_missing(tmp_path: Path, followed: str, expected: Level) -> None:
    child = KUSTOMIZATION + "  postBuild: {substitute: {A: b}}\n"
    supply = SUPPLY if followed == "./clusters" else ""
    top = write(tmp_path, CONFIG % "${B}" + child + PARENT % followed + supply)
    levels = [finding.level for root in roots_of(top) for finding in root.findings]
    assert levels == [expected]


def test_a_variable_that_a_patch_of_the_kustomization_may_supply_is_not_missing(tmp_path: Path) -> None:
    over = "=== clusters/kustomization.yaml\nresources: [apps.yaml]\n" + SUPPLY.replace("\n  ", "\n").removeprefix("  ")
    child = KUSTOMIZATION + "  postBuild: {substitute: {A: b}}\n"
    roots = roots_of(write(tmp_path, CONFIG % "${B}" + child + over), "apps", "clusters")
    assert [finding.level for root in roots for finding in root.findings] == [Level.NOTE]


PLAIN = """
=== apps/deploy/shop.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec: {containers: [{name: shop, image: shop}]}
=== apps/base/kustomization.yaml
namePrefix: base-
resources: [config.yaml]
=== apps/base/config.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: config}
=== apps/base/unlisted.yaml
a: not read
=== apps/.github/ci.yaml
on: push
=== apps/list.yaml
apiVersion: v1
kind: List
items: [{apiVersion: v1, kind: ConfigMap, metadata: {name: listed}}]
"""
FILLED = "  namePrefix: a-\n  postBuild: {substitute: {replicas: '3'}}\n"


def names(root: BuiltRoot) -> list[str]:
    return sorted(resource.id.name for resource in objects(root))


def test_a_folder_without_a_kustomization_is_every_manifest_below_it(tmp_path: Path) -> None:
    root = only(write(tmp_path, PLAIN + KUSTOMIZATION + FILLED))
    assert names(root) == ["a-base-config", "a-listed", "a-shop"]
    (deployment,) = (resource for resource in objects(root) if resource.kind == "Deployment")
    assert look_up(deployment.data, REPLICAS) == 3
    assert root.findings == ()
    assert line_of(root, deployment, ("metadata", "name")) == ("apps.yaml", 9)
    assert line_of(root, deployment, ("spec", "selector", "matchLabels", "app")) == ("shop.yaml", 6)


def test_such_a_folder_that_is_not_followed_is_plain_yaml(tmp_path: Path) -> None:
    top = write(tmp_path, PLAIN + KUSTOMIZATION.replace("./apps", "./elsewhere"))
    assert {root.path.name for root in roots_of(top)} == {"apps", "base", "deploy"}


@pytest.mark.parametrize(
    ("text", "rule"), [("replicas: 3\n", "GS110"), ("a: [\n", "GS103"), ("kind: Service\nmetadata: {}\n", "GS110")]
)
def test_a_file_that_flux_cannot_decode_is_told_and_hides_nothing(tmp_path: Path, text: str, rule: str) -> None:
    root = only(write(tmp_path, PLAIN + KUSTOMIZATION + FILLED + f"=== apps/values.yaml\n{text}"))
    assert said(root) == [(rule, Level.ERROR)]
    assert len(names(root)) == 3


@pytest.mark.parametrize(
    ("file", "patterns"),
    [
        (".sourceignore", "values.yaml"),
        ("apps/.sourceignore", "/values.*"),
        (".sourceignore", "/*\n!/apps/\n/apps/values.yaml"),
        (".sourceignore", "# comment\n\n**/values.yaml"),
    ],
)
def test_what_never_reaches_flux_is_not_built(tmp_path: Path, file: str, patterns: str) -> None:
    ignored = f"=== apps/values.yaml\na: b\n=== {file}\n{patterns}\n"
    root = only(write(tmp_path, PLAIN + KUSTOMIZATION + FILLED + ignored))
    assert root.findings == ()
    assert len(names(root)) == 3


def test_an_empty_folder_builds_nothing(tmp_path: Path) -> None:
    (finding,) = only(write(tmp_path, KUSTOMIZATION + "=== apps/readme.md\n")).findings
    assert (finding.rule, finding.level) == ("GS102", Level.ERROR)
    assert str(finding.at).endswith("clusters/apps.yaml:6:9")


@pytest.mark.parametrize(("source", "followed"), [("flux-system", True), ("another", False)])
def test_the_top_of_a_repository_is_followed_where_that_is_sure(tmp_path: Path, source: str, *, followed: bool) -> None:
    whole = KUSTOMIZATION.replace("  path: ./apps\n", "").replace("name: flux-system}", f"name: {source}}}")
    roots = roots_of(write(tmp_path, PLAIN + whole + FILLED), ".")
    assert ("a-shop" in {name for root in roots for name in names(root)}) is followed


def test_a_patch_of_a_kustomization_of_flux_follows_nothing(tmp_path: Path) -> None:
    patch = KUSTOMIZATION.partition("  interval")[0].replace("clusters/apps", "clusters/patch") + "  namePrefix: x-\n"
    assert names(only(write(tmp_path, SHOP + KUSTOMIZATION + patch + "  path: ./apps\n"))) == ["shop"]


def test_a_new_manifest_affects_the_folder_that_flux_reads(tmp_path: Path) -> None:
    top = write(tmp_path, PLAIN + KUSTOMIZATION + FILLED)
    for name in ("deploy/shop.yaml", "base/config.yaml"):
        found = affected_roots([top / "apps" / name], TreeReader())
        assert [root.folder.name for root in found.roots] == ["apps"], name


@pytest.mark.parametrize("excluded", ["clusters", "apps"])
def test_what_settings_exclude_is_not_followed(tmp_path: Path, excluded: str) -> None:
    top = write(tmp_path, PLAIN + KUSTOMIZATION + FILLED)
    found = roots_under([top], TreeReader(), lambda path: path.is_relative_to(top / excluded)).roots
    assert all(root.pointer is None for root in found)


@pytest.mark.parametrize("path", [r"app\0b", "app/" + "b" * 300, "a/" * 2500, "gone"])
def test_a_path_that_no_folder_has_leaves_the_other_pointers_alone(tmp_path: Path, path: str) -> None:
    stray = KUSTOMIZATION.replace("apps.yaml", "stray.yaml").replace("name: apps", "name: stray")
    stray = stray.replace("./apps", f'"{path}"') + "  patches: [{patch: postBuild, target: {kind: Kustomization}}]\n"
    root = only(write(tmp_path, SHOP + KUSTOMIZATION + "  namePrefix: a-\n" + stray))
    assert [resource.id.name for resource in objects(root)] == ["a-shop"]
    assert root_at(tmp_path, path.encode().decode("unicode_escape")) is None
