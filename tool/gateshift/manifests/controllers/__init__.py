"""A rollout's objects for a controller in the cluster, which then moves the weights itself."""
