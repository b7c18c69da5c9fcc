"""How long is fuzzed: a hundred inputs each by default, until they are many thousands with `make fuzz`."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "long",
    max_examples=20_000,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
