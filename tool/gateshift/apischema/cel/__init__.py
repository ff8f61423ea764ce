"""The x-kubernetes-validations rules of a schema, evaluated as the API server does."""
