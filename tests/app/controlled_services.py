"""Services that a controller shifts today: a Flagger Canary, and an Argo Rollout that steers a route."""

from __future__ import annotations

from tests.app.running_shapes import deployment, route, service

CANARY = (
    deployment("podinfo", "app=podinfo", 9898)
    + """\
---
apiVersion: flagger.app/v1beta1
kind: Canary
metadata: {name: podinfo}
spec:
  provider: gatewayapi:v1
  targetRef: {apiVersion: apps/v1, kind: Deployment, name: podinfo}
  progressDeadlineSeconds: 60
  service:
    port: 9898
    hosts: [podinfo.example.com]
    gatewayRefs: [{name: public, namespace: edge, sectionName: https}]
    timeout: 15s
  analysis:
    interval: 2m
    threshold: 5
    stepWeight: 20
    maxWeight: 50
    metrics: [{name: request-success-rate, thresholdRange: {min: 99}, interval: 1m}]
    webhooks:
      - {name: load, url: 'http://load.example.com/', type: rollout}
      - {name: somebody, url: 'http://gate.example.com/', type: confirm-promotion}
"""
)
MATCHED = CANARY.replace(
    "    stepWeight: 20\n    maxWeight: 50\n",
    "    iterations: 10\n    match: [{headers: {x-canary: {exact: insider}}}]\n",
)
MESH = MATCHED.replace(
    "{name: public, namespace: edge, sectionName: https}", "{group: core, kind: Service, name: podinfo}"
)

ROLLOUT = (
    """\
---
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: demo}
spec:
  replicas: 3
  selector: {matchLabels: {app: demo}}
  template:
    metadata: {labels: {app: demo}}
    spec: {containers: [{name: demo, image: 'registry.example.com/demo:1.0', ports: [{containerPort: 8080}]}]}
  strategy:
    canary:
      canaryService: demo-canary
      stableService: demo-stable
      abortScaleDownDelaySeconds: 30
      trafficRouting:
        managedRoutes: [{name: testers}]
        plugins: {argoproj-labs/gatewayAPI: {httpRoute: demo, namespace: default}}
      steps:
        - setWeight: 10
        - pause: {}
        - setHeaderRoute: {name: testers, match: [{headerName: x-test, headerValue: {exact: "yes"}}]}
        - pause: {duration: 10m}
        - setCanaryScale: {weight: 50}
        - setHeaderRoute: {name: testers}
        - setWeight: 60
        - pause: {duration: 30}
        - setWeight: 100
"""
    + service("demo-stable", "app=demo")
    + service("demo-canary", "app=demo")
    + route(
        "demo",
        "{name: public, namespace: edge}",
        "backendRefs: [{name: demo-stable, port: 80, weight: 100}, {name: demo-canary, port: 80, weight: 0}]",
    )
)
