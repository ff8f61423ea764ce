"""`gateshift explain`."""
