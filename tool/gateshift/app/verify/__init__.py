"""What `gateshift verify` does: plan the requests, send them, tell the versions apart, test the shares."""
