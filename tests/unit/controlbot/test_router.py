"""What reaches a handler, and what does not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from telegram import CallbackQuery, Chat, Message, Update, User
from telegram.ext import ApplicationHandlerStop

from coderbot.botprocess.tasks import Tasks
from coderbot.controlbot import texts
from coderbot.controlbot.deck import Deck, Press
from coderbot.controlbot.door import Door
from coderbot.controlbot.herald import Herald
from coderbot.controlbot.router import Router
from coderbot.controlbot.sender import Sender
from coderbot.controlbot.waiting import Waiting
from tests.fakes.autoclock import AutoClock
from tests.fakes.bot import ScriptBot
from tests.fakes.supervisor import FakeSupervisor, a_bot
from tests.unit.controlbot.senders import make_sender

ADA, BEN = 7, 8
TOKEN = "7999999:AAGbXcQpZrTsUvWxYz0123456789abcdefg"


@dataclass
class Room:
    """A router with all that it needs, and nothing real behind it."""

    bot: ScriptBot
    clock: AutoClock
    port: FakeSupervisor
    services: Any
    sender: Sender
    router: Router
    count: int = 0

    async def say(self, text: str, *, age_s: float = 0, **more: Any) -> list[str]:
        """Let Ada say something; return the answers."""
        before = len(self.bot.named("send_message"))
        update = self.update(text, age_s=age_s, **more)
        await self.router.route(update, None)
        await self.settle()
        return [call[1] for call in self.bot.named("send_message")[before:]]

    async def settle(self) -> None:
        """Let all tasks run that can: none of them waits for anything real."""
        for _ in range(50):
            await asyncio.sleep(0)
        await self.sender.drain()

    def update(
        self, text: str = "", *, user: int = ADA, age_s: float = 0, **more: Any
    ) -> Update:
        """Return the update for a message."""
        self.count += 1
        date = self.clock.now() - timedelta(seconds=age_s)
        chat, person = Chat(user, "private"), User(user, "Ada", is_bot=False)
        message = Message(
            self.count, date, chat, from_user=person, text=text or None, **more
        )
        return Update(self.count, message=message)


class Book:
    """A ledger that has seen nothing."""

    async def is_new(self, _: Update) -> bool:
        return True


@asynccontextmanager
async def room_of(*bots: Any) -> AsyncIterator[Room]:
    bot, clock, port = ScriptBot(), AutoClock(), FakeSupervisor(bots)
    async with Tasks.open() as tasks:
        sender = make_sender(bot, tasks, clock)
        herald = Herald(port.dossiers, sender, (ADA,), None, clock, tasks)
        services: Any = SimpleNamespace(
            admins=(ADA,),
            clock=clock,
            tasks=tasks,
            sender=sender,
            deck=Deck(clock),
            waiting=Waiting(clock),
            started_at=clock.now(),
            herald=herald,
            env_file=None,
            link=SimpleNamespace(send=lambda _: None),
            fleet=SimpleNamespace(port=port, bots=port.bots, dossiers=port.dossiers),
        )
        router = Router(services, lambda: "ops_bot")
        yield Room(bot, clock, port, services, sender, router)


async def test_a_command_that_waited_for_the_bot_is_not_carried_out() -> None:
    async with room_of(a_bot(0)) as room:
        assert await room.say("/stop_bot bot-0", age_s=121) == [texts.LATE]
        assert await room.say("/listbots", age_s=121) != [texts.LATE]
        assert room.port.calls == []
        assert "stopped" in (await room.say("/stop_bot bot-0", age_s=30))[0]
        assert room.port.calls == [("stop", "bot-0")]


async def test_only_a_text_is_a_command() -> None:
    async with room_of(a_bot(0)) as room:
        assert await room.say("", caption="/stop_bot bot-0") == [texts.UNSUPPORTED]
        assert await room.say("") == [texts.UNSUPPORTED]
        assert await room.say("/stop_bot@else_bot bot-0") == [texts.UNSUPPORTED]
        assert room.port.calls == []
        assert "restarted" in (await room.say("/restart_bot@OPS_bot bot-0"))[0]


async def test_a_token_is_deleted_wherever_it_stands() -> None:
    async with room_of() as room:
        assert await room.say(f"here: {TOKEN}") == [texts.TOKEN_DELETED]
        assert await room.say("", caption=TOKEN) == [texts.TOKEN_DELETED]
        assert room.bot.named("delete_message") == [(ADA, 1), (ADA, 2)]


async def test_what_follows_a_question_for_a_token_is_deleted() -> None:
    async with room_of() as room:
        room.services.waiting.begin(ADA)
        (said,) = await room.say("12345:half")
        assert said.startswith("What you sent is malformed")
        assert "half" not in said
        assert room.bot.named("delete_message") == [(ADA, 1)]
        assert await room.say("12345:half") == [texts.UNSUPPORTED]


async def test_without_a_file_nothing_is_asked() -> None:
    async with room_of(a_bot(0)) as room:
        for text in ("/addbot", f"/addbot {TOKEN}", "/removebot bot-0"):
            assert await room.say(text) == [texts.NO_ENV_FILE]


class Target:
    """Remembers presses."""

    def __init__(self) -> None:
        self.pressed: list[Press] = []

    async def press(self, press: Press) -> str:
        self.pressed.append(press)
        return "done"


async def test_a_button_is_for_one_admin() -> None:
    async with room_of() as room:
        target = Target()
        key = room.services.deck.issue(ADA, target)
        for number, data in enumerate([f"{key} go on", "forged go", "", f"{key}"]):
            person = User(ADA if number < 3 else BEN, "x", is_bot=False)
            query = CallbackQuery(str(number), person, "c", data=data)
            await room.router.route(Update(number, callback_query=query), None)
        await room.bot.called_times("answer_callback_query", 4)
        toasts = dict(room.bot.named("answer_callback_query"))
        assert toasts == {
            "0": "done",
            "1": texts.OUTDATED,
            "2": texts.OUTDATED,
            "3": texts.OUTDATED,
        }
        assert [(p.admin, p.action) for p in target.pressed] == [(ADA, "go on")]


async def test_the_door() -> None:
    async with room_of() as room:
        ledger: Any = Book()
        door = Door(room.services, ledger)
        await door.judge(room.update("/status"), None)
        for _ in range(3):
            with pytest.raises(ApplicationHandlerStop):
                await door.judge(room.update("/stopall", user=BEN), None)
        await room.settle()
        sent = room.bot.named("send_message")
        assert sorted(call[0] for call in sent) == [ADA, BEN]
        room.clock.time_s += 61
        with pytest.raises(ApplicationHandlerStop):
            await door.judge(room.update("/stopall", user=BEN), None)
        await room.settle()
        # Once more to the stranger; what the admin hears is put together.
        assert [call[0] for call in room.bot.named("send_message")[2:]] == [BEN]
