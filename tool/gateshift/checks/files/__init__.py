"""GS7xx: generated files."""
