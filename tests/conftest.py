"""How inputs are made up: some by default, many with `make fuzz`."""

from hypothesis import HealthCheck, settings

# How long one input takes says how busy the machine is, not whether it is right.
settings.register_profile(
    "tests", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("long", settings.get_profile("tests"), max_examples=20_000)
settings.load_profile("tests")
