"""A worker whose PATH has programs that play assistants, and waiting for them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from coderbot.sandbox.client import Message, SandboxUser
from coderbot.sandbox.server import Sandbox
from tests.fakes.assistants import make_program, path_with
from tests.fakes.sandbox import make_bot_id
from tests.fakes.worker import RunningWorker
from tests.processes.chat import is_screen, ready_worker

BOT = make_bot_id(1)
BUILT_IN = {
    "copilot": "copilot",
    "opencode": "opencode",
    "gemini": "gemini",
    "claude": "claude",
    "codex": "codex",
    "cursor": "cursor-agent",
}
NONE = {f"{name.upper()}_ARGUMENTS": "" for name in BUILT_IN}


@asynccontextmanager
async def worker_with(
    sandbox: Sandbox, tmp_path: Path, **more: str
) -> AsyncIterator[tuple[RunningWorker, SandboxUser]]:
    """Start a worker whose PATH has all programs that come with the catalogue."""
    for program in BUILT_IN.values():
        make_program(tmp_path, program)
    settings = {"PATH": path_with(tmp_path), "XTERM_TERMINAL_COLS": "250", **more}
    async with ready_worker(sandbox, tmp_path, **settings) as running:
        yield running


async def shown(anna: SandboxUser, *words: str) -> Message:
    """Wait for a screen that has all `words`."""
    return await anna.wait_for(
        lambda m: is_screen(m) and all(word in m.text for word in words)
    )


async def told(anna: SandboxUser, *words: str) -> Message:
    """Wait for a message that has all `words`."""
    return await anna.wait_for(lambda m: all(word in m.text for word in words))


async def close(anna: SandboxUser) -> None:
    await anna.say("/close")
    await told(anna, "closed")
