"""Repositories with one marked line each, which a field of a built object must lead to."""

from __future__ import annotations

from dataclasses import dataclass

DEPLOYMENT = """
=== base/kustomization.yaml
resources: [deployment.yaml]
=== base/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
spec:
  replicas: 1
  selector:
    matchLabels: {app: app}
  template:
    metadata:
      labels: {app: app}
    spec:
      containers:
        - name: main
          image: nginx:1.0
          args: ["--one", "--two"]
          ports:
            - containerPort: 80
          env:
            - name: A
              value: a
            - name: B
              value: b
        - name: side
          image: busybox:1.0
"""
ROUTE = """
=== base/kustomization.yaml
resources: [route.yaml]
=== base/route.yaml
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: r
spec:
  parentRefs:
    - name: gw
  rules:
    - name: debug
      matches:
        - path: {type: PathPrefix, value: /debug}
      backendRefs:
        - name: v2
          port: 80
    - backendRefs:
        - name: v1
          port: 80
          weight: 90
        - name: v2
          port: 80
          weight: 10
"""


@dataclass(frozen=True, slots=True)
class Case:
    """What the field `pointer` of the object `name` must lead to: the line with the mark, in `text` or, where the
    file can hold no comment, `file`:`line`. `key` asks for the field's key; `column` is checked where it is given."""

    id: str
    name: str
    pointer: str
    text: str
    root: str = "overlay"
    key: bool = False
    file: str = ""
    line: int = 0
    column: int = 0


def _mark(base: str, line: str) -> str:
    assert base.count(f"{line}\n") == 1, line
    return base.replace(f"{line}\n", f"{line} # <-- here\n")


_OVER = "=== overlay/kustomization.yaml\nresources: [../base]\n"
_CONFIG = "=== overlay/kustomization.yaml\nresources: [../base]\ntransformers: [config.yaml]\n=== overlay/config.yaml\n"

SOURCE = (
    Case("a base's own field", "Deployment", "spec/replicas", _mark(DEPLOYMENT, "  replicas: 1") + _OVER),
    Case(
        "a container's field",
        "Deployment",
        "spec/template/spec/containers/1/image",
        _mark(DEPLOYMENT, "          image: busybox:1.0") + _OVER,
    ),
    Case(
        "an item of a list",
        "Deployment",
        "spec/template/spec/containers/0/args/1",
        _mark(DEPLOYMENT, '          args: ["--one", "--two"]') + _OVER,
        column=27,
    ),
    Case(
        "a missing field leads to the nearest key",
        "Deployment",
        "spec/template/spec/serviceAccountName",
        _mark(DEPLOYMENT.replace("    spec:\n      containers", "    spec:\n      # x\n      containers"), "    spec:")
        + _OVER,
    ),
    Case(
        "the field's key", "Deployment", "spec/template/metadata", _mark(DEPLOYMENT, "    metadata:") + _OVER, key=True
    ),
    Case(
        "a second document",
        "Service b",
        "spec/ports/0/port",
        """
=== overlay/kustomization.yaml
resources: [all.yaml]
=== overlay/all.yaml
apiVersion: v1
kind: Service
metadata: {name: a}
spec:
  ports: [{port: 80}]
---
# a comment
apiVersion: v1
kind: Service
metadata: {name: b}
spec:
  ports:
    - port: 80 # <-- here
""",
    ),
    Case(
        "an item of a List",
        "Service b",
        "spec/ports/0/port",
        """
=== overlay/kustomization.yaml
resources: [all.yaml]
=== overlay/all.yaml
apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: Service
    metadata: {name: a}
    spec:
      ports: [{port: 80}]
  - apiVersion: v1
    kind: Service
    metadata: {name: b}
    spec:
      ports:
        - port: 80 # <-- here
""",
    ),
    Case(
        "two documents told apart under a name prefix",
        "Service x-web-v2",
        "spec/ports/0/port",
        """
=== overlay/kustomization.yaml
resources: [all.yaml]
namePrefix: x-
=== overlay/all.yaml
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  ports: [{port: 80}]
---
apiVersion: v1
kind: Service
metadata: {name: web-v2}
spec:
  ports:
    - port: 80 # <-- here
""",
    ),
    Case(
        "a base of a base",
        "Deployment",
        "spec/replicas",
        _mark(DEPLOYMENT, "  replicas: 1")
        + """
=== middle/kustomization.yaml
resources: [../base]
=== overlay/kustomization.yaml
resources: [../middle]
""",
    ),
    Case(
        "a component's resource",
        "Service",
        "spec/ports/0/port",
        """
=== overlay/kustomization.yaml
components: [../component]
=== component/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
resources: [service.yaml]
=== component/service.yaml
apiVersion: v1
kind: Service
metadata: {name: a}
spec:
  ports:
    - port: 80 # <-- here
""",
    ),
    Case(
        "plain YAML without Kustomize",
        "Service",
        "spec/ports/0/port",
        """
=== plain/service.yaml
apiVersion: v1
kind: Service
metadata: {name: a}
spec:
  ports:
    - port: 80 # <-- here
""",
        root="plain",
    ),
    Case(
        "JSON",
        "Service",
        "spec/ports/0/port",
        """
=== overlay/kustomization.yaml
resources: [service.json]
=== overlay/service.json
{"apiVersion": "v1", "kind": "Service",
 "metadata": {"name": "a"},
 "spec": {"ports": [{"port": 80}]}}
""",
        file="overlay/service.json",
        line=3,
        column=30,
    ),
    Case(
        "a field that an anchor gives",
        "Service",
        "metadata/labels/app",
        """
=== overlay/kustomization.yaml
resources: [service.yaml]
=== overlay/service.yaml
apiVersion: v1
kind: Service
metadata:
  name: a
  annotations: &shared
    app: web # <-- here
  labels: *shared
spec:
  ports: [{port: 80}]
""",
    ),
)

STRATEGIC = (
    Case(
        "a strategic merge patch in a file",
        "Deployment",
        "spec/replicas",
        DEPLOYMENT
        + """
=== overlay/kustomization.yaml
resources: [../base]
patches:
  - path: patch.yaml
=== overlay/patch.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec:
  replicas: 3 # <-- here
""",
    ),
    Case(
        "a patch that says what the base says",
        "Deployment",
        "spec/replicas",
        DEPLOYMENT
        + """
=== overlay/kustomization.yaml
resources: [../base]
patches:
  - path: patch.yaml
=== overlay/patch.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec:
  replicas: 1 # <-- here
""",
    ),
    Case(
        "an inline strategic merge patch",
        "Deployment",
        "spec/replicas",
        DEPLOYMENT
        + """
=== overlay/kustomization.yaml
resources: [../base]
patches:
  - patch: |-

      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: app
      spec:
        replicas: 3 # <-- here
""",
        column=19,
    ),
    Case(
        "patchesStrategicMerge with a file",
        "Deployment",
        "spec/replicas",
        DEPLOYMENT
        + """
=== overlay/kustomization.yaml
resources: [../base]
patchesStrategicMerge: [patch.yaml]
=== overlay/patch.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec:
  replicas: 3 # <-- here
""",
    ),
    Case(
        "patchesStrategicMerge with YAML in itself",
        "Deployment",
        "spec/replicas",
        DEPLOYMENT
        + """
=== overlay/kustomization.yaml
resources: [../base]
patchesStrategicMerge:
  - |
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: app}
    spec:
      replicas: 3 # <-- here
""",
    ),
    Case(
        "a container merged by its name",
        "Deployment",
        "spec/template/spec/containers/0/image",
        DEPLOYMENT
        + """
=== overlay/kustomization.yaml
resources: [../base]
patches:
  - path: patch.yaml
=== overlay/patch.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec:
  template:
    spec:
      containers:
        - name: side
          image: busybox:2.0 # <-- here
""",
    ),
    Case(
        "a container that moved back behind a patched one",
        "Deployment",
        "spec/template/spec/containers/1/image",
        _mark(DEPLOYMENT, "          image: nginx:1.0")
        + """
=== overlay/kustomization.yaml
resources: [../base]
patches:
  - path: patch.yaml
=== overlay/patch.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec:
  template:
    spec:
      containers:
        - name: side
          image: busybox:2.0
""",
    ),
    Case(
        "a variable merged by its name",
        "Deployment",
        "spec/template/spec/containers/0/env/0/value",
        DEPLOYMENT
        + """
=== overlay/kustomization.yaml
resources: [../base]
patches:
  - path: patch.yaml
=== overlay/patch.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec:
  template:
    spec:
      containers:
        - name: main
          env:
            - name: B
              value: changed # <-- here
""",
    ),
    Case(
        "a port merged by its number",
        "Deployment",
        "spec/template/spec/containers/0/ports/0/name",
        DEPLOYMENT
        + """
=== overlay/kustomization.yaml
resources: [../base]
patches:
  - path: patch.yaml
=== overlay/patch.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec:
  template:
    spec:
      containers:
        - name: main
          ports:
            - containerPort: 80
              name: http # <-- here
""",
    ),
    Case(
        "a list without a merge key is replaced",
        "Deployment",
        "spec/template/spec/containers/0/args/0",
        DEPLOYMENT
        + """
=== overlay/kustomization.yaml
resources: [../base]
patches:
  - path: patch.yaml
=== overlay/patch.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec:
  template:
    spec:
      containers:
        - name: main
          args:
            - --three # <-- here
""",
    ),
    Case(
        "a route's rules are replaced as a whole",
        "HTTPRoute",
        "spec/rules/0/backendRefs/0/port",
        ROUTE
        + """
=== overlay/kustomization.yaml
resources: [../base]
patches:
  - path: patch.yaml
=== overlay/patch.yaml
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r}
spec:
  rules:
    - backendRefs:
        - name: v1
          port: 80 # <-- here
""",
    ),
    Case(
        "a patch chosen by target",
        "Deployment",
        "spec/paused",
        DEPLOYMENT
        + """
=== overlay/kustomization.yaml
resources: [../base]
patches:
  - target: {kind: Service}
    path: other.yaml
  - target: {kind: Deployment, name: a.*}
    path: patch.yaml
=== overlay/other.yaml
apiVersion: v1
kind: Any
metadata: {name: any}
spec:
  paused: false
=== overlay/patch.yaml
apiVersion: v1
kind: Any
metadata: {name: any}
spec:
  paused: true # <-- here
""",
    ),
    Case(
        "a patch chosen by a label",
        "Deployment",
        "spec/paused",
        DEPLOYMENT
        + """
=== overlay/kustomization.yaml
resources: [../base]
commonLabels: {x: y1}
patches:
  - target: {labelSelector: "nope=y"}
    path: other.yaml
  - target: {labelSelector: "!nope"}
    path: patch.yaml
=== overlay/other.yaml
apiVersion: v1
kind: Any
metadata: {name: any}
spec:
  paused: false
=== overlay/patch.yaml
apiVersion: v1
kind: Any
metadata: {name: any}
spec:
  paused: true # <-- here
""",
    ),
    Case(
        "the last of two patches",
        "Deployment",
        "spec/replicas",
        DEPLOYMENT
        + """
=== middle/kustomization.yaml
resources: [../base]
patches:
  - path: patch.yaml
=== middle/patch.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec:
  replicas: 2
=== overlay/kustomization.yaml
resources: [../middle]
patches:
  - path: patch.yaml
=== overlay/patch.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec:
  replicas: 3 # <-- here
""",
    ),
    Case(
        "a component's patch",
        "Deployment",
        "spec/replicas",
        DEPLOYMENT
        + """
=== overlay/kustomization.yaml
resources: [../base]
components: [../component]
=== component/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
patches:
  - path: patch.yaml
=== component/patch.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec:
  replicas: 3 # <-- here
""",
    ),
    Case(
        "a field that a patch takes out",
        "Deployment",
        "spec/replicas",
        DEPLOYMENT
        + """
=== overlay/kustomization.yaml
resources: [../base]
patches:
  - path: patch.yaml
=== overlay/patch.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec:
  replicas: null # <-- here
""",
    ),
    Case(
        "a patch on a prefixed name",
        "Deployment",
        "spec/replicas",
        DEPLOYMENT
        + """
=== middle/kustomization.yaml
resources: [../base]
namePrefix: x-
=== overlay/kustomization.yaml
resources: [../middle]
patches:
  - path: patch.yaml
=== overlay/patch.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: x-app}
spec:
  replicas: 3 # <-- here
""",
    ),
    Case(
        "a mapping replaced by a directive",
        "Deployment",
        "spec/template/metadata/labels/app",
        DEPLOYMENT
        + """
=== overlay/kustomization.yaml
resources: [../base]
patches:
  - path: patch.yaml
=== overlay/patch.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec:
  template:
    metadata:
      labels:
        $patch: replace
        app: app # <-- here
""",
    ),
)

OPERATIONS = (
    Case(
        "a JSON patch in a file",
        "Deployment",
        "spec/replicas",
        DEPLOYMENT
        + """
=== overlay/kustomization.yaml
resources: [../base]
patches:
  - target: {kind: Deployment}
    path: patch.yaml
=== overlay/patch.yaml
- op: replace
  path: /spec/replicas
  value: 3 # <-- here
""",
    ),
    Case(
        "a JSON patch written as JSON",
        "Deployment",
        "spec/replicas",
        DEPLOYMENT
        + """
=== overlay/kustomization.yaml
resources: [../base]
patches:
  - target: {kind: Deployment}
    path: patch.json
=== overlay/patch.json
[
  {"op": "replace", "path": "/spec/replicas",
   "value": 3}
]
""",
        file="overlay/patch.json",
        line=3,
        column=13,
    ),
    Case(
        "an inline JSON patch",
        "Deployment",
        "spec/replicas",
        DEPLOYMENT
        + """
=== overlay/kustomization.yaml
resources: [../base]
patches:
  - target: {kind: Deployment}
    patch: |
      - op: replace
        path: /spec/replicas
        value: 3 # <-- here
""",
        column=16,
    ),
    Case(
        "an inline JSON patch in quotes",
        "Deployment",
        "spec/replicas",
        DEPLOYMENT
        + """
=== overlay/kustomization.yaml
resources: [../base]
patches:
  - target: {kind: Deployment}
    patch: '[{"op": "replace", "path": "/spec/replicas", "value": 3}]' # <-- here
""",
        column=67,
    ),
    Case(
        "patchesJson6902",
        "Deployment",
        "spec/replicas",
        DEPLOYMENT
        + """
=== overlay/kustomization.yaml
resources: [../base]
patchesJson6902:
  - target: {group: apps, version: v1, kind: Deployment, name: app}
    path: patch.yaml
=== overlay/patch.yaml
- op: replace
  path: /spec/replicas
  value: 3 # <-- here
""",
    ),
    Case(
        "an operation on an index",
        "HTTPRoute",
        "spec/rules/1/backendRefs/1/weight",
        ROUTE
        + """
=== overlay/kustomization.yaml
resources: [../base]
patches:
  - target: {kind: HTTPRoute}
    path: patch.yaml
=== overlay/patch.yaml
- op: replace
  path: /spec/rules/1/backendRefs/1/weight
  value: 20 # <-- here
""",
    ),
    Case(
        "an item put in front",
        "HTTPRoute",
        "spec/rules/0/backendRefs/0/port",
        ROUTE
        + """
=== overlay/kustomization.yaml
resources: [../base]
patches:
  - target: {kind: HTTPRoute}
    path: patch.yaml
=== overlay/patch.yaml
- op: add
  path: /spec/rules/0
  value:
    backendRefs:
      - name: v3
        port: 80 # <-- here
""",
    ),
    Case(
        "an item that moved because another was put in front",
        "HTTPRoute",
        "spec/rules/2/backendRefs/0/weight",
        _mark(ROUTE, "          weight: 90")
        + """
=== overlay/kustomization.yaml
resources: [../base]
patches:
  - target: {kind: HTTPRoute}
    path: patch.yaml
=== overlay/patch.yaml
- op: add
  path: /spec/rules/0
  value:
    backendRefs:
      - name: v3
        port: 80
""",
    ),
    Case(
        "an item that moved because another was taken out",
        "HTTPRoute",
        "spec/rules/0/backendRefs/1/weight",
        _mark(ROUTE, "          weight: 10")
        + """
=== overlay/kustomization.yaml
resources: [../base]
patches:
  - target: {kind: HTTPRoute}
    patch: |
      - op: remove
        path: /spec/rules/0
""",
    ),
    Case(
        "an item put at the end",
        "HTTPRoute",
        "spec/rules/2/backendRefs/0/port",
        ROUTE
        + """
=== overlay/kustomization.yaml
resources: [../base]
patches:
  - target: {kind: HTTPRoute}
    path: patch.yaml
=== overlay/patch.yaml
- op: add
  path: /spec/rules/-
  value:
    backendRefs:
      - name: v3
        port: 80 # <-- here
""",
    ),
    Case(
        "an index drifted onto another rule",
        "HTTPRoute",
        "spec/rules/1/backendRefs/0/port",
        ROUTE
        + """
=== overlay/kustomization.yaml
resources: [../base]
patches:
  - target: {kind: HTTPRoute}
    path: first.yaml
  - target: {kind: HTTPRoute}
    path: second.yaml
=== overlay/first.yaml
- op: add
  path: /spec/rules/0
  value:
    backendRefs: [{name: v3, port: 80}]
=== overlay/second.yaml
- op: replace
  path: /spec/rules/1/backendRefs/0/port
  value: 81 # <-- here
""",
    ),
    Case(
        "a field that an operation takes out",
        "HTTPRoute",
        "spec/rules/1/backendRefs/0/port",
        ROUTE
        + """
=== overlay/kustomization.yaml
resources: [../base]
patches:
  - target: {kind: HTTPRoute}
    patch: |
      - op: remove
        path: /spec/rules/1/backendRefs/0/port # <-- here
""",
    ),
    Case(
        "a copied value leads to where it was written",
        "HTTPRoute",
        "spec/rules/1/backendRefs/0/weight",
        _mark(ROUTE, "          weight: 10")
        + """
=== overlay/kustomization.yaml
resources: [../base]
patches:
  - target: {kind: HTTPRoute}
    patch: |
      - op: copy
        from: /spec/rules/1/backendRefs/1/weight
        path: /spec/rules/1/backendRefs/0/weight
""",
    ),
    Case(
        "an annotation with a slash in its key",
        "Deployment",
        "metadata/annotations/example.com~1wave",
        DEPLOYMENT
        + """
=== overlay/kustomization.yaml
resources: [../base]
patches:
  - target: {kind: Deployment}
    patch: |
      - op: add
        path: /metadata/annotations/example.com~1wave
        value: "1" # <-- here
""",
    ),
    Case(
        "a strategic merge, then an operation on its order",
        "Deployment",
        "spec/template/spec/containers/0/image",
        DEPLOYMENT
        + """
=== overlay/kustomization.yaml
resources: [../base]
patches:
  - patch: |
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: app}
      spec: {template: {spec: {containers: [{name: side, tty: true}]}}}
  - target: {kind: Deployment}
    patch: |
      - op: replace
        path: /spec/template/spec/containers/0/image
        value: busybox:3.0 # <-- here
""",
    ),
)

TRANSFORMERS = (
    Case(
        "images",
        "Deployment",
        "spec/template/spec/containers/0/image",
        DEPLOYMENT
        + """
=== overlay/kustomization.yaml
resources: [../base]
images:
  - name: busybox
    newTag: "2"
  - name: nginx
    newTag: "2" # <-- here
""",
    ),
    Case(
        "images with a digest",
        "Deployment",
        "spec/template/spec/containers/0/image",
        DEPLOYMENT
        + """
=== overlay/kustomization.yaml
resources: [../base]
images:
  - name: nginx
    newName: example.com/nginx
    digest: sha256:24a0c4b4a4c0eb97a1aabb8e29f18e917d05abfe1b7a7c07857230879ce7d3d3 # <-- here
""",
    ),
    Case(
        "an image that no entry names",
        "Deployment",
        "spec/template/spec/containers/1/image",
        _mark(DEPLOYMENT, "          image: busybox:1.0")
        + """
=== overlay/kustomization.yaml
resources: [../base]
images:
  - name: nginx
    newTag: "2"
""",
    ),
    Case(
        "replicas",
        "Deployment",
        "spec/replicas",
        DEPLOYMENT
        + """
=== overlay/kustomization.yaml
resources: [../base]
replicas:
  - name: app
    count: 5 # <-- here
""",
    ),
    Case(
        "namespace",
        "Deployment",
        "metadata/namespace",
        DEPLOYMENT
        + """
=== overlay/kustomization.yaml
resources: [../base]
namespace: prod # <-- here
""",
    ),
    Case(
        "namePrefix",
        "Deployment",
        "metadata/name",
        DEPLOYMENT
        + """
=== overlay/kustomization.yaml
resources: [../base]
namePrefix: x- # <-- here
""",
    ),
    Case(
        "nameSuffix over namePrefix",
        "Deployment",
        "metadata/name",
        DEPLOYMENT
        + """
=== overlay/kustomization.yaml
resources: [../base]
namePrefix: x-
nameSuffix: -y # <-- here
""",
    ),
    Case(
        "labels",
        "Deployment",
        "metadata/labels/team",
        DEPLOYMENT
        + """
=== overlay/kustomization.yaml
resources: [../base]
labels:
  - pairs:
      team: blue # <-- here
""",
    ),
    Case(
        "labels in selectors",
        "Deployment",
        "spec/selector/matchLabels/team",
        DEPLOYMENT
        + """
=== overlay/kustomization.yaml
resources: [../base]
labels:
  - pairs: {other: red}
  - includeSelectors: true
    pairs:
      team: blue # <-- here
""",
    ),
    Case(
        "commonLabels over a label of the base",
        "Deployment",
        "spec/template/metadata/labels/app",
        DEPLOYMENT
        + """
=== overlay/kustomization.yaml
resources: [../base]
commonLabels:
  app: other # <-- here
""",
    ),
    Case(
        "commonAnnotations",
        "Deployment",
        "spec/template/metadata/annotations/note",
        DEPLOYMENT
        + """
=== overlay/kustomization.yaml
resources: [../base]
commonAnnotations:
  note: hello # <-- here
""",
    ),
    Case(
        "a label of the base beside others",
        "Deployment",
        "spec/selector/matchLabels/app",
        _mark(DEPLOYMENT, "    matchLabels: {app: app}")
        + """
=== overlay/kustomization.yaml
resources: [../base]
labels:
  - pairs: {app: other}
""",
    ),
    Case(
        "a replacement",
        "Deployment",
        "spec/template/spec/containers/0/env/1/value",
        DEPLOYMENT
        + """
=== overlay/kustomization.yaml
resources: [../base]
replacements:
  - source: {kind: Deployment, name: app, fieldPath: metadata.name}
    targets:
      - select: {kind: Deployment}
        fieldPaths:
          - spec.template.spec.containers.[name=main].env.[name=B].value # <-- here
""",
    ),
    Case(
        "a replacement in a file",
        "Deployment",
        "metadata/annotations/copy",
        DEPLOYMENT
        + """
=== overlay/kustomization.yaml
resources: [../base]
replacements:
  - path: replacement.yaml
=== overlay/replacement.yaml
source: {kind: Deployment, name: app, fieldPath: metadata.name}
targets:
  - select: {kind: Deployment}
    options: {create: true}
    fieldPaths:
      - metadata.annotations.copy # <-- here
""",
    ),
    Case(
        "a transformer's own file",
        "Deployment",
        "spec/replicas",
        DEPLOYMENT
        + _CONFIG
        + """
apiVersion: builtin
kind: PatchTransformer
metadata: {name: any}
target: {kind: Deployment}
patch: |-
  - op: replace
    path: /spec/replicas
    value: 3 # <-- here
""",
    ),
    Case(
        "a transformer inside the kustomization",
        "Deployment",
        "metadata/labels/team",
        DEPLOYMENT
        + """
=== overlay/kustomization.yaml
resources: [../base]
transformers:
  - |
    apiVersion: builtin
    kind: LabelTransformer
    metadata: {name: any}
    labels:
      team: blue # <-- here
    fieldSpecs:
      - path: metadata/labels
        create: true
""",
    ),
    Case(
        "an image transformer's own file",
        "Deployment",
        "spec/template/spec/containers/0/image",
        DEPLOYMENT
        + _CONFIG
        + """
apiVersion: builtin
kind: ImageTagTransformer
metadata: {name: any}
imageTag:
  name: nginx
  newTag: "9" # <-- here
fieldSpecs:
  - path: spec/template/spec/containers[]/image
""",
    ),
    Case(
        "a field name in capitals",
        "Deployment",
        "spec/replicas",
        DEPLOYMENT
        + """
=== overlay/kustomization.yaml
Resources: [../base]
REPLICAS:
  - name: app
    count: 5 # <-- here
""",
    ),
)

LOST = (
    Case(
        "an object whose annotations a patch replaced",
        "Deployment",
        "spec/template/spec/containers/1/image",
        DEPLOYMENT
        + """
=== overlay/kustomization.yaml
resources: [../base]
components: [../component]
patches:
  - target: {kind: Deployment}
    patch: |
      - op: add
        path: /metadata/annotations
        value: {mine: "1"}
=== component/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
images:
  - name: busybox
    newTag: "2" # <-- here
""",
    ),
    Case(
        "a field that a later transformer set after the annotations were replaced",
        "Deployment",
        "metadata/labels/team",
        DEPLOYMENT
        + """
=== overlay/kustomization.yaml
resources: [../base]
patches:
  - target: {kind: Deployment}
    patch: |
      - op: add
        path: /metadata/annotations
        value: {mine: "1"}
labels:
  - pairs:
      team: blue # <-- here
""",
    ),
)

GENERATORS = (
    Case(
        "a literal",
        "ConfigMap settings",
        "data/a",
        """
=== overlay/kustomization.yaml
configMapGenerator:
  - name: settings
    literals:
      - a=1 # <-- here
      - b=2
""",
    ),
    Case(
        "a file",
        "ConfigMap settings",
        "data/app.conf",
        """
=== overlay/kustomization.yaml
configMapGenerator:
  - name: settings
    files: [app.conf]
=== overlay/app.conf
first # <-- here
second
""",
    ),
    Case(
        "a line of an env file",
        "Secret settings",
        "data/B",
        """
=== overlay/kustomization.yaml
secretGenerator:
  - name: settings
    envs: [vars.env]
=== overlay/vars.env
A=1
B=2 # <-- here
""",
    ),
    Case(
        "a key that an overlay merges in",
        "ConfigMap settings",
        "data/a",
        """
=== base/kustomization.yaml
configMapGenerator:
  - name: settings
    literals: [a=1, b=2]
=== overlay/kustomization.yaml
resources: [../base]
configMapGenerator:
  - name: settings
    behavior: merge
    literals:
      - a=3 # <-- here
""",
    ),
    Case(
        "a key of the base under an overlay's merge",
        "ConfigMap settings",
        "data/b",
        """
=== base/kustomization.yaml
configMapGenerator:
  - name: settings
    literals:
      - a=1
      - b=2 # <-- here
=== overlay/kustomization.yaml
resources: [../base]
configMapGenerator:
  - name: settings
    behavior: merge
    literals: [a=3]
""",
    ),
    Case(
        "a label of a generator",
        "ConfigMap settings",
        "metadata/labels/x",
        """
=== overlay/kustomization.yaml
configMapGenerator:
  - name: settings
    literals: [a=1]
    options:
      labels:
        x: z # <-- here
""",
    ),
)

CASES = (*SOURCE, *STRATEGIC, *OPERATIONS, *TRANSFORMERS, *LOST, *GENERATORS)
