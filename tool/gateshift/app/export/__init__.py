"""`gateshift export`."""
