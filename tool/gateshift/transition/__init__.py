"""From one stage's build to the next: what changes, an engine's order of steps, and each state in between. Pure."""
