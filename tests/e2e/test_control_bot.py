"""The control bot in a real headless fleet, used by its admin over the sandbox."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from coderbot.controlbot.commands import COMMANDS
from coderbot.redact import Secret
from coderbot.sandbox.client import Message, SandboxUser
from coderbot.sandbox.server import UserSpec, running_sandbox
from tests.e2e.conftest import World
from tests.e2e.fleet import USER, Fleet, gone, running_fleet
from tests.fakes.sandbox import make_token

ADMIN, STRANGER = 2002, 666
CONTROL = 3
"""Place of the control bot's token among those of the world."""
NEW = 2
"""Place of the token that no bot has yet."""

pytestmark = pytest.mark.timeout(120)


@dataclass(frozen=True)
class Room:
    """A fleet of two bots with a control bot, and its admin."""

    world: World
    fleet: Fleet
    admin: SandboxUser

    async def ask(self, text: str, pattern: str, timeout: float = 20) -> Message:
        """Send a command; return the first answer that matches."""
        await self.admin.say(text)
        return await self.hears(pattern, timeout)

    async def hears(
        self, pattern: str, timeout: float = 20, after: int | None = None
    ) -> Message:
        """Return the first message since the last action that matches."""
        expression = re.compile(pattern, re.DOTALL)
        return await self.admin.wait_for(
            lambda message: bool(expression.search(message.text)), timeout, after
        )

    def control_pid(self) -> int:
        """Return the process of the control bot."""
        (pid,) = (
            child.pid
            for child in psutil.Process(self.fleet.process.pid).children()
            if "coderbot.controlbot" in " ".join(child.cmdline())
        )
        return pid


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    tokens = tuple(make_token(number).reveal() for number in range(4))
    users = tuple(
        UserSpec(*u) for u in ((USER, "Anna"), (ADMIN, "Ada"), (STRANGER, "X"))
    )
    async with running_sandbox(
        tokens=[Secret(token) for token in tokens], users=users, port=0
    ) as sandbox:
        yield World(tmp_path, tokens, sandbox.url, sandbox.client())


@asynccontextmanager
async def room_of(world: World, bots: int = 2, **more: str) -> AsyncIterator[Room]:
    """Run the fleet; nothing of it is left at the end."""
    world.env(
        bots=bots,
        CONTROL_BOT_TOKEN=world.tokens[CONTROL],
        CONTROL_BOT_ADMIN_IDS=str(ADMIN),
        **{"WORKER_RESTART_DELAY_SECONDS": "0.5", **more},
    )
    async with running_fleet(world.directory) as fleet:
        await fleet.line(r"\[control\] READY: @\w+ is the control bot")
        room = Room(world, fleet, world.user(CONTROL, ADMIN))
        # The menu comes right after the connection with the supervisor.
        await world.client.wait_calls(bot_id(world, CONTROL), "setMyCommands")
        tree = fleet.tree()
        yield room
        if fleet.process.returncode is None:
            tree = fleet.tree()
            assert await fleet.interrupt() == 0
        await gone(tree)
        secrets = [token for token in world.tokens if token in fleet.output]
        assert not secrets, "a token is in the log"


def bot_id(world: World, index: int) -> int:
    return int(world.tokens[index].partition(":")[0])


async def test_looking(world: World) -> None:
    async with room_of(world) as room:
        await room.ask("/start", "control bot of a fleet")
        page = await room.ask("/help", "Steer")
        assert all(command.form in page.text for command in COMMANDS)
        listed = await room.ask("/listbots", "bot-0")
        assert re.search(
            r"bot-0 \(@\w+\) running\n.* bot-1 \(@\w+\) running", listed.text
        )
        health = await room.ask("/health", "bot-1")
        assert health.text.count("well, last poll") == 2
        up = await room.ask("/uptime", "supervisor")
        assert len(up.text.splitlines()) == 4
        await room.ask("/crashes", "No crashes are known")
        logs = await room.ask("/logs bot-0", "run 1 started")
        assert [entity["type"] for entity in logs.entities] == ["pre"]
        name = listed.text.split("@")[1].split(")")[0]
        await room.ask(f"/logs @{name.upper()} 1 info", r"^\d\d:\d\d:\d\d ")
        await room.ask("/logs control", "READY")
        bots = await world.client.bots()
        (control,) = (b for b in bots if b["id"] == bot_id(world, CONTROL))
        await room.ask(f"/listbots@{control['username']}", "bot-0")
