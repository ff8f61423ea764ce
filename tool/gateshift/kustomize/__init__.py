"""A tree of kustomizations: read, built by the program, its messages understood, and traced back to file and line."""
