"""Flux: what a Kustomization follows and says, and the order in which it applies and prunes."""
