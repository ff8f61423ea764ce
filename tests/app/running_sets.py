"""Manifests of services that run already, each written in its own way, and the paths to name."""

from __future__ import annotations

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  replicas: 2
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop}
    spec:
      containers:
        - name: shop
          image: registry.example.com/shop:1.0
          ports: [{containerPort: 8080}]
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: shop
spec:
  selector: {app: shop}
  ports: [{port: 80, targetPort: 8080}]
"""
APP = f"=== k8s/app.yaml\n{DEPLOYMENT}---\n{SERVICE}"

_MESH_ROUTE = """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: shop
spec:
  parentRefs:
    - group: ""
      kind: Service
      name: shop
  rules:
    - backendRefs:
        - name: shop
          port: 80
"""

_GATEWAY_ROUTE = """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: storefront
  namespace: store
  labels: {team: web}
spec:
  parentRefs:
    - name: public
      namespace: edge
      sectionName: https
  hostnames: [store.example.com]
  rules:
    - matches:
        - path: {type: PathPrefix, value: /}
      timeouts: {request: 10s}
      backendRefs:
        - name: shop
          port: 80
    - matches:
        - path: {type: PathPrefix, value: /old}
      filters:
        - type: RequestRedirect
          requestRedirect: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /new}, statusCode: 301}
"""

_HELM = """\
---
# Source: podinfo/templates/service.yaml
apiVersion: v1
kind: Service
metadata:
  name: front-podinfo
  labels:
    helm.sh/chart: podinfo-6.7.0
    app.kubernetes.io/name: podinfo
    app.kubernetes.io/instance: front
    app.kubernetes.io/version: "6.7.0"
    app.kubernetes.io/managed-by: Helm
spec:
  type: ClusterIP
  ports:
    - port: 9898
      targetPort: http
      protocol: TCP
      name: http
    - port: 9999
      targetPort: grpc
      protocol: TCP
      name: grpc
  selector:
    app.kubernetes.io/name: podinfo
    app.kubernetes.io/instance: front
---
# Source: podinfo/templates/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: front-podinfo
  labels:
    helm.sh/chart: podinfo-6.7.0
    app.kubernetes.io/name: podinfo
    app.kubernetes.io/instance: front
    app.kubernetes.io/version: "6.7.0"
    app.kubernetes.io/managed-by: Helm
spec:
  strategy:
    type: RollingUpdate
    rollingUpdate:
      maxUnavailable: 1
  selector:
    matchLabels:
      app.kubernetes.io/name: podinfo
      app.kubernetes.io/instance: front
  template:
    metadata:
      labels:
        app.kubernetes.io/name: podinfo
        app.kubernetes.io/instance: front
      annotations:
        prometheus.io/scrape: "true"
        prometheus.io/port: "9898"
    spec:
      terminationGracePeriodSeconds: 30
      containers:
        - name: podinfo
          image: "ghcr.io/stefanprodan/podinfo:6.7.0"
          imagePullPolicy: IfNotPresent
          command:
            - ./podinfo
            - --port=9898
          env:
            - name: PODINFO_UI_COLOR
              value: "#34577c"
            - name: NODE
              valueFrom: {fieldRef: {fieldPath: spec.nodeName}}
          ports:
            - name: http
              containerPort: 9898
              protocol: TCP
            - name: http-metrics
              containerPort: 9797
            - name: grpc
              containerPort: 9999
          livenessProbe:
            exec:
              command: [podcli, check, http, "localhost:9898/healthz"]
            initialDelaySeconds: 1
          readinessProbe:
            httpGet: {path: /readyz, port: http}
          volumeMounts:
            - name: data
              mountPath: /data
          resources:
            limits: null
            requests:
              cpu: 1m
              memory: 16Mi
      volumes:
        - name: data
          emptyDir: {}
---
# Source: podinfo/templates/tests/service.yaml
apiVersion: v1
kind: Pod
metadata:
  name: front-podinfo-service-test
  labels:
    app.kubernetes.io/name: podinfo-test
  annotations:
    "helm.sh/hook": test-success
spec:
  restartPolicy: Never
  containers:
    - name: curl
      image: curlimages/curl:7.69.0
      command: [curl, front-podinfo:9898]
"""

_JSON = """\
{"apiVersion": "v1", "kind": "List", "items": [
  {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "shop", "namespace": "store"},
   "spec": {"selector": {"app": "shop"}, "ports": [{"port": 80, "targetPort": 8080}]}},
  {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "shop", "namespace": "store"},
   "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "shop"}},
            "template": {"metadata": {"labels": {"app": "shop"}},
                         "spec": {"containers": [{"name": "shop", "image": "registry.example.com/shop:1.0"}]}}}}
]}
"""

_LOAD_BALANCER = """\
apiVersion: v1
kind: Service
metadata:
  name: shop
  annotations:
    service.beta.kubernetes.io/aws-load-balancer-type: nlb
spec:
  type: LoadBalancer
  externalTrafficPolicy: Local
  sessionAffinity: ClientIP
  selector: {app: shop}
  ports:
    - {name: web, port: 80, targetPort: 8080}
    - {name: admin, port: 9000, targetPort: 9000}
"""

_BACKEND = DEPLOYMENT.replace("  name: shop\nspec", "  name: shop-backend\nspec").replace("  replicas: 2\n", "")
_UNLIKE = f"""\
=== base/kustomization.yaml
resources: [deploy.yaml, svc.yaml, extras.yaml]
labels:
  - pairs: {{app.kubernetes.io/part-of: store}}
=== base/deploy.yaml
{_BACKEND}\
=== base/svc.yaml
{SERVICE}\
=== base/extras.yaml
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {{name: shop-backend}}
spec:
  scaleTargetRef: {{apiVersion: apps/v1, kind: Deployment, name: shop-backend}}
  minReplicas: 2
  maxReplicas: 6
  metrics:
    - type: Resource
      resource: {{name: cpu, target: {{type: Utilization, averageUtilization: 70}}}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {{name: shop}}
spec:
  minAvailable: 1
  selector: {{matchLabels: {{app: shop}}}}
=== overlays/prod/kustomization.yaml
namespace: prod
resources: [../../base]
configMapGenerator:
  - name: settings
    files: [settings.properties]
images:
  - name: registry.example.com/shop
    newTag: "1.4"
=== overlays/prod/settings.properties
level=info
"""

_STATEFUL = """\
=== db/all.yaml
apiVersion: v1
kind: Service
metadata: {name: ledger-headless, namespace: bank}
spec:
  clusterIP: None
  selector: {app: ledger}
  ports: [{name: http, port: 8080}]
---
apiVersion: v1
kind: Service
metadata: {name: ledger, namespace: bank}
spec:
  selector: {app: ledger}
  ports: [{name: http, port: 8080}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: ledger, namespace: bank}
spec:
  serviceName: ledger-headless
  replicas: 3
  selector: {matchLabels: {app: ledger}}
  template:
    metadata: {labels: {app: ledger}}
    spec:
      containers:
        - name: ledger
          image: registry.example.com/ledger:1.0
          ports: [{name: http, containerPort: 8080}]
"""

_ROLLOUT = f"""\
=== app/shop.yaml
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {{name: shop}}
spec:
  replicas: 2
  strategy: {{canary: {{steps: [{{setWeight: 50}}]}}}}
  selector: {{matchLabels: {{app: shop}}}}
  template:
    metadata: {{labels: {{app: shop}}}}
    spec:
      containers:
        - name: shop
          image: registry.example.com/shop:1.0
          ports: [{{containerPort: 8080}}]
=== app/service.yaml
{SERVICE}\
"""

_EXPORT = """\
=== exported/shop.yaml
apiVersion: v1
items:
- apiVersion: apps/v1
  kind: Deployment
  metadata:
    annotations:
      deployment.kubernetes.io/revision: "7"
      kubectl.kubernetes.io/last-applied-configuration: |
        {"apiVersion":"apps/v1","kind":"Deployment"}
    creationTimestamp: "2025-02-03T04:05:06Z"
    generation: 9
    managedFields:
    - apiVersion: apps/v1
      manager: kubectl
      operation: Update
    name: shop
    namespace: store
    resourceVersion: "4711"
    uid: 8c0f3c1e-2b7e-4c2b-9a39-0a5ef21bd1d5
  spec:
    progressDeadlineSeconds: 600
    replicas: 2
    revisionHistoryLimit: 10
    selector:
      matchLabels:
        app: shop
    strategy:
      rollingUpdate:
        maxSurge: 25%
        maxUnavailable: 25%
      type: RollingUpdate
    template:
      metadata:
        creationTimestamp: null
        labels:
          app: shop
      spec:
        containers:
        - image: registry.example.com/shop:1.0
          imagePullPolicy: IfNotPresent
          name: shop
          ports:
          - containerPort: 8080
            protocol: TCP
          resources: {}
          terminationMessagePath: /dev/termination-log
          terminationMessagePolicy: File
        dnsPolicy: ClusterFirst
        restartPolicy: Always
        schedulerName: default-scheduler
        securityContext: {}
        terminationGracePeriodSeconds: 30
  status:
    availableReplicas: 2
    replicas: 2
- apiVersion: v1
  kind: Service
  metadata:
    creationTimestamp: "2025-02-03T04:05:06Z"
    name: shop
    namespace: store
    resourceVersion: "4712"
    uid: 8c0f3c1e-2b7e-4c2b-9a39-0a5ef21bd1d6
  spec:
    clusterIP: 10.96.12.13
    clusterIPs:
    - 10.96.12.13
    internalTrafficPolicy: Cluster
    ipFamilies:
    - IPv4
    ipFamilyPolicy: SingleStack
    ports:
    - port: 80
      protocol: TCP
      targetPort: 8080
    selector:
      app: shop
    sessionAffinity: None
    type: ClusterIP
  status:
    loadBalancer: {}
kind: List
metadata:
  resourceVersion: ""
"""

_GRPC_PORT = "{name: grpc, port: 9000, targetPort: 8080, appProtocol: kubernetes.io/h2c}"
_GRPC = f"""\
=== k8s/kustomization.yaml
resources: [deployment.yaml, service.yaml, route.yaml]
=== k8s/deployment.yaml
{DEPLOYMENT}\
=== k8s/service.yaml
{SERVICE.replace("{port: 80, targetPort: 8080}", _GRPC_PORT)}\
=== k8s/route.yaml
apiVersion: gateway.networking.k8s.io/v1
kind: GRPCRoute
metadata: {{name: shop}}
spec:
  parentRefs: [{{name: inner}}]
  hostnames: [shop.internal.example.com]
  rules:
    - backendRefs: [{{name: shop, port: 9000}}]
"""

_REVIEWS = "=== bookinfo.yaml\n" + "---\n".join(
    [
        """\
apiVersion: v1
kind: Service
metadata:
  name: reviews
  labels: {app: reviews, service: reviews}
spec:
  ports:
  - port: 9080
    name: http
  selector:
    app: reviews
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: bookinfo-reviews
""",
        """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: reviews-v1
  labels: {app: reviews, version: v1}
spec:
  replicas: 1
  selector:
    matchLabels: {app: reviews, version: v1}
  template:
    metadata:
      labels: {app: reviews, version: v1}
    spec:
      serviceAccountName: bookinfo-reviews
      containers:
      - name: reviews
        image: docker.io/istio/examples-bookinfo-reviews-v1:1.20.3
        imagePullPolicy: IfNotPresent
        env:
        - name: LOG_DIR
          value: "/tmp/logs"
        ports:
        - containerPort: 9080
        volumeMounts:
        - name: tmp
          mountPath: /tmp
      volumes:
      - name: tmp
        emptyDir: {}
""",
    ]
)

SETS: dict[str, tuple[str, tuple[str, ...]]] = {
    "a Kustomize root": (f"{APP}=== k8s/kustomization.yaml\nresources: [app.yaml]\n", ("k8s",)),
    "a folder of plain files": (f"=== k8s/a.yaml\n{DEPLOYMENT}=== k8s/b.yml\n{SERVICE}", ("k8s",)),
    "a mesh route that is there already": (f"{APP}---\n{_MESH_ROUTE}", ("k8s/app.yaml",)),
    "a route at another namespace's Gateway": (
        f"=== k8s/kustomization.yaml\nnamespace: store\nresources: [app.yaml, route.yaml]\n{APP}"
        f"=== k8s/route.yaml\n{_GATEWAY_ROUTE}",
        ("k8s",),
    ),
    "what Helm renders": (f"=== rendered/podinfo.yaml\n{_HELM}", ("rendered",)),
    "a JSON list": (f"=== shop.json\n{_JSON}", ("shop.json",)),
    "a load balancer with two ports": (f"=== k8s/a.yaml\n{DEPLOYMENT}---\n{_LOAD_BALANCER}", ("k8s/a.yaml",)),
    "an overlay with a Deployment named unlike its Service": (_UNLIKE, ("overlays/prod",)),
    "a StatefulSet": (_STATEFUL, ("db",)),
    "an Argo Rollout": (_ROLLOUT, ("app",)),
    "an export from the cluster": (_EXPORT, ("exported",)),
    "a GRPCRoute": (_GRPC, ("k8s",)),
    "bookinfo's reviews": (_REVIEWS, ("bookinfo.yaml",)),
    "the top of the repository": (
        f"=== kustomization.yaml\nresources: [app.yaml]\n=== app.yaml\n{DEPLOYMENT}---\n{SERVICE}",
        (".",),
    ),
}
