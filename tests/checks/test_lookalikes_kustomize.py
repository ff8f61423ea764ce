"""For each rule about kustomizations and declared stages, repositories that look like its fault and have none."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateshift.schemas import Schemas
from tests.checks.example_roots import findings_of
from tests.checks.manifests import (
    BASE,
    MESH,
    SPLIT,
    V1,
    V2,
    VERSIONS,
    deployment,
    header,
    obj,
    path,
    route,
    rule,
    service,
    to,
)

TOP = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
HERE = TOP + "resources: [shop.yaml]\n"
MAP = obj("v1", "ConfigMap", "settings", data={"a": "b"})
TWO_RULES = (rule(to("shop-v2"), name="debug", matches=[{"headers": [header()]}]), rule(to("shop-v1"), name="rest"))


def written(*objects: str) -> str:
    return "\n---\n".join(objects)


SHOP = {"shop.yaml": written(*BASE, route())}
SPLIT_SHOP = {"shop.yaml": written(*VERSIONS, route(*TWO_RULES))}


def patch(target: str, body: str) -> str:
    return HERE + f"patches:\n  - target: {target}\n    patch: |-\n      {body}\n"


ADD = "[{op: add, path: /metadata/labels, value: {a: b}}]"
DELETE = '{"$patch": delete, apiVersion: v1, kind: ConfigMap, metadata: {name: blue-settings}}'


def replacement(select: str) -> str:
    source = "{kind: Service, name: shop, fieldPath: metadata.name}"
    fields = "[metadata.annotations.x]"
    target = f"{{select: {select}, fieldPaths: {fields}, options: {{create: true}}}}"
    return HERE + f"replacements:\n  - source: {source}\n    targets: [{target}]\n"


ROLLOUT = """
service: {name: shop, namespace: shop, port: 80, targetPort: 8080}
route:
  parents: [{service: shop}]
workload: {container: shop, serviceAccount: shop}
versions:
  v1: {image: "shop:1.0.0"}
  v2: {image: "shop:2.0.0"}
stages:
"""


def stage(text: str, *objects: str) -> dict[str, str]:
    return {
        "gateshift.yaml": ROLLOUT + text,
        "overlays/one/kustomization.yaml": HERE,
        "overlays/one/shop.yaml": written(*objects),
    }


def steered(*rules: object) -> str:
    return route(*rules, parents=[MESH])


CANARY = "  - {name: one, shares: {v1: 90, v2: 10}}\n"
ALL = (service(), *VERSIONS)

CASES: dict[str, dict[str, dict[str, str]]] = {
    "GS303": {
        "a prefix for ConfigMaps alone": {
            "kustomization.yaml": TOP + "resources: [shop.yaml, settings]\n",
            "settings/kustomization.yaml": TOP + "resources: [map.yaml]\nnamePrefix: blue-\n",
            "settings/map.yaml": MAP,
            **SHOP,
        },
        "a namespace that moves both": {"kustomization.yaml": HERE + "namespace: blue\n", **SHOP},
        "a reference written with the final name": {
            "kustomization.yaml": HERE + "namePrefix: blue-\n",
            "shop.yaml": written(*BASE, route(rule(to("blue-shop")))),
        },
        "a backend that was never in the build": {
            "kustomization.yaml": HERE + "namePrefix: blue-\n",
            "shop.yaml": written(MAP, route(rule(to("elsewhere")))),
        },
    },
    "GS361": {
        "a name as a regular expression": {"kustomization.yaml": patch("{kind: HTTPRoute, name: sho.*}", ADD), **SHOP},
        "a target by label": {
            "kustomization.yaml": patch("{labelSelector: app in (shop)}", ADD),
            "shop.yaml": obj("v1", "ConfigMap", "x", metadata={"labels": {"app": "shop"}}),
        },
        "a name that a base's prefix has made": {
            "kustomization.yaml": TOP
            + "resources: [base]\n"
            + patch("{kind: ConfigMap, name: blue-settings}", ADD).removeprefix(HERE),
            "base/kustomization.yaml": HERE + "namePrefix: blue-\n",
            "base/shop.yaml": MAP,
        },
        "an object with a base's prefix that goes": {
            "kustomization.yaml": TOP
            + "resources: [base]\n"
            + patch("{kind: ConfigMap, name: blue-settings}", DELETE).removeprefix(HERE),
            "base/kustomization.yaml": HERE + "namePrefix: blue-\n",
            "base/shop.yaml": written(MAP, obj("v1", "ConfigMap", "other")),
        },
        "a ConfigMap that a generator makes": {
            "kustomization.yaml": patch("{kind: ConfigMap, name: made}", ADD)
            + "configMapGenerator: [{name: made, literals: [a=b]}]\n",
            **SHOP,
        },
        "a component's patch for the objects of its parent": {
            "kustomization.yaml": HERE + "components: [more]\n",
            "more/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
            + patch("{kind: HTTPRoute}", ADD).removeprefix(HERE),
            **SHOP,
        },
    },
    "GS362": {
        "an image of an init container": {
            "kustomization.yaml": HERE + "images: [{name: init, newTag: '2'}]\n",
            "shop.yaml": obj(
                "batch/v1",
                "Job",
                "x",
                spec={
                    "template": {
                        "spec": {
                            "initContainers": [{"name": "i", "image": "init:1"}],
                            "containers": [{"name": "c", "image": "c"}],
                        }
                    }
                },
            ),
        },
        "an image behind a registry with a port": {
            "kustomization.yaml": HERE + "images: [{name: 'localhost:5000/shop', newTag: '2'}]\n",
            "shop.yaml": deployment(image="localhost:5000/shop:1"),
        },
        "an image by digest": {
            "kustomization.yaml": HERE + "images: [{name: shop, newTag: '2'}]\n",
            "shop.yaml": deployment(image="shop@sha256:" + "0" * 64),
        },
        "an image that a base has renamed": {
            "kustomization.yaml": TOP + "resources: [base]\nimages: [{name: mirror/shop, newTag: '2'}]\n",
            "base/kustomization.yaml": HERE + "images: [{name: shop, newName: mirror/shop}]\n",
            "base/shop.yaml": deployment(),
        },
    },
    "GS363": {
        "a target by kind alone": {"kustomization.yaml": replacement("{kind: HTTPRoute}"), **SHOP},
        "a target by group and version": {
            "kustomization.yaml": replacement("{group: gateway.networking.k8s.io, version: v1}"),
            **SHOP,
        },
        "a target by its built name": {
            "kustomization.yaml": TOP
            + "resources: [base]\n"
            + replacement("{kind: ConfigMap, name: blue-settings}")
            .removeprefix(HERE)
            .replace("kind: Service, name: shop", "kind: ConfigMap, name: blue-settings"),
            "base/kustomization.yaml": HERE + "namePrefix: blue-\n",
            "base/shop.yaml": MAP,
        },
    },
    "GS364": {
        "one workload": {"kustomization.yaml": HERE + "images: [{name: shop, newTag: '2'}]\n", **SHOP},
        "two workloads that had one image": {
            "kustomization.yaml": HERE + "images: [{name: shop, newTag: '2'}]\n",
            "shop.yaml": written(deployment("a", V1), deployment("b", V2)),
        },
        "a new registry for both, and their own tags": {
            "kustomization.yaml": HERE + "images: [{name: shop, newName: mirror/shop}]\n",
            **SPLIT_SHOP,
        },
        "two image names": {
            "kustomization.yaml": HERE + "images: [{name: shop, newTag: '2'}]\n",
            "shop.yaml": written(deployment("a", V1), deployment("b", V2, image="shop-next:1")),
        },
    },
    "GS365": {
        "a patch of other fields": {
            "kustomization.yaml": HERE + "patches: [{path: patch.yaml}]\n",
            "patch.yaml": obj("gateway.networking.k8s.io/v1", "HTTPRoute", "shop", spec={"hostnames": ["a.b"]}),
            **SPLIT_SHOP,
        },
        "a patch with every rule": {
            "kustomization.yaml": HERE + "patches: [{path: patch.yaml}]\n",
            "patch.yaml": obj(
                "gateway.networking.k8s.io/v1",
                "HTTPRoute",
                "shop",
                spec={"rules": [{**TWO_RULES[0]}, {**TWO_RULES[1], **SPLIT}]},
            ),
            **SPLIT_SHOP,
        },
        "a patch of a Deployment, whose lists have keys": {
            "kustomization.yaml": HERE + "patches: [{path: patch.yaml}]\n",
            "patch.yaml": obj(
                "apps/v1",
                "Deployment",
                "shop",
                spec={"template": {"spec": {"containers": [{"name": "shop", "image": "shop:9"}]}}},
            ),
            **SHOP,
        },
        "a JSON patch": {
            "kustomization.yaml": patch("{kind: HTTPRoute}", "[{op: add, path: /spec/hostnames, value: [a.b]}]"),
            **SPLIT_SHOP,
        },
    },
    "GS366": {
        "a test of the rule's name first": {
            "kustomization.yaml": patch(
                "{kind: HTTPRoute}",
                "[{op: test, path: /spec/rules/1/name, value: rest},"
                " {op: replace, path: /spec/rules/1/name, value: last}]",
            ),
            **SPLIT_SHOP,
        },
        "a route of one rule": {
            "kustomization.yaml": patch(
                "{kind: HTTPRoute}", "[{op: replace, path: /spec/rules/0/backendRefs/0/port, value: 80}]"
            ),
            **SHOP,
        },
        "a rule that is appended": {
            "kustomization.yaml": patch(
                "{kind: HTTPRoute}",
                "[{op: add, path: /spec/rules/-, value: {name: more,"
                " matches: [{path: {value: /x}}], backendRefs: [{name: shop-v1, port: 80}]}}]",
            ),
            **SPLIT_SHOP,
        },
    },
    "GS349": {
        "the declared selectors": stage(CANARY, *ALL, steered(SPLIT)),
        "the Service of a version that is not deployed yet": stage(
            "  - {name: one, deploy: [v1], services: [v1, v2], shares: {v1: 100}}\n",
            service(),
            *VERSIONS[:3],
            steered(rule(to("shop-v1"))),
        ),
        "a pod of the base without a version": stage(
            CANARY, *ALL, deployment("cache", {"app": "cache"}), steered(SPLIT)
        ),
    },
    "GS404": {
        "shares in another proportion of the same size": stage(
            CANARY,
            *ALL,
            steered(rule(to("shop-v1", weight=9), to("shop-v2", weight=1))),
        ),
        "backends in another order": stage(
            CANARY,
            *ALL,
            steered(rule(to("shop-v2", weight=10), to("shop-v1", weight=90))),
        ),
        "a backend of weight 0 beside them": stage(
            "  - {name: one, shares: {v1: 100}}\n",
            *ALL,
            steered(rule(to("shop-v1", weight=100), to("shop-v2", weight=0))),
        ),
    },
    "GS415": {
        "the default match written out": stage(CANARY, *ALL, steered({**SPLIT, "matches": [path("/")]})),
        "one more rule than declared": stage(
            CANARY,
            *ALL,
            steered(SPLIT, rule(to("shop-v1"), matches=[path("/health")])),
        ),
        "a stage without a route": stage(
            "  - {name: one, deploy: [v1], services: [v1]}\n", service(), VERSIONS[0], VERSIONS[2]
        ),
    },
    "GS423": {
        "both versions deployed": stage(CANARY, *ALL, steered(SPLIT)),
        "a version that the stage leaves out": stage(
            "  - {name: one, deploy: [v1], services: [v1, v2], shares: {v1: 100}}\n",
            service(),
            *VERSIONS[:3],
            steered(rule(to("shop-v1"))),
        ),
        "a Deployment of something else": stage(CANARY, *ALL, deployment("cache", {"app": "cache"}), steered(SPLIT)),
    },
    "GS424": {
        "the declared images": stage(CANARY, *ALL, steered(SPLIT)),
        "a sidecar with an image of its own": stage(
            CANARY,
            *ALL[:3],
            *(
                each.replace('"containers": [', '"containers": [{"name": "proxy", "image": "proxy:9"}, ')
                for each in ALL[3:]
            ),
            steered(SPLIT),
        ),
        "the image of another Deployment": stage(
            CANARY, *ALL, deployment("cache", {"app": "cache"}, image="x:1"), steered(SPLIT)
        ),
    },
}

TABLE = [
    pytest.param(rule_id, files, id=f"{rule_id}-{name.replace(' ', '-')}")
    for rule_id, cases in CASES.items()
    for name, files in cases.items()
]


@pytest.mark.parametrize(("rule_id", "files"), TABLE)
def test_a_lookalike_is_no_fault(rule_id: str, files: dict[str, str], schemas: Schemas, tmp_path: Path) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert [finding.message for finding in findings_of(tmp_path, schemas) if finding.rule == rule_id] == []


def test_every_rule_has_three_lookalikes() -> None:
    assert {rule_id: len(cases) for rule_id, cases in CASES.items() if len(cases) < 3} == {}
