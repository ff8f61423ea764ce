"""A validation, a module a format."""
