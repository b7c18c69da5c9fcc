"""Fixtures of all tests with real processes and sockets."""

from tests.fakes.sandbox import sandbox

__all__ = ["sandbox"]
