"""`gateshift status`."""
