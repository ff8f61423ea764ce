"""GS3xx: references from one object to another."""
