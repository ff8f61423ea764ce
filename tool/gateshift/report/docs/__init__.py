"""The pages that the program makes of itself."""
