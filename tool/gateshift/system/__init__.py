"""The edges: processes, Git, the cache, and files that are written whole or not at all."""
