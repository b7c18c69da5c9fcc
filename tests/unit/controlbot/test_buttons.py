"""Keys of buttons, questions for tokens, and the live message."""

import asyncio
from collections.abc import Sequence

from telegram.error import BadRequest, NetworkError, RetryAfter

from coderbot.botprocess.tasks import Tasks
from coderbot.control.facts import BotSnapshot, BotState
from coderbot.controlbot.board import LIVE_S, Board
from coderbot.controlbot.boards import PAUSE_S, Boards
from coderbot.controlbot.deck import Deck, Press
from coderbot.controlbot.waiting import PATIENCE_S, Waiting
from tests.fakes.autoclock import AutoClock
from tests.fakes.bot import ScriptBot
from tests.fakes.clock import FakeClock
from tests.fakes.supervisor import a_bot
from tests.unit.controlbot.senders import make_sender

ADA, BEN = 7, 8


class Echo:
    """Answers with what was pressed."""

    async def press(self, press: Press) -> str:
        return press.action


def test_a_key_is_its_admins_alone_and_expires() -> None:
    clock = AutoClock()
    deck, target = Deck(clock), Echo()
    key = deck.issue(ADA, target, 60)
    forever = deck.issue(ADA, target)
    assert deck.find(key, ADA) is target
    assert deck.find(key, BEN) is None
    assert deck.find("made up", ADA) is None
    clock.time_s += 60
    assert deck.find(key, ADA) is None
    assert deck.find(forever, ADA) is target
    deck.revoke(forever)
    assert deck.find(forever, ADA) is None


def test_old_keys_are_forgotten() -> None:
    deck, target = Deck(AutoClock()), Echo()
    keys = [deck.issue(ADA, target) for _ in range(1_100)]
    assert deck.find(keys[0], ADA) is None
    assert deck.find(keys[-1], ADA) is target


def test_a_token_is_waited_for_once_and_not_for_long() -> None:
    clock = AutoClock()
    waiting = Waiting(clock)
    assert not waiting.end(ADA)
    waiting.begin(ADA)
    assert not waiting.end(BEN)
    assert waiting.end(ADA)
    assert not waiting.end(ADA)
    waiting.begin(ADA)
    clock.time_s += PATIENCE_S
    assert not waiting.end(ADA)


class Table:
    """A fleet that a test changes, and what was done to it."""

    def __init__(self, *bots: BotSnapshot) -> None:
        self.bots: Sequence[BotSnapshot] = bots
        self.acts: list[tuple[int, str, str]] = []

    def look(self) -> Sequence[BotSnapshot]:
        return self.bots

    async def act(self, admin: int, verb: str, name: str) -> str:
        self.acts.append((admin, verb, name))
        return "done"


async def test_a_board_is_edited_when_something_changes_and_not_too_often() -> None:
    clock, bot, table = FakeClock(), ScriptBot(), Table(a_bot(0), a_bot(1))
    async with Tasks.open() as tasks:
        sender, deck = make_sender(bot, tasks, clock), Deck(clock)
        boards = Boards(
            lambda admin: Board(admin, table.look, sender, deck, clock, table.act),
            clock,
        )
        tasks.spawn(boards.run(), "boards")
        await boards.show(ADA)
        boards.touch()
        await clock.advance(PAUSE_S)
        assert bot.named("edit_message_text") == []
        for state in (BotState.STOPPING, BotState.STOPPED):
            table.bots = [a_bot(0, state), a_bot(1)]
            boards.touch()
            await clock.settle()
        assert len(bot.named("edit_message_text")) == 1
        await clock.advance(PAUSE_S)
        first, second = bot.named("edit_message_text")
        assert "stopping" in first[0]
        assert "stopped" in second[0]


async def test_a_board_that_nobody_touches_is_left_alone() -> None:
    clock, bot, table = FakeClock(), ScriptBot(), Table(a_bot(0))
    async with Tasks.open() as tasks:
        sender, deck = make_sender(bot, tasks, clock), Deck(clock)
        board = Board(ADA, table.look, sender, deck, clock, table.act)
        await board.send()
        assert await board.refresh()
        await clock.advance(LIVE_S)
        assert not await board.refresh()
        (last,) = bot.named("edit_message_text")
        assert last[0].endswith("/status shows a new one.")
        assert bot.calls[-1][2]["reply_markup"] is None


async def test_buttons_of_a_board_turn_pages_and_act() -> None:
    clock, bot = AutoClock(), ScriptBot()
    table = Table(*(a_bot(n) for n in range(8)))
    async with Tasks.open() as tasks:
        sender, deck = make_sender(bot, tasks, clock), Deck(clock)
        board = Board(ADA, table.look, sender, deck, clock, table.act)
        await board.send()
        for page in ("page 1", "page 99", "page x"):
            await board.press(Press(ADA, "k", page, 1))
        texts = [call[0] for call in bot.named("edit_message_text")]
        assert all("page 2 of 2" in text for text in texts)
        assert await board.press(Press(ADA, "k", "stop bot-3", 1)) == "done"
        assert table.acts[-1] == (ADA, "stop", "bot-3")


async def test_the_sender_tries_again_and_gives_up() -> None:
    clock, bot = AutoClock(), ScriptBot()
    async with Tasks.open() as tasks:
        sender = make_sender(bot, tasks, clock)
        bot.plan("send_message", NetworkError("x"), RetryAfter(7))
        assert await sender.text(ADA, "hello") is not None
        assert clock.sleeps == [1.0, 7]
        bot.plan("send_message", BadRequest("chat not found"))
        assert await sender.text(ADA, "hello") is None
        bot.plan("send_message", *(NetworkError("x") for _ in range(4)))
        assert await sender.text(ADA, "hello") is None
        assert len(bot.named("send_message")) == 8


async def test_long_texts_are_several_messages_with_the_buttons_below() -> None:
    bot = ScriptBot()
    async with Tasks.open() as tasks:
        sender = make_sender(bot, tasks, AutoClock())
        await sender.text(ADA, "\n".join(["x" * 100] * 100), fixed=True)
        parts = bot.named("send_message")
        assert len(parts) == 3
        assert all(len(call[2]["entities"]) == 1 for call in bot.calls)


async def test_drain_waits_for_what_was_posted() -> None:
    bot = ScriptBot()
    async with Tasks.open() as tasks:
        sender = make_sender(bot, tasks, AutoClock())
        sender.post(ADA, "one")
        sender.post(ADA, "two")
        async with asyncio.timeout(5):
            await sender.drain()
        assert [call[1] for call in bot.named("send_message")] == ["one", "two"]
