# ruff: noqa: F811 - a fixture is used by its name
"""Nothing is done twice, nothing too late: a worker that is killed and comes back."""

import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from coderbot import wire
from coderbot.sandbox.client import Message, SandboxUser
from coderbot.sandbox.server import Sandbox
from tests.fakes.sandbox import ANNA, make_bot_id, make_token, sandbox  # noqa: F401
from tests.fakes.worker import RunningWorker, running_worker, worker_environment

BOT = make_bot_id(1)

pytestmark = pytest.mark.timeout(60)


@asynccontextmanager
async def ready_worker(
    sandbox: Sandbox, tmp_path: Path, **more: str
) -> AsyncIterator[tuple[RunningWorker, SandboxUser]]:
    settings = worker_environment(
        sandbox.url, make_token(1), tmp_path, **({"AIRPLANE_MODE": "true"} | more)
    )
    async with running_worker(settings, tmp_path) as worker:
        await worker.frame(wire.Ready)
        yield worker, sandbox.client().user(ANNA, bot_id=BOT)


async def open_terminal(anna: SandboxUser) -> Message:
    await anna.say("/xterm")
    return await anna.wait_for(lambda m: bool(m.buttons))


async def end(anna: SandboxUser, words: str = "end") -> None:
    """Return when everything that was typed before has been carried out."""
    await anna.say(f"echo {words}-$((2 + 2))")
    await anna.wait_for(lambda m: f"{words}-4" in m.text)


async def test_what_telegram_repeats_is_not_typed_again(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    client, log = sandbox.client(), tmp_path / "home" / "log"
    async with ready_worker(sandbox, tmp_path) as (worker, anna):
        await open_terminal(anna)
        # The update arrives, and its confirmation never does.
        await client.fault("500", bot_id=BOT, method="getUpdates", count=None)
        await anna.say("echo once >> log; echo done-$((1 + 1))")
        await anna.wait_for(lambda m: "done-2" in m.text)
        assert log.read_text() == "once\n"
        worker.signal(signal.SIGKILL)
        await worker.ended()
    (pending,) = [each["pending"] for each in await client.bots() if each["id"] == BOT]
    assert pending == 1
    await client.clear_faults()
    async with ready_worker(sandbox, tmp_path) as (worker, anna):
        # It would be told that there is no terminal, if it were acted on again.
        await anna.say("/start")
        await anna.wait_for(lambda m: "this chat" in m.text)
        assert not any("No terminal" in m.text for m in await anna.messages())
        await open_terminal(anna)
        await end(anna, "again")
        assert log.read_text() == "once\n"
        assert await worker.stop() == 0


async def test_what_waited_for_the_start_is_shown_and_run_on_demand(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    anna = sandbox.client().user(ANNA, bot_id=BOT)
    await anna.say("echo stale >> log", age_s=70)
    await anna.say("/xterm", age_s=70)
    cursor = (await anna.say("/start", age_s=30)).cursor
    async with ready_worker(sandbox, tmp_path) as (worker, anna):
        questions = [
            await anna.wait_for(
                lambda m, w=words: "Run it now" in m.buttons and w in m.text,  # type: ignore[misc]
                after=cursor,
            )
            for words in ("stale", "/xterm")
        ]
        await anna.wait_for(lambda m: "this chat" in m.text, after=cursor)
        assert worker.children() == []
        await anna.press(questions[1], "Run it now")
        await anna.wait_for(lambda m: "🔄 Refresh" in m.buttons)
        log = tmp_path / "home" / "log"
        assert not log.exists()
        await anna.press(questions[0], "Run it now")
        await end(anna)
        assert log.read_text() == "stale\n"
        # It cannot be pressed a second time.
        pressed = await anna.press(questions[0], "Run it now")
        await anna.answer(pressed)
        await end(anna, "second")
        assert log.read_text() == "stale\n"


async def test_dead_buttons_are_taken_away(sandbox: Sandbox, tmp_path: Path) -> None:
    settings = {"MESSAGE_DELETE_TIMEOUT": "600000"}
    async with ready_worker(sandbox, tmp_path, **settings) as (worker, anna):
        screen = await open_terminal(anna)
        opening = next(m for m in await anna.messages() if "Opening" in m.text)
        await anna.say("/killbot")
        question = await anna.wait_for(lambda m: "Stop bot-0" in m.buttons)
        await end(anna)
        worker.signal(signal.SIGKILL)
        await worker.ended()
    cursor = (await anna.say("/start")).cursor
    async with ready_worker(sandbox, tmp_path) as (worker, anna):
        for dead in (screen, question):
            await anna.wait_for(
                lambda m, d=dead: m.id == d.id and not m.buttons,  # type: ignore[misc]
                after=cursor,
            )
        await anna.wait_event(lambda e: e["type"] == "delete", after=cursor)
        assert opening.id not in {m.id for m in await anna.messages()}
        assert await worker.stop() == 0
