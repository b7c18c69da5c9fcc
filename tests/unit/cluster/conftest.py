"""What tests of the cluster share."""

from tests.fakes.shared import server

__all__ = ["server"]
