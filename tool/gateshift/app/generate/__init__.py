"""`gateshift generate`."""
