"""GS6xx: the objects that tell a sync engine what to follow."""
