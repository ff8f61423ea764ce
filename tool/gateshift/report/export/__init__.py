"""What `gateshift export` writes."""
