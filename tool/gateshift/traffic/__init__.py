"""Routing by the Gateway API's words: which route, rule, backend and version answers a request. Pure."""
