"""A tree of kustomizations as its files say it, before anything is built."""
