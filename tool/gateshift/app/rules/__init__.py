"""`gateshift rules`."""
