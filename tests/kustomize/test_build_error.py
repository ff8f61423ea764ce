"""What the real Kustomize says of broken roots, in words of the files and at the line at fault."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from gateshift.kustomize.build_error import explained
from gateshift.model.resource import Unbuilt
from tests.repositories import marked, outcome_of, tree_of, write

BASE = """
=== base/kustomization.yaml
resources: [deployment.yaml]
=== base/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {replicas: 1}
=== overlay/kustomization.yaml
resources: [../base]
"""
HERE = " # <-- here\n"
TWO_PATCHES = "".join(
    f"---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web}}\nspec: {{replicas: {number}}}\n"
    for number in (2, 3)
)


@dataclass(frozen=True, slots=True)
class Case:
    id: str
    message: str
    text: str


CASES = (
    Case("an unknown field", 'unknown field "resource"; did you mean "resources"?', BASE + "resource: [a]" + HERE),
    Case(
        "an unknown field of a base",
        'unknown field "namePrefixx"; did you mean "namePrefix"?',
        BASE.replace("[deployment.yaml]\n", f"[deployment.yaml]\nnamePrefixx: a{HERE}"),
    ),
    Case(
        "an unknown field of an entry",
        'unknown field "tag"',
        BASE + f"images:\n  - name: nginx\n    tag: x{HERE}",
    ),
    Case(
        "a number for a text",
        "images.newTag is a number where a string is needed",
        BASE + f"images:\n  - name: a\n    newTag: '1'\n  - name: nginx\n    newTag: 1.20{HERE}",
    ),
    Case(
        "a mapping for a list",
        "patches is a mapping where a list is needed",
        BASE + "patches: {a: b}" + HERE,
    ),
    Case(
        "a label that is a boolean",
        "labels.pairs is a boolean where a string is needed",
        BASE + f"labels:\n  - pairs:\n      a: b\n      on: yes{HERE}",
    ),
    Case(
        "an object defined twice in one folder",
        "Deployment web is defined twice",
        BASE.replace("[deployment.yaml]", "[deployment.yaml, again.yaml]")
        + f"=== base/again.yaml\napiVersion: apps/v1{HERE}kind: Deployment\nmetadata: {{name: web}}\n",
    ),
    Case(
        "a patch for nothing",
        "a patch is for Deployment wep, which is not in the build",
        BASE + f"patches:\n  - path: p.yaml\n=== overlay/p.yaml\napiVersion: apps/v1{HERE}kind: Deployment\n"
        "metadata: {name: wep}\n",
    ),
    Case(
        "an inline patch for nothing",
        "a patch is for Deployment shop/wep, which is not in the build",
        BASE + f"patchesStrategicMerge:\n  - |\n    apiVersion: apps/v1{HERE}    kind: Deployment\n"
        "    metadata: {name: wep, namespace: shop}\n",
    ),
    Case(
        "an operation on nothing",
        "error in remove for path: '/spec/paused': Unable to remove nonexistent key: paused: missing value",
        BASE + "patches:\n  - target: {kind: Deployment}\n    patch: |\n"
        f"      - op: remove\n        path: /spec/paused{HERE}",
    ),
    Case(
        "a value for a field below none",
        "replace operation does not apply: doc is missing path: /spec/none/deep: missing value",
        BASE
        + "patches:\n  - target: {kind: Deployment}\n    patch: |\n      - {op: add, path: /spec/paused, value: true}\n"
        f"      - op: replace\n        path: /spec/none/deep{HERE}        value: 1\n",
    ),
    Case(
        "a value added to a field that is missing",
        'add operation does not apply: doc is missing path: "/spec/none/deep": missing value',
        BASE + "patches:\n  - target: {kind: Deployment}\n    path: p.yaml\n=== overlay/p.yaml\n- op: add\n"
        f"  path: /spec/none/deep{HERE}  value: 3\n",
    ),
    Case(
        "a copy from nothing",
        "copy operation does not apply: doc is missing from path: /spec/none/a: missing value",
        BASE + "patches:\n  - target: {kind: Deployment}\n    path: p.yaml\n=== overlay/p.yaml\n- op: copy\n"
        f"  from: /spec/none/a{HERE}  path: /spec/paused\n",
    ),
    Case(
        "a move from nothing, of which Kustomize names but the last step",
        "error in move for path: 'none': Unable to remove nonexistent key: none: missing value",
        BASE + f"patches:{HERE}  - target: {{kind: Deployment}}\n    path: p.yaml\n=== overlay/p.yaml\n- op: move\n"
        "  from: /spec/none\n  path: /spec/paused\n",
    ),
    Case(
        "a test that fails",
        "testing value /spec/replicas failed: test failed",
        BASE + "patches:\n  - target: {kind: Deployment}\n    path: p.yaml\n=== overlay/p.yaml\n- op: test\n"
        f"  path: /spec/replicas{HERE}  value: 3\n",
    ),
    Case(
        "replicas of nothing",
        "replicas are set for wep, but no object of that name is one of: "
        "Deployment StatefulSet ReplicaSet ReplicationController",
        BASE + f"replicas:\n  - name: wep{HERE}    count: 2\n",
    ),
    Case(
        "a replacement from nothing",
        "a replacement takes metadata.name of Secret key, which is not in the build",
        BASE + f"replacements:\n  - source:\n      kind: Secret\n      name: key{HERE}      fieldPath: metadata.name\n"
        "    targets:\n      - select: {kind: Deployment}\n        fieldPaths: [spec.paused]\n",
    ),
    Case(
        "a replacement of nothing",
        'unable to find field "spec.strategy.type" in replacement target',
        BASE + "replacements:\n  - source: {kind: Deployment, name: web, fieldPath: metadata.name}\n    targets:\n"
        f"      - select: {{kind: Deployment}}\n        fieldPaths:\n          - spec.strategy.type{HERE}",
    ),
    Case(
        "a merge into nothing",
        "ConfigMap settings does not exist; cannot merge or replace",
        BASE + f"configMapGenerator:\n  - name: settings{HERE}    behavior: merge\n    literals: [a=b]\n",
    ),
    Case(
        "a generator of a Component that makes what is there",
        "ConfigMap settings exists; can not use behavior: 'unspecified', behavior must be merge or replace",
        BASE + "components: [../part]\n=== part/kustomization.yaml\nkind: Component\ncomponents: [../inner]\n"
        f"=== inner/kustomization.yaml\nkind: Component\nconfigMapGenerator:\n  - name: settings{HERE}"
        "  - name: settings\n",
    ),
    Case(
        "an empty Component",
        "kustomization.yaml is empty",
        BASE + f"components: [../part]\n=== part/kustomization.yaml\nkind: Component{HERE}",
    ),
    Case(
        "a literal without a value",
        "literal sources [ab]: invalid literal source ab, expected key=value",
        BASE + f"configMapGenerator:\n  - name: settings\n    literals:\n      - ab{HERE}",
    ),
    Case(
        "an object without a kind",
        "missing kind",
        BASE.replace("[deployment.yaml]", "[deployment.yaml, odd.yaml]")
        + "=== base/odd.yaml\napiVersion: v1\nkind: Secret\nmetadata: {name: a}\n---\n"
        f"apiVersion: v1{HERE}metadata: {{name: b}}\n",
    ),
    Case(
        "an object without a name",
        "missing metadata.name",
        BASE.replace("[deployment.yaml]", "[deployment.yaml, odd.yaml]")
        + f"=== base/odd.yaml\napiVersion: v1{HERE}kind: Secret\n",
    ),
    Case(
        "a transformer that Kustomize has not",
        "unable to load builtin FooTransformer.builtin.[noGrp]",
        BASE + "transformers: [t.yaml]\n=== overlay/t.yaml\napiVersion: builtin\n"
        f"kind: FooTransformer{HERE}metadata: {{name: t}}\n",
    ),
    Case(
        "another API version",
        "apiVersion for Kustomization should be kustomize.config.k8s.io/v1beta1",
        "=== overlay/kustomization.yaml\nkind: Kustomization\n"
        f"apiVersion: kustomize.config.k8s.io/v2{HERE}namePrefix: x\n",
    ),
    Case(
        "two patches in one entry",
        "PatchTransformer: patch and path can't be set at the same time",
        f"=== overlay/kustomization.yaml\nnamePrefix: x\npatches:{HERE}  - path: p.yaml\n    patch: 'a: b'\n"
        "=== overlay/p.yaml\na: b\n",
    ),
    Case(
        "a target for a file of several patches",
        "p.yaml holds several strategic merge patches, and then its entry may not set `target`",
        BASE + f"patches:\n  - target: {{kind: Deployment}}\n    path: p.yaml{HERE}=== overlay/p.yaml\n{TWO_PATCHES}",
    ),
    Case(
        "a target for several inline patches",
        "the inline patch holds several strategic merge patches, and then its entry may not set `target`",
        BASE
        + f"patches:\n  - target: {{kind: Deployment}}\n    patch: |{HERE}"
        + "".join(f"      {line}\n" for line in TWO_PATCHES.splitlines()),
    ),
    Case(
        "operations without a target",
        "must specify a target for JSON patch p.yaml",
        BASE + f"patches:\n  - path: p.yaml{HERE}=== overlay/p.yaml\n- op: remove\n  path: /spec/replicas\n",
    ),
    Case(
        "an operation that does not exist",
        "Unexpected kind: delete",
        BASE + f"patches:\n  - target: {{kind: Deployment}}\n    patch: |\n      - op: delete{HERE}"
        "        path: /spec/replicas\n",
    ),
    Case(
        "a name that is not a regular expression",
        "error parsing regexp: missing closing ): `^(?:web()$`",
        BASE + f"patches:\n  - path: p.yaml\n    target:\n      name: web({HERE}"
        "=== overlay/p.yaml\n- op: remove\n  path: /spec/replicas\n",
    ),
    Case(
        "a key given twice",
        "configmap settings illegally repeats the key `a`",
        BASE + f"configMapGenerator:\n  - name: settings{HERE}    literals: [a=b, a=c]\n",
    ),
    Case(
        "a replacement from a field that is missing",
        "fieldPath `spec.paused` is missing for replacement source Deployment web",
        BASE + "replacements:\n  - source:\n      kind: Deployment\n      name: web\n"
        f"      fieldPath: spec.paused{HERE}    targets:\n      - select: {{kind: Deployment}}\n"
        "        fieldPaths: [spec.replicas]\n",
    ),
    Case(
        "two objects that a namespace makes one",
        "namespace transformation produces ID conflict: two objects get the same name",
        BASE.replace("[deployment.yaml]", "[deployment.yaml, again.yaml]") + f"namespace: shop{HERE}"
        "=== base/again.yaml\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: other}\n",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_a_refusal_is_readable_and_at_its_line(case: Case, tmp_path: Path) -> None:
    top = write(tmp_path, case.text)
    found = outcome_of(tree_of(top / "overlay"))
    assert isinstance(found, Unbuilt)
    assert (found.message, (found.place.file, found.place.line)) == (case.message, marked(top))


@pytest.mark.parametrize(
    "said",
    [
        "",
        "Error: ",
        "something else",
        "Error: accumulating resources: accumulation err='",
        "Error: \u2028\x00",
        "Error: 'a': b: c",
    ],
)
def test_any_words_make_a_message_and_a_place(said: str, tmp_path: Path) -> None:
    top = write(tmp_path, BASE)
    message, place = explained(said, tree_of(top / "overlay"))
    assert "\n" not in message
    assert place.file == top / "overlay/kustomization.yaml"
