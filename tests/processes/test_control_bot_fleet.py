"""The control bot's connection with a supervisor that comes and goes."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from coderbot.clock import SystemClock
from coderbot.control.facts import BotSnapshot, BotState
from coderbot.controlbot.fleet import Fleet
from coderbot.errors import CoderBotError
from coderbot.supervisor.control import control_socket
from tests.fakes.children import GRACEFUL
from tests.processes.supervised import fleet_of


async def until(check: Callable[[], object], timeout: float = 15) -> None:
    """Wait for something that no event tells of."""
    deadline = time.monotonic() + timeout
    while not check():
        assert time.monotonic() < deadline, "never came true"
        await asyncio.sleep(0.01)


async def test_it_follows_again_when_the_socket_is_back(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    path, seen = tmp_path / "control.sock", list[BotSnapshot]()
    fleet = Fleet(path, SystemClock(), seen.append, lambda _: None, lambda _: None)
    async with fleet_of(GRACEFUL) as running, asyncio.TaskGroup() as group:
        following = group.create_task(fleet.run())
        with pytest.raises(CoderBotError, match="cannot be reached just now"):
            fleet.bots()
        async with control_socket(running.supervisor, path):
            await running.running()
            await fleet.first_contact(15)
            await until(lambda: seen and seen[-1].state is BotState.RUNNING)
            assert [bot.bot for bot in fleet.bots()] == ["bot-0"]
            assert (await fleet.status()).fingerprints
            # Lines come when they are asked for, and not before.
            assert fleet.port.lines() == []
            assert "run 1 started" in (await fleet.lines("bot-0", 5))[0].text
        with pytest.raises(CoderBotError):
            await until(lambda: fleet.bots() is None)
        with pytest.raises(CoderBotError):
            await fleet.status()
        count = len(seen)
        async with control_socket(running.supervisor, path):
            await until(lambda: len(seen) > count)
            await fleet.port.stop("bot-0")
            await until(lambda: seen[-1].state is BotState.STOPPED)
        following.cancel()
