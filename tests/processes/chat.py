"""A worker of its own on the sandbox, and what a user does with it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from coderbot import wire
from coderbot.sandbox.client import Message, SandboxUser
from coderbot.sandbox.server import Sandbox
from tests.fakes.sandbox import ANNA, make_bot_id, make_token
from tests.fakes.worker import RunningWorker, running_worker, worker_environment

BOT = make_bot_id(1)


@asynccontextmanager
async def ready_worker(
    sandbox: Sandbox, tmp_path: Path, **more: str
) -> AsyncIterator[tuple[RunningWorker, SandboxUser]]:
    """Start a worker with screens as text; yield it, READY, and Anna."""
    async with _ready(sandbox, tmp_path, "coderbot.worker", more) as ready:
        yield ready


@asynccontextmanager
async def unpaced_worker(
    sandbox: Sandbox, tmp_path: Path, **more: str
) -> AsyncIterator[tuple[RunningWorker, SandboxUser]]:
    """Start the same, but one that the rates of Telegram do not hold back."""
    async with _ready(sandbox, tmp_path, "tests.fakes.unpaced", more) as ready:
        yield ready


@asynccontextmanager
async def _ready(
    sandbox: Sandbox, tmp_path: Path, module: str, more: dict[str, str]
) -> AsyncIterator[tuple[RunningWorker, SandboxUser]]:
    settings = worker_environment(
        sandbox.url, make_token(1), tmp_path, **({"AIRPLANE_MODE": "true"} | more)
    )
    async with running_worker(settings, tmp_path, program=("-m", module)) as worker:
        await worker.frame(wire.Ready)
        yield worker, sandbox.client().user(ANNA, bot_id=BOT)


def is_screen(message: Message) -> bool:
    return any(each.startswith("🔄 Refresh") for each in message.buttons)


async def open_terminal(anna: SandboxUser) -> Message:
    await anna.say("/xterm")
    return await anna.wait_for(is_screen)


async def run(anna: SandboxUser, command: str, shown: str) -> Message:
    """Type a command; return the screen that shows `shown`."""
    await anna.say(command)
    return await anna.wait_for(lambda m: is_screen(m) and shown in m.text)


async def say(anna: SandboxUser, words: str, answer: str) -> Message:
    """Say something; return the answer with these words."""
    await anna.say(words)
    return await anna.wait_for(lambda m: answer in m.text)


async def bot_username(sandbox: Sandbox) -> str:
    bots = await sandbox.client().bots()
    return str(next(bot["username"] for bot in bots if bot["id"] == BOT))
