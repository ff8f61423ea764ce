"""What `gateshift gate` does: ask Prometheus for the candidate's figures and hold them to limits."""
