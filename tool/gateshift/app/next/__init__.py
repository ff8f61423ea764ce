"""`gateshift next`."""
