"""`gateshift promote`."""
