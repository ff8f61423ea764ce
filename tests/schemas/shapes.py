"""Repositories in which what a build is asked to trace could change what it builds."""

from __future__ import annotations

_SERVICE = """
=== overlay/service.yaml
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector: {app: web}
  ports: [{port: 80}]
"""
_BASE = """
=== base/kustomization.yaml
resources: [deployment.yaml]
configMapGenerator:
  - name: settings
    literals: [a=b]
=== base/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    metadata:
      annotations:
        config.kubernetes.io/origin: wild
        alpha.config.kubernetes.io/transformations: wild too
    spec:
      containers:
        - name: main
          image: nginx:1
          envFrom: [{configMapRef: {name: settings}}]
"""

SHAPES = {
    "generators with hashes": _BASE + "=== overlay/kustomization.yaml\nresources: [../base]\nnamePrefix: x-\n",
    "the user's own origin annotations": _BASE
    + "=== overlay/kustomization.yaml\nresources: [../base]\nbuildMetadata: [originAnnotations]\nnameSuffix: -y\n",
    "the user's own transformer annotations": _BASE
    + """
=== overlay/kustomization.yaml
resources: [../base, ../overlay2/../base2]
buildMetadata: [transformerAnnotations, managedByLabel]
namePrefix: x-
=== base2/kustomization.yaml
resources: [secret.yaml]
=== base2/secret.yaml
apiVersion: v1
kind: Secret
metadata: {name: s}
=== overlay2/nothing
""",
    "build metadata of a base": """
=== base/kustomization.yaml
resources: [a.yaml]
buildMetadata: [originAnnotations, managedByLabel]
=== base/a.yaml
apiVersion: v1
kind: Secret
metadata: {name: s}
=== overlay/kustomization.yaml
resources: [../base]
""",
    "the managed-by label": _SERVICE
    + "=== overlay/kustomization.yaml\nresources: [service.yaml]\nbuildMetadata: [managedByLabel]\n",
    "an origin annotation in a file": """
=== overlay/kustomization.yaml
resources: [a.yaml]
=== overlay/a.yaml
apiVersion: v1
kind: Secret
metadata:
  name: s
  annotations:
    config.kubernetes.io/origin: "[not, an, origin"
    other: kept
""",
    "a transformations annotation that is no list": """
=== overlay/kustomization.yaml
resources: [a.yaml]
namePrefix: x-
=== overlay/a.yaml
apiVersion: v1
kind: Secret
metadata:
  name: s
  annotations:
    alpha.config.kubernetes.io/transformations: "no list"
""",
    "a transformations annotation that is no YAML": """
=== overlay/kustomization.yaml
resources: [a.yaml]
=== overlay/a.yaml
apiVersion: v1
kind: Secret
metadata:
  name: s
  annotations:
    alpha.config.kubernetes.io/transformations: "["
""",
    "annotations that are no strings": """
=== overlay/kustomization.yaml
resources: [a.yaml]
=== overlay/a.yaml
apiVersion: v1
kind: Secret
metadata:
  name: s
  annotations: {number: 1, truth: true, nothing: null}
""",
    "empty annotations": """
=== overlay/kustomization.yaml
resources: [a.yaml]
=== overlay/a.yaml
apiVersion: v1
kind: Secret
metadata:
  name: s
  annotations: {}
""",
    "a patch that replaces all annotations": _SERVICE
    + """
=== overlay/kustomization.yaml
resources: [service.yaml]
namePrefix: x-
patches:
  - target: {kind: Service}
    patch: |
      - op: add
        path: /metadata/annotations
        value: {mine: "1"}
""",
    "a patch that takes the annotations away": _SERVICE
    + """
=== overlay/kustomization.yaml
resources: [service.yaml]
patches:
  - target: {kind: Service}
    patch: |
      - op: remove
        path: /metadata/annotations
""",
    "a patch that adds one annotation": _SERVICE
    + """
=== overlay/kustomization.yaml
resources: [service.yaml]
patches:
  - target: {kind: Service}
    path: patch.json
=== overlay/patch.json
[{"op": "add", "path": "/metadata/annotations/mine", "value": "1"}]
""",
    "a patch that tests for no annotations": _SERVICE
    + """
=== overlay/kustomization.yaml
resources: [service.yaml]
patches:
  - target: {kind: Service}
    patch: |
      - op: test
        path: /metadata/annotations
        value: null
""",
    "a strategic merge that empties the annotations": _SERVICE
    + """
=== overlay/kustomization.yaml
resources: [service.yaml]
commonAnnotations: {a: b}
patches:
  - patch: |
      apiVersion: v1
      kind: Service
      metadata: {name: web, annotations: null}
""",
    "a strategic merge that replaces the metadata": _SERVICE
    + """
=== overlay/kustomization.yaml
resources: [service.yaml]
patches:
  - patch: |
      apiVersion: v1
      kind: Service
      metadata: {name: web, $patch: replace, labels: {a: b}}
""",
    "a copied metadata": _SERVICE
    + """
=== overlay/kustomization.yaml
resources: [service.yaml]
patches:
  - target: {kind: Service}
    patch: |
      - op: copy
        from: /metadata
        path: /spec/copied
""",
    "a replacement that reads annotations": _SERVICE
    + """
=== overlay/kustomization.yaml
resources: [service.yaml, other.yaml]
replacements:
  - source: {kind: Secret, name: other, fieldPath: metadata.annotations}
    targets:
      - select: {kind: Service}
        fieldPaths: [spec.copied]
        options: {create: true}
=== overlay/other.yaml
apiVersion: v1
kind: Secret
metadata: {name: other, annotations: {a: b}}
""",
    "a hash over the whole object": """
=== overlay/kustomization.yaml
resources: [a.yaml]
=== overlay/a.yaml
apiVersion: v1
kind: Secret
metadata:
  name: s
  annotations:
    kustomize.config.k8s.io/needs-hash: "true"
""",
    "a local configuration object": _SERVICE
    + """
=== overlay/kustomization.yaml
resources: [service.yaml, local.yaml]
=== overlay/local.yaml
apiVersion: v1
kind: Secret
metadata:
  name: s
  annotations:
    config.kubernetes.io/local-config: "true"
""",
    "a sort order": """
=== overlay/kustomization.yaml
resources: [a.yaml]
sortOptions: {order: legacy}
=== overlay/a.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: b}
---
apiVersion: v1
kind: Secret
metadata: {name: a}
---
apiVersion: v1
kind: Namespace
metadata: {name: n}
""",
    "a sort order with a list of kinds": """
=== overlay/kustomization.yaml
resources: [a.yaml]
sortOptions: {order: legacy, legacySortOptions: {orderFirst: [Secret], orderLast: [Namespace]}}
=== overlay/a.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: b}
---
apiVersion: v1
kind: Namespace
metadata: {name: n}
---
apiVersion: v1
kind: Secret
metadata: {name: a}
""",
    "components over a base": _BASE
    + """
=== overlay/kustomization.yaml
resources: [../base]
components: [../component]
namespace: n
=== component/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
configMapGenerator:
  - name: settings
    behavior: merge
    literals: [c=d]
replicas: [{name: web, count: 3}]
""",
    "two overlays of one base in one root": _BASE
    + """
=== blue/kustomization.yaml
resources: [../base]
nameSuffix: -blue
=== green/kustomization.yaml
resources: [../base]
nameSuffix: -green
=== overlay/kustomization.yaml
resources: [../blue, ../green]
""",
    "a list of objects": """
=== overlay/kustomization.yaml
resources: [a.yaml]
=== overlay/a.yaml
apiVersion: v1
kind: List
items:
  - {apiVersion: v1, kind: Secret, metadata: {name: a}}
  - apiVersion: v1
    kind: SecretList
    items:
      - {apiVersion: v1, kind: Secret, metadata: {name: b}}
""",
    "variables": """
=== overlay/kustomization.yaml
resources: [a.yaml]
namePrefix: x-
vars:
  - name: NAME
    objref: {apiVersion: v1, kind: Secret, name: s}
=== overlay/a.yaml
apiVersion: v1
kind: Secret
metadata: {name: s}
---
apiVersion: v1
kind: Pod
metadata: {name: p}
spec: {containers: [{name: c, image: i, args: ["$(NAME)"]}]}
""",
    "a block scalar with a line of dashes": """
=== overlay/kustomization.yaml
resources: [a.yaml]
=== overlay/a.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: s}
data:
  text: |
    first
    ---
    second
  other: "a\\n---\\nb"
""",
    "a schema of one's own": """
=== overlay/kustomization.yaml
resources: [a.yaml]
openapi: {version: v1.21.2}
=== overlay/a.yaml
apiVersion: v1
kind: Secret
metadata: {name: s}
""",
    "nothing at all": """
=== overlay/kustomization.yaml
resources: [a.yaml]
=== overlay/a.yaml
# nothing
""",
    "a validator and a generator of its own": """
=== overlay/kustomization.yaml
generators: [generator.yaml]
transformers:
  - |
    apiVersion: builtin
    kind: PrefixTransformer
    metadata: {name: any}
    prefix: x-
    fieldSpecs: [{path: metadata/name}]
=== overlay/generator.yaml
apiVersion: builtin
kind: ConfigMapGenerator
metadata: {name: settings}
literals: [a=b]
""",
    "a field of the wrong type": "=== overlay/kustomization.yaml\nresources: [a.yaml]\nnamePrefix: 5\n"
    "=== overlay/a.yaml\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\n",
}
