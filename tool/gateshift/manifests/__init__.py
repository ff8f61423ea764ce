"""Rollout -> {path: text} for base/, overlays/ and sync/. Writes nothing."""
