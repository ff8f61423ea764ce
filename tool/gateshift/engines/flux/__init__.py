"""Flux: what a Kustomization follows, and the order in which it applies and prunes."""
