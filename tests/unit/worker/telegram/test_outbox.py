"""Sending: order, retries, floods, edits of messages that are gone."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TimedOut

from coderbot.worker.counters import Counters
from coderbot.worker.tasks import Tasks
from coderbot.worker.telegram.lengths import utf16_units
from coderbot.worker.telegram.outbox import Outbox
from tests.fakes.autoclock import AutoClock
from tests.fakes.bot import ScriptBot

ANNA, BEN = 1001, 1002


@pytest.fixture
def bot() -> ScriptBot:
    return ScriptBot()


@pytest.fixture
def clock() -> AutoClock:
    return AutoClock()


@pytest_asyncio.fixture
async def tasks() -> AsyncIterator[Tasks]:
    async with Tasks.open() as tasks:
        yield tasks


def make_outbox(
    bot: ScriptBot, clock: AutoClock, tasks: Tasks, notice_s: float = 10
) -> Outbox:
    return Outbox(bot.as_bot(), tasks, clock, notice_s, lambda: 0.5)


@pytest.fixture
def outbox(bot: ScriptBot, clock: AutoClock, tasks: Tasks) -> Outbox:
    return make_outbox(bot, clock, tasks)


async def test_text_returns_the_id(outbox: Outbox, bot: ScriptBot) -> None:
    assert await outbox.text(ANNA, "hello") == 1
    assert bot.named("send_message") == [(ANNA, "hello")]


async def test_no_parse_mode_is_ever_used(outbox: Outbox, bot: ScriptBot) -> None:
    await outbox.text(ANNA, "*_`[hostile](x)")
    assert all("parse_mode" not in options for _, _, options in bot.calls)


async def test_long_text_is_cut(outbox: Outbox, bot: ScriptBot) -> None:
    await outbox.text(ANNA, "🔄" * 4_000)
    assert utf16_units(bot.named("send_message")[0][1]) == 4_095


async def test_network_errors_are_retried_with_growing_pauses(
    outbox: Outbox, bot: ScriptBot, clock: AutoClock
) -> None:
    bot.plan("send_message", NetworkError("gone"), TimedOut(), NetworkError("gone"))
    assert await outbox.text(ANNA, "hello") == 1
    assert clock.sleeps == [1, 2, 4]


async def test_network_errors_are_not_retried_for_ever(
    outbox: Outbox, bot: ScriptBot
) -> None:
    bot.plan("send_message", *[NetworkError("gone")] * 9)
    assert await outbox.text(ANNA, "hello") is None
    assert len(bot.named("send_message")) == 4


@pytest.mark.parametrize("error", [BadRequest("chat not found"), Forbidden("blocked")])
async def test_refusals_are_not_retried(
    outbox: Outbox, bot: ScriptBot, error: Exception
) -> None:
    bot.plan("send_message", error)
    assert await outbox.text(ANNA, "hello") is None
    assert len(bot.calls) == 1


async def test_retry_after_is_obeyed(
    outbox: Outbox, bot: ScriptBot, clock: AutoClock
) -> None:
    bot.plan("send_message", RetryAfter(30))
    assert await outbox.text(ANNA, "hello") == 1
    assert clock.sleeps == [30]


async def test_retry_after_is_not_obeyed_for_ever(
    outbox: Outbox, bot: ScriptBot
) -> None:
    bot.plan("send_message", *[RetryAfter(1)] * 9)
    assert await outbox.text(ANNA, "hello") is None
    assert len(bot.calls) == 4


async def test_a_flooded_chat_does_not_hold_up_others(
    bot: ScriptBot, tasks: Tasks
) -> None:
    released = asyncio.Event()

    class BlockedClock(AutoClock):
        async def sleep(self, seconds: float) -> None:
            await released.wait()
            self.time_s += seconds

    outbox = make_outbox(bot, BlockedClock(), tasks)
    bot.plan("send_message", RetryAfter(30))
    outbox.post(ANNA, "first")
    await bot.called("send_message")
    outbox.post(ANNA, "second")
    await outbox.text(BEN, "other chat")
    assert outbox.pause_s(ANNA) == 30
    assert outbox.pause_s(BEN) == 0
    assert [text for _, text in bot.named("send_message")] == ["first", "other chat"]
    released.set()
    await outbox.drain()
    assert [text for _, text in bot.named("send_message")][2:] == ["first", "second"]


async def test_order_in_a_chat_is_kept(outbox: Outbox, bot: ScriptBot) -> None:
    bot.plan("send_message", NetworkError("gone"))
    for number in range(5):
        outbox.post(ANNA, str(number))
    await outbox.drain()
    assert [text for _, text in bot.named("send_message")] == list("001234")


async def test_too_many_waiting_texts_are_dropped_and_counted(
    bot: ScriptBot, clock: AutoClock, tasks: Tasks
) -> None:
    counters = Counters()
    outbox = Outbox(bot.as_bot(), tasks, clock, 10, lambda: 0.5, counters)
    for number in range(80):
        outbox.post(ANNA, str(number))
    await asyncio.sleep(0)
    assert outbox.queued == 50
    await outbox.drain()
    assert len(bot.calls) == 50
    assert (outbox.queued, counters.outbox_dropped) == (0, 30)


async def test_not_modified_is_success(outbox: Outbox, bot: ScriptBot) -> None:
    bot.plan("edit_message_text", BadRequest("Message is not modified: same"))
    assert await outbox.edit_text(ANNA, 7, "same") == 7
    assert len(bot.calls) == 1


@pytest.mark.parametrize(
    "reason", ["Message to edit not found", "Message can't be edited"]
)
async def test_a_message_that_is_gone_is_sent_anew(
    outbox: Outbox, bot: ScriptBot, reason: str
) -> None:
    bot.plan("edit_message_media", BadRequest(reason))
    assert await outbox.edit_photo(ANNA, 7, b"png", None) == 1
    assert [name for name, _, _ in bot.calls] == ["edit_message_media", "send_photo"]


async def test_another_refused_edit_sends_nothing(
    outbox: Outbox, bot: ScriptBot
) -> None:
    bot.plan("edit_message_media", BadRequest("wrong file"))
    assert await outbox.edit_photo(ANNA, 7, b"png", None) is None
    assert len(bot.calls) == 1


async def test_notice_is_deleted_after_a_while(
    outbox: Outbox, bot: ScriptBot, clock: AutoClock, tasks: Tasks
) -> None:
    outbox.notice(ANNA, "soon gone")
    await bot.called("delete_message")
    assert clock.sleeps == [10]
    assert bot.named("delete_message") == [(ANNA, 1)]


@pytest.mark.parametrize("notice_s", [0, -1])
async def test_notice_can_be_kept(
    bot: ScriptBot, clock: AutoClock, tasks: Tasks, notice_s: float
) -> None:
    outbox = make_outbox(bot, clock, tasks, notice_s)
    task_count = 3
    outbox.notice(ANNA, "stays")
    for _ in range(task_count):
        await outbox.drain()
    assert [name for name, _, _ in bot.calls] == ["send_message"]
    assert clock.sleeps == []


async def test_deleting_what_is_gone_is_fine(outbox: Outbox, bot: ScriptBot) -> None:
    bot.plan("delete_message", BadRequest("Message to delete not found"))
    await outbox.delete(ANNA, 7)
    assert await outbox.text(ANNA, "still works") == 1


async def test_a_late_answer_to_a_button_is_fine(
    outbox: Outbox, bot: ScriptBot
) -> None:
    bot.plan("answer_callback_query", BadRequest("Query is too old"))
    await outbox.answer("7", "x" * 300)
    assert len(bot.named("answer_callback_query")[0][1]) == 200
