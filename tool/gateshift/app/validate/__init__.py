"""`gateshift validate`."""
