"""The nouns: frozen values that every room may hold. Nothing here reads a file or decides anything."""
