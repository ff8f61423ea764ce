"""GS4xx: routes that do something else than they look like."""
