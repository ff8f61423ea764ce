"""rollout.yaml text -> Rollout, every mistake at once, each with its place."""
