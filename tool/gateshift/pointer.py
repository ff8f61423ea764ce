"""The pointer: the one scalar of an Argo CD Application or a Flux Kustomization that names the stage in force."""
