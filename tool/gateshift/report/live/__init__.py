"""What running systems showed: the measured shares, the gate's figures."""
