"""gateshift writes, validates and promotes GitOps traffic shifts with Kustomize and the Kubernetes Gateway API."""

__version__ = "0.1.0"
