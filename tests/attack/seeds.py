"""Good inputs of each kind, to be broken."""

from __future__ import annotations

import json
from pathlib import Path

TOP = Path(__file__).parents[2]
_EXAMPLES = TOP / "tool/gateshift/checks/examples"


def _texts(pattern: str) -> tuple[str, ...]:
    return tuple(file.read_text() for file in sorted(_EXAMPLES.glob(pattern)))


FULL = """\
service:
  name: shop
  namespace: shop
  ports:
    - {name: http, port: 80, targetPort: 8080, appProtocol: http}
    - {name: metrics, port: 9090}
  labels: {app: shop}
route:
  parents:
    - {gateway: infra/public, section: https}
    - service: shop
  hostnames: [shop.example.org, "*.shop.example.org"]
  matches:
    - {path: /api}
  timeouts: {request: 10s}
workload:
  container: shop
  env: {LEVEL: info}
  resources: {requests: {cpu: 100m, memory: 64Mi}}
  readinessProbe: {httpGet: {path: /ready, port: http}}
versions:
  v1: {image: "shop:1.0.0", replicas: 3}
  v2: {image: "shop:2.0.0", replicas: 2}
stages:
  - {name: initial, deploy: [v1], shares: {v1: 1}}
  - name: debug
    shares: {v1: 100}
    rules:
      - {name: debug, to: v2, match: {headers: {x-debug: "1"}}}
    mirror: {to: v2}
  - {name: half, shares: {v1: 1, v2: 1}}
  - {name: final, deploy: [v2], shares: {v2: 100}}
policy: {maxStep: 60}
verify: {header: x-version}
gate: {prometheus: "https://prometheus.example.org", preset: istio, window: 5m, successRate: 0.99, p99: 500ms}
pointers:
  repository: https://github.com/example/shop
  argocd: {namespace: argocd}
  flux: {namespace: flux-system}
"""
ROLLOUTS = (FULL, (TOP / "gateshift.yaml").read_text(), *_texts("*/gateshift.yaml"))

REQUESTS = (
    json.dumps(
        [
            {"parent": "Gateway/infra/public", "listener": "https", "port": 443, "scheme": "https", "protocol": "grpc"},
            {
                "parent": "Service/shop/shop",
                "host": "a.example.org",
                "method": "GET",
                "path": "/a%20b",
                "query": "a=1&b",
            },
            {
                "parent": "Service/shop/shop",
                "headers": {"x-debug": "1"},
                "from_namespace": "web",
                "sni": "a.example.org",
            },
        ],
        indent=1,
    ),
)

MANIFESTS = (
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: b}\n",
    *_texts("*.yaml"),
    *_texts("*/*.yaml"),
)

KUSTOMIZATIONS = (
    """\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: shop
namePrefix: a-
nameSuffix: -b
resources: [a.yaml, ../0, https://example.org/x?ref=v1]
components: [../1]
crds: [crd.yaml]
commonLabels: {a: b}
labels: [{pairs: {a: b}, includeSelectors: true, fields: [{path: spec/x, create: true}]}]
commonAnnotations: {a: b}
images: [{name: a, newName: b, newTag: "1", digest: sha256:00}]
replicas: [{name: a, count: 2}]
configMapGenerator: [{name: a, files: [a.yaml, b=a.yaml], literals: [a=b], envs: [a.yaml], behavior: merge}]
secretGenerator: [{name: s, literals: [a=b], type: Opaque, options: {disableNameSuffixHash: true}}]
generatorOptions: {labels: {a: b}, immutable: true}
patches:
  - path: a.yaml
    target: {group: "", version: v1, kind: ConfigMap, name: a.*, labelSelector: a=b}
    options: {allowNameChange: true}
  - patch: "- {op: replace, path: /data/a, value: c}"
    target: {kind: ConfigMap}
patchesStrategicMerge: [a.yaml]
patchesJson6902: [{path: a.yaml, target: {version: v1, kind: ConfigMap, name: a}}]
replacements:
  - source: {kind: ConfigMap, name: a, fieldPath: data.a, options: {delimiter: ".", index: 0}}
    targets: [{select: {kind: ConfigMap}, reject: [{name: b}], fieldPaths: [data.b], options: {create: true}}]
vars: [{name: A, objref: {kind: ConfigMap, name: a, apiVersion: v1}, fieldref: {fieldpath: data.a}}]
configurations: [a.yaml]
generators: [a.yaml]
transformers: [a.yaml]
validators: [a.yaml]
helmCharts: [{name: a, repo: https://example.org, version: 1.0.0, valuesFile: a.yaml}]
helmGlobals: {chartHome: charts}
openapi: {path: a.yaml}
buildMetadata: [originAnnotations]
sortOptions: {order: fifo}
""",
    "resources: [a.yaml]\nconfigMapGenerator: [{name: b, literals: [a=b]}]\npatches: [{path: a.yaml}]\n",
    *_texts("*/kustomization.yaml"),
    *_texts("*/*/kustomization.yaml"),
)

APPLICATIONS = (
    (TOP / "sync/argocd/customers.yaml").read_text(),
    (TOP / "sync/flux/customers.yaml").read_text(),
    """\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: shop, namespace: argocd}
spec:
  goTemplate: true
  generators:
    - list: {elements: [{env: dev, stage: canary}, {env: prod, stage: half}]}
    - matrix:
        generators:
          - git: {repoURL: "https://example.org/x", files: [{path: "*.yaml"}], directories: [{path: "overlays/*"}]}
          - clusters: {selector: {matchLabels: {a: b}}, values: {stage: half}}
    - merge: {mergeKeys: [env], generators: [{list: {elements: [{env: dev}]}}]}
  template:
    metadata: {name: "shop-{{.env}}"}
    spec:
      project: default
      source: {repoURL: "https://example.org/x", path: "overlays/{{.env}}/{{ .stage | lower }}", targetRevision: main}
      destination: {namespace: "{{.env}}"}
  templatePatch: |
    spec: {source: {path: "{{.path.basename}}"}}
""",
    """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop, namespace: argocd}
spec:
  sources:
    - repoURL: "https://example.org/x"
      path: ./overlays/half/
      kustomize: {namePrefix: a-, images: ["a=b:1"], patches: [{patch: "a: b"}]}
    - {repoURL: "https://example.org/x", ref: values, directory: {recurse: true, include: "*.yaml"}}
  syncPolicy: {automated: {prune: true}, syncOptions: [PruneLast=true, ServerSideApply=true]}
  ignoreDifferences: [{kind: Deployment, jsonPointers: [/spec/replicas], jqPathExpressions: [".spec"]}]
""",
    """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: shop, namespace: flux-system}
spec:
  path: ./overlays/half
  sourceRef: {kind: GitRepository, name: shop}
  targetNamespace: shop
  postBuild: {substitute: {a: b}, substituteFrom: [{kind: ConfigMap, name: a, optional: true}]}
  patches: [{patch: "a: b", target: {kind: Service}}]
  images: [{name: a, newTag: "1"}]
  components: [../c]
  commonMetadata: {labels: {a: b}}
  prune: true
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: shop, namespace: flux-system}
spec: {url: "https://example.org/x", ref: {branch: main}}
""",
)

TEMPORARY = ".gateshift-0123456789abcdef.tmp"
JOURNALS = (
    json.dumps({"sync/a.yaml": TEMPORARY, "a.yaml": TEMPORARY, "base/a.yaml": ""}),
    json.dumps({"a.yaml": "", "sync/../.git/hooks/pre-commit": TEMPORARY}),
)

SCHEMA_INDEXES = (
    json.dumps(
        {"kinds": [{"group": "apps", "kind": "Deployment", "version": "v1", "namespaced": True, "served": True}]}
    ),
)

NAMES = ("a.yaml", "..", ".git", ".GIT", "../x", "/x", "a/../../x", ".git/hooks/pre-commit", "a/b", "--x", "a" * 255)
