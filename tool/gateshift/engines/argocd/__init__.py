"""Argo CD: what an Application or an ApplicationSet follows, and the order in which it applies and prunes."""
