"""The rules: pure functions from a build to findings."""
