"""What needs more than one value to judge: each module reports the faults of one subject."""
