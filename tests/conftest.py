"""Fixtures that every test may use."""

from hypothesis import HealthCheck, settings

# How long one example takes says nothing on a machine that does other things too.
settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")
