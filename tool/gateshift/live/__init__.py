"""The only room that talks to running systems: a service's front end, and Prometheus."""
