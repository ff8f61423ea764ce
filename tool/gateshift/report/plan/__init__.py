"""Plans, a module a format."""
