"""`gateshift report`."""
