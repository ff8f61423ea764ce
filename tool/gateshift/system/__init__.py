"""The edges: programs, caches and downloads that are not ours."""
