"""GS2xx: what the API server refuses, or drops without a word."""
