"""What `gateshift adopt` proposes: text and JSON."""
