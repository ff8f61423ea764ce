"""Renderers: a report value in, a string out."""
