"""Shapes of JSON values."""

from typing import Any

Json = dict[str, Any]
"""A JSON object; what the Bot API calls an object of some type."""
