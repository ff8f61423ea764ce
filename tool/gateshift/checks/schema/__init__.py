"""GS2xx: what the API server refuses, or drops silently."""
