"""Decisions of `explain`, a module a format."""
