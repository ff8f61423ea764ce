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

SETS: dict[str, tuple[str, tuple[str, ...]]] = {
    "a Kustomize root": (f"{APP}=== k8s/kustomization.yaml\nresources: [app.yaml]\n", ("k8s",)),
    "a folder of plain files": (f"=== k8s/a.yaml\n{DEPLOYMENT}=== k8s/b.yml\n{SERVICE}", ("k8s",)),
}
