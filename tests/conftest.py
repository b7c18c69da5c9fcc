"""How inputs are made up, some by default, many with `make fuzz`; and failures end."""

import gc
import sys
import warnings
from collections.abc import Generator
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, settings

# How long one input takes says how busy the machine is, not whether it is right.
settings.register_profile(
    "tests", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("long", settings.get_profile("tests"), max_examples=20_000)
settings.load_profile("tests")


def pytest_configure() -> None:
    """Look for no garbage while tests are collected: what is loaded stays."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Look for it from now on, and only among what tests make."""
    gc.freeze()
    gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Collect what a failed test has left open; else a later test fails for it."""
    failed = item.session.testsfailed
    result = yield
    if item.session.testsfailed > failed:
        # Kept for a debugger, with all that the frames of the failure hold.
        for name in ("last_exc", "last_type", "last_value", "last_traceback"):
            with suppress(AttributeError):
                delattr(sys, name)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            gc.collect()
    return result
