"""Puts the edges and the pure rooms together into a report value; each module answers one command."""
