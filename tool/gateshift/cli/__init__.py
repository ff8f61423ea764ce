"""The shell: read, call, write, exit."""
