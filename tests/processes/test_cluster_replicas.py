# ruff: noqa: F811 - a fixture is used by its name
"""Four workers share the chats of one bot: real processes, a real Redis."""

import signal
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest

from coderbot import wire
from coderbot.sandbox.client import Message
from coderbot.sandbox.server import Sandbox
from coderbot.worker.replicas.slots import slot_of
from tests.fakes.redis import RedisServer, needs_redis
from tests.fakes.sandbox import sandbox  # noqa: F401
from tests.fakes.shared import server, until  # noqa: F401
from tests.processes.chat import BOT, open_terminal, say
from tests.processes.replicas import ReplicatedBot

pytestmark = [needs_redis, pytest.mark.timeout(120)]


async def test_a_chat_always_reaches_the_worker_with_its_terminals(
    sandbox: Sandbox, server: RedisServer, tmp_path: Path
) -> None:
    async with ReplicatedBot(sandbox, server, tmp_path) as bot:
        receiver, replicas = await bot.start_all()
        people = await bot.people()
        for slot, user in enumerate(people):
            await open_terminal(user)
            opened = await replicas[slot].frame(
                wire.Event, lambda event: event.kind == "terminal_opened"
            )
            assert opened.detail["user_id"] == user.user_id
        for number in range(5):
            for user in people:
                await user.say(f"echo {user.user_id}-{number} >> log-{user.user_id}")
        for user in people:
            await say(user, "echo end-$((1 + 1))", "end-2")
            log = tmp_path / "home" / f"log-{user.user_id}"
            assert log.read_text().split() == [f"{user.user_id}-{n}" for n in range(5)]
        # Nobody else polls, and nothing waits any more.
        calls = sandbox.client()
        assert await calls.calls(BOT, "getUpdates", 409) == 0
        (known,) = [each for each in await calls.bots() if each["id"] == BOT]
        assert known["pending"] == 0
        for each in (*replicas, receiver):
            assert await each.stop() == 0
        streams = server.client().keys("*:stream:*")
        assert sum(server.client().xlen(key) for key in streams) == 0


async def test_two_killed_replicas_lose_and_repeat_nothing(
    sandbox: Sandbox, server: RedisServer, tmp_path: Path
) -> None:
    async with ReplicatedBot(sandbox, server, tmp_path) as bot:
        receiver, replicas = await bot.start_all()
        people = await bot.people()
        for user in people:
            await open_terminal(user)
        for slot in (1, 3):
            replicas[slot].signal(signal.SIGKILL)
            await replicas[slot].ended()
        # They come while nobody is there to take them.
        cursors = [(await user.say("/start")).cursor for user in people]
        for slot in (1, 3):
            replicas[slot] = await bot.start(slot, host="b")
        for slot, user in enumerate(people):
            await user.wait_for(lambda m: "this chat" in m.text, after=cursors[slot])
            told = [
                m for m in await user.messages() if "Terminal main is lost" in m.text
            ]
            assert len(told) == (1 if slot in (1, 3) else 0)
        # Those of the others live on; those that are lost can be opened anew.
        for slot in (0, 2):
            await say(people[slot], "echo still-$((1 + 1))", "still-2")
        for slot in (1, 3):
            await open_terminal(people[slot])
            await say(people[slot], "echo again-$((1 + 1))", "again-2")
        welcomes = [
            sum("this chat" in m.text for m in await user.messages()) for user in people
        ]
        assert welcomes == [1, 1, 1, 1]
        for each in (*replicas, receiver):
            assert await each.stop() == 0


async def test_what_was_begun_is_told_and_not_done_again(
    sandbox: Sandbox, server: RedisServer, tmp_path: Path
) -> None:
    async with ReplicatedBot(sandbox, server, tmp_path) as bot:
        _, replicas = await bot.start_all()
        user = (await bot.people())[2]
        book = f"{{coderbot}}:terminals:{BOT}"
        before = server.client().hget(book, "bot-0.2")
        # The answer of Telegram never comes, so the work is under way for long.
        await sandbox.client().fault("timeout", bot_id=BOT, method="sendMessage")
        await user.say("/xterm")
        await until(lambda: server.client().hget(book, "bot-0.2") != before)
        replicas[2].signal(signal.SIGKILL)
        await replicas[2].ended()
        await sandbox.client().clear_faults()
        replicas[2] = await bot.start(2, host="b")
        await user.wait_for(lambda m: "is not done a second time" in m.text)
        await user.wait_for(lambda m: "Terminal main is lost" in m.text)
        await say(user, "/start", "this chat")
        assert not any(m.buttons for m in await user.messages())


async def test_a_receiver_that_is_killed_loses_nothing(
    sandbox: Sandbox, server: RedisServer, tmp_path: Path
) -> None:
    log = tmp_path / "home" / "log"
    async with ReplicatedBot(sandbox, server, tmp_path) as bot:
        receiver, _ = await bot.start_all()
        user = (await bot.people())[1]
        await open_terminal(user)
        # The next poll, which would confirm it, fails.
        client = sandbox.client()
        await client.fault("500", bot_id=BOT, method="getUpdates", count=None)
        await user.say("echo one >> log")
        await until(log.exists)
        receiver.signal(signal.SIGKILL)
        await receiver.ended()
        await client.clear_faults()
        await user.say("echo two >> log")
        receiver = await bot.start(None, host="b")
        await say(user, "echo end-$((1 + 1))", "end-2")
        assert log.read_text() == "one\ntwo\n"
        assert await receiver.stop() == 0


async def test_redis_may_be_away_and_come_back_empty(
    sandbox: Sandbox, server: RedisServer, tmp_path: Path
) -> None:
    log = tmp_path / "home" / "log"
    async with ReplicatedBot(sandbox, server, tmp_path) as bot:
        receiver, replicas = await bot.start_all()
        user = (await bot.people())[3]
        await open_terminal(user)
        server.pause()
        await user.say("echo one >> log")
        await receiver.line("Updates wait at Telegram")
        assert not log.exists()
        server.resume()
        await say(user, "echo mid-$((1 + 1))", "mid-2")
        server.stop()
        await user.say("echo two >> log")
        await replicas[3].line("Updates are not seen until Redis answers")
        server.start()
        await say(user, "echo end-$((1 + 1))", "end-2")
        assert log.read_text() == "one\ntwo\n"


async def test_a_stranger_in_redis_can_neither_forge_nor_replay(
    sandbox: Sandbox, server: RedisServer, tmp_path: Path
) -> None:
    log = tmp_path / "home" / "log"
    client = server.client()
    stream = f"{{coderbot}}:stream:{BOT}:1"
    async with ReplicatedBot(sandbox, server, tmp_path) as bot:
        _, replicas = await bot.start_all()
        user = (await bot.people())[1]
        await open_terminal(user)
        await user.say("echo once >> log")
        await say(user, "echo mid-$((1 + 1))", "mid-2")
        # Whatever lies there is caught while the replica cannot take it.
        replicas[1].signal(signal.SIGSTOP)
        await user.say("echo twice >> log")
        await until(lambda: client.xlen(stream))
        entries = client.xrange(stream)
        assert "twice" not in repr(entries)
        ((_, fields),) = cast(Any, entries)
        client.xadd(stream, fields)
        update = b'{"update_id": 1, "message": {"text": "echo forged >> log"}}'
        client.xadd(stream, {b"e": update})
        replicas[1].signal(signal.SIGCONT)
        await replicas[1].line("was sealed for another place; it is ignored")
        await replicas[1].line("is not sealed by us; it is ignored")
        await say(user, "echo end-$((1 + 1))", "end-2")
        assert log.read_text() == "once\ntwice\n"


async def test_what_waits_for_a_replica_that_is_no_more_is_handed_on(
    sandbox: Sandbox, server: RedisServer, tmp_path: Path
) -> None:
    async with ReplicatedBot(sandbox, server, tmp_path) as bot:
        receiver, *_ = await bot.start(None), await bot.start(0)
        user = (await bot.people())[3]
        await user.say("/start")
        await until(lambda: server.client().xlen(f"{{coderbot}}:stream:{BOT}:3"))
        assert await receiver.stop() == 0
        # Half as many are enough: the chat belongs to another replica now.
        receiver = await bot.start(None, count="bot-0:2")
        owner = await bot.start(slot_of(user.user_id, 2), host="b", count="bot-0:2")
        await user.wait_for(lambda m: "this chat" in m.text)
        assert await owner.stop() == 0
        cursor = (await user.say("/macros")).cursor
        assert await receiver.stop() == 0
        # And then the bot has one worker again.
        worker = await bot.start(None, count="")
        await user.wait_for(lambda m: "macro" in m.text, after=cursor)
        assert await worker.stop() == 0
        texts = [m.text for m in await user.messages()]
        assert sum("this chat" in text for text in texts) == 1


def holds(name: str, message: Message) -> bool:
    return message.file is not None and message.file["name"] == name


def lies_in(directory: Path, name: str) -> bool:
    return any(directory.rglob(f"*{name}"))


async def test_files_are_sent_once_by_one_replica_of_a_host(
    sandbox: Sandbox, server: RedisServer, tmp_path: Path
) -> None:
    outgoing = tmp_path / "media" / "bot-0"
    async with ReplicatedBot(sandbox, server, tmp_path) as bot:
        people = await bot.people()
        _, replicas = await bot.start_all()
        for name in ("one.txt", "two.txt"):
            (outgoing / name).write_text(name)
            for user in people:
                await user.wait_for(partial(holds, name), after=0)
            # Only then it is known that everybody has it.
            await until(partial(lies_in, outgoing / "sent", name))
            # Whoever has sent it is killed; another one goes on.
            holder = int((tmp_path / "media" / ".bot-0.lock").read_text())
            (slot,) = [n for n, each in enumerate(replicas) if each.pid == holder]
            replicas[slot].signal(signal.SIGKILL)
            await replicas[slot].ended()
            replicas[slot] = await bot.start(slot)
        for user in people:
            for name in ("one.txt", "two.txt"):
                assert sum(holds(name, m) for m in await user.messages()) == 1
