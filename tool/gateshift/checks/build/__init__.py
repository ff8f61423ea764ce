"""GS1xx: roots that cannot be built, and entries of a kustomization that do something else than they say."""
