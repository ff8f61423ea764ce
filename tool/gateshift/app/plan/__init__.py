"""`gateshift plan`."""
