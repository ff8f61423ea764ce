"""Argo CD: what an Application follows and says, and the order in which it applies and prunes."""
