"""What an object may look like. Pure: documents in, schemas and errors out.

From a publisher's document to schemas: `crd` and `openapi` read it, `structural` is the form in which the API server
keeps it, `strict`, `formats` and `object_meta` make the JSON schema that refuses what the server refuses, `sharing`
writes equal parts once.

From an object to what the API server says of it: `schema_errors` finds the fields that a strict schema refuses,
`schema_tree` is a structural schema as nodes, `defaulting` completes the object by them, `list_types` finds repeated
entries, `cel/` evaluates the rules. `kinds` says which groups the server knows by itself; what it demands of their
objects beyond their schemas has its place next to it.
"""
