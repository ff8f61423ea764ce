"""What an object may look like: strict JSON schemas made of CRDs and OpenAPI, and the walk that finds faulty fields.

Pure: documents in, schemas and faults out.
"""
