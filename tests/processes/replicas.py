"""A bot whose chats several workers share, on the sandbox and a real Redis."""

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Self

from coderbot import wire
from coderbot.sandbox.client import SandboxUser
from coderbot.sandbox.server import Sandbox
from tests.fakes.redis import RedisServer
from tests.fakes.sandbox import make_token
from tests.fakes.shared import cluster_environment
from tests.fakes.worker import RunningWorker, running_worker, worker_environment
from tests.processes.chat import BOT, UNPACED

PEOPLE = (1008, 1003, 1004, 1001)
"""Users whose chats belong to slot 0, 1, 2 and 3 of four."""


class ReplicatedBot:
    """Starts the receiver and the replicas; all end with the block.

    Args:
        sandbox: Their Telegram.
        server: Their Redis.
        directory: Of the test.
        more: Settings of all of them.
    """

    def __init__(
        self, sandbox: Sandbox, server: RedisServer, directory: Path, **more: str
    ) -> None:
        self._sandbox = sandbox
        self._server = server
        self._directory = directory
        self._more = more
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: Any) -> None:
        await self._stack.__aexit__(*error)

    async def people(self) -> list[SandboxUser]:
        """Make the users; returns one for each slot."""
        client = self._sandbox.client()
        known = {user["id"] for user in await client.users()}
        for number in PEOPLE:
            if number not in known:
                await client.add_user(number, f"User {number}")
        return [client.user(number, bot_id=BOT) for number in PEOPLE]

    async def start(
        self, replica: int | None, host: str = "a", count: str = "bot-0:4"
    ) -> RunningWorker:
        """Start a worker of the bot; returns when it is READY.

        Args:
            replica: Its number; None for the receiver, or the only worker.
            host: Where; each has a state directory of its own.
            count: How many share the bot, as BOT_REPLICAS says it.
        """
        state = self._directory / f"state of {host}"
        settings = worker_environment(
            self._sandbox.url,
            make_token(1),
            self._directory,
            **cluster_environment(self._server, host),
            BOT_REPLICAS=count,
            ALLOWED_USER_IDS=",".join(map(str, PEOPLE)),
            AIRPLANE_MODE="true",
            CODERBOT_STATE_DIR=str(state),
            **({} if replica is None else {"BOT_REPLICA": str(replica)}),
        )
        worker = await self._stack.enter_async_context(
            running_worker(settings | self._more, self._directory, program=UNPACED)
        )
        await worker.frame(wire.Ready)
        return worker

    async def start_all(self) -> tuple[RunningWorker, list[RunningWorker]]:
        """Start everything; returns the receiver and the replicas."""
        receiver = await self.start(None)
        return receiver, [await self.start(number) for number in range(4)]
