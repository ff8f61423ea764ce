"""`gateshift adopt`: what runs today becomes the first stage of a rollout."""
