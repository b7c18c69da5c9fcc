"""A local Telegram for tests: fixture `sandbox`, tokens that look real.

Tests in `tests/processes/` have the fixture by themselves; elsewhere a `conftest.py`
imports it.
"""

import base64
import hashlib
from collections.abc import AsyncIterator

import pytest_asyncio

from coderbot.redact import Secret
from coderbot.sandbox.server import Sandbox, running_sandbox

ANNA = 1001
BEN = 1002


def make_token(number: int = 1) -> Secret:
    """Return a well-formed token of bot `7000000 + number`; the same one each time."""
    digest = hashlib.sha256(f"sandbox {number}".encode()).digest()
    body = base64.urlsafe_b64encode(digest + digest).decode()[:35]
    return Secret(f"{make_bot_id(number)}:{body}")


def make_bot_id(number: int = 1) -> int:
    """Return the id of the bot whose token is `make_token(number)`."""
    return 7_000_000 + number


@pytest_asyncio.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """A sandbox with two bots (1 and 2) and the users Anna and Ben."""
    async with running_sandbox(tokens=(make_token(1), make_token(2))) as running:
        yield running
