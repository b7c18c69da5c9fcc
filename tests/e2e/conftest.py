"""A sandbox for each test of the whole program."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from coderbot.redact import Secret
from coderbot.sandbox.client import SandboxClient, SandboxUser
from coderbot.sandbox.server import UserSpec, running_sandbox
from tests.e2e.fleet import USER, write_env
from tests.fakes.sandbox import make_token


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/e2e/" in item.nodeid:
            item.add_marker(pytest.mark.e2e)


@dataclass(frozen=True)
class World:
    """A sandbox with bots, and a directory for the fleet that runs them."""

    directory: Path
    tokens: tuple[str, ...]
    url: str
    client: SandboxClient

    def env(self, bots: int = 1, **more: str) -> Path:
        """Write the `.env` of a fleet of the first `bots` bots."""
        return write_env(self.directory, self.tokens[:bots], self.url, **more)

    def user(self, index: int = 0, user_id: int = USER) -> SandboxUser:
        """Return a person in the private chat with bot `index`."""
        return self.client.user(user_id, int(self.tokens[index].partition(":")[0]))

    def media(self, index: int) -> Path:
        """Return the media directory of bot `index`."""
        return self.directory / "media" / f"bot-{index}"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    tokens = tuple(make_token(number).reveal() for number in range(3))
    users = (UserSpec(USER, "Anna"), UserSpec(666, "Stranger"))
    async with running_sandbox(
        tokens=[Secret(token) for token in tokens], users=users, port=0
    ) as sandbox:
        yield World(tmp_path, tokens, sandbox.url, sandbox.client())
