"""The sync engines: how each makes a change, and the pointers it follows. `engine` is the protocol of all of them."""
