"""How screens follow their programs, at the rates that Telegram enforces."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from coderbot import wire
from coderbot.sandbox.client import Message, SandboxClient, SandboxUser
from coderbot.sandbox.server import running_sandbox
from tests.fakes.sandbox import ANNA, make_bot_id, make_token
from tests.fakes.worker import running_worker, worker_environment

BOT = make_bot_id(1)

pytestmark = pytest.mark.timeout(60)


@asynccontextmanager
async def strict_chat(
    tmp_path: Path, **more: str
) -> AsyncIterator[tuple[SandboxClient, SandboxUser, Message]]:
    """Open a terminal, shown as text, in a Telegram that enforces its rates."""
    async with running_sandbox((make_token(1),), budgets=True) as sandbox:
        settings = worker_environment(
            sandbox.url, make_token(1), tmp_path, **({"AIRPLANE_MODE": "true"} | more)
        )
        async with running_worker(settings, tmp_path) as worker:
            await worker.frame(wire.Ready)
            client = sandbox.client()
            anna = client.user(ANNA, bot_id=BOT)
            await anna.say("/xterm")
            yield client, anna, await anna.wait_for(lambda m: bool(m.buttons))


async def refused(client: SandboxClient) -> int:
    methods = (await client.requests(BOT))["methods"]
    return sum(int(counts.get("429", 0)) for counts in methods.values())


async def test_a_program_that_draws_without_end_stays_within_the_rates(
    tmp_path: Path,
) -> None:
    settings = {"SCREEN_REFRESH_INTERVAL": "5000"}
    async with strict_chat(tmp_path, **settings) as (client, anna, screen):
        await anna.say("while sleep 0.05; do echo $((n++)); done")
        for number in range(4):
            await anna.say("/nosuch")
            await anna.wait_for(lambda m: "no command" in m.text)
            seen = await anna.wait_for(lambda m: m.id == screen.id)
            assert seen.edits > number
        assert await refused(client) == 0


async def test_many_replies_at_once_are_spread(tmp_path: Path) -> None:
    async with strict_chat(tmp_path) as (client, anna, _):
        cursor = (await anna.say("/nosuch1")).cursor
        for number in range(2, 7):
            await anna.say(f"/nosuch{number}")
        for number in range(1, 7):
            await anna.wait_for(
                lambda m, n=number: f"/nosuch{n}" in m.text,  # type: ignore[misc]
                after=cursor,
            )
        answers = [m.text for m in await anna.messages() if "no command" in m.text]
        assert [f"/nosuch{n}" in text for n, text in enumerate(answers, 1)] == [
            True
        ] * 6
        assert await refused(client) == 0


async def test_a_deleted_screen_is_sent_anew_once(tmp_path: Path) -> None:
    async with strict_chat(tmp_path) as (_, anna, screen):
        await anna.delete(screen.id)
        await anna.say("echo new-$((1 + 1))")
        fresh = await anna.wait_for(lambda m: "new-2" in m.text)
        assert fresh.id != screen.id
        await anna.say("echo more-$((1 + 2))")
        again = await anna.wait_for(lambda m: "more-3" in m.text)
        assert again.id == fresh.id


async def test_refreshing_can_be_turned_off(tmp_path: Path) -> None:
    settings = {"SCREEN_REFRESH_ENABLED": "false"}
    async with strict_chat(tmp_path, **settings) as (client, anna, _):
        # A refresh would come before the answer to what is sent after the command.
        for number in (2, 3):
            await anna.say(f"echo quiet-$((1 + {number}))")
            await anna.say("/nosuch")
            await anna.wait_for(lambda m: "no command" in m.text)
            shown = ""
            while f"quiet-{number + 1}" not in shown:
                # A busy shell may not have answered yet; nothing brings it up to date.
                await anna.say("/screen")
                shown = (await anna.wait_for(lambda m: "echo quiet" in m.text)).text
        assert await client.calls(BOT, "editMessageText") == 0
