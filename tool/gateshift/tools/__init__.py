"""kustomize, kubeconform and Go modules: which ones, where they are found, how they are fetched and pinned."""
