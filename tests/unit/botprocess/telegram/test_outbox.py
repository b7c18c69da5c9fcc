"""Sending: order, retries, floods, edits of messages that are gone."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TimedOut

from coderbot.botprocess.counters import Counters
from coderbot.botprocess.tasks import Tasks
from coderbot.botprocess.telegram.lengths import utf16_units
from coderbot.botprocess.telegram.outbox import MessageGoneError, Outbox
from coderbot.botprocess.telegram.pace import Priority
from coderbot.botprocess.telegram.traces import Traces
from tests.fakes.autoclock import AutoClock
from tests.fakes.bot import ScriptBot
from tests.fakes.clock import FakeClock

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


async def test_what_is_for_a_deleted_topic_goes_to_the_chat(
    outbox: Outbox, bot: ScriptBot
) -> None:
    gone = BadRequest("Message thread not found")
    bot.plan("send_message", gone)
    bot.plan("send_document", gone)
    assert await outbox.text(ANNA, "hello", thread=7) is not None
    assert await outbox.document(ANNA, b"x", "x.txt", thread=7) is not None
    threads = [options["message_thread_id"] for _, _, options in bot.calls]
    assert threads == [7, None, 7, None]
    # Where there is no topic at all, the chat refuses for good.
    bot.plan("send_message", gone)
    assert await outbox.text(ANNA, "hello") is None


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


async def test_only_alerts_make_a_sound(outbox: Outbox, bot: ScriptBot) -> None:
    await outbox.text(ANNA, "reply")
    await outbox.photo(ANNA, b"png")
    await outbox.text(ANNA, "look!", priority=Priority.ALERT)
    silent = [options["disable_notification"] for _, _, options in bot.calls]
    assert silent == [True, True, False]


async def test_a_flood_does_not_make_an_old_screen_wait(
    outbox: Outbox, bot: ScriptBot
) -> None:
    bot.plan("edit_message_media", RetryAfter(30))
    assert await outbox.edit_photo(ANNA, 7, b"png", None) is None
    assert outbox.pause_s(ANNA) == 30


async def test_waiting_edits_of_one_message_become_the_newest(
    outbox: Outbox, bot: ScriptBot, tasks: Tasks
) -> None:
    outbox.hold(ANNA, 10)
    async with asyncio.TaskGroup() as group:
        results = [
            group.create_task(outbox.edit_photo(ANNA, 7, png, None))
            for png in (b"old", b"newer", b"newest")
        ]
    assert [await each for each in results] == [7, 7, 7]
    (call,) = bot.named("edit_message_media")
    assert call[0].media.input_file_content == b"newest"


async def test_who_stops_waiting_takes_nothing_from_others(
    outbox: Outbox, bot: ScriptBot
) -> None:
    outbox.hold(ANNA, 10)
    async with asyncio.TaskGroup() as group:
        first = group.create_task(outbox.edit_photo(ANNA, 7, b"old", None))
        second = group.create_task(outbox.edit_photo(ANNA, 7, b"new", None))
        await asyncio.sleep(0)
        first.cancel()
    assert await second == 7


async def test_a_file_waits_for_its_turn_and_counts(
    outbox: Outbox, clock: AutoClock
) -> None:
    began = clock.monotonic()
    for _ in range(6):
        assert await outbox.clearance(ANNA, 1)
    assert 4 < clock.monotonic() - began < 5
    assert outbox.pause_s(ANNA) > 1


async def test_drain_sends_words_and_drops_pictures(
    outbox: Outbox, bot: ScriptBot, tasks: Tasks
) -> None:
    outbox.hold(ANNA, 10)
    outbox.post(ANNA, "goodbye")
    picture = outbox.edit_photo(ANNA, 7, b"png", None)
    async with asyncio.TaskGroup() as group:
        edited = group.create_task(picture)
        await asyncio.sleep(0)
        await outbox.drain()
    assert await edited is None
    assert [name for name, _, _ in bot.calls] == ["send_message"]
    assert outbox.queued == 0


async def test_drain_deletes_notices_at_once(bot: ScriptBot, tasks: Tasks) -> None:
    clock = FakeClock()
    outbox = Outbox(bot.as_bot(), tasks, clock, 60, lambda: 0.5)
    outbox.notice(ANNA, "soon gone")
    await bot.called("send_message")
    await clock.settle()
    assert not bot.named("delete_message")
    await outbox.drain()
    await bot.called("delete_message")
    assert clock.monotonic() == 1_000


async def test_an_answer_to_a_button_waits_for_no_chat(
    bot: ScriptBot, tasks: Tasks
) -> None:
    outbox = Outbox(bot.as_bot(), tasks, FakeClock(), 0, lambda: 0.5)
    outbox.hold(ANNA, 1_000)
    outbox.post(ANNA, "waits")
    await outbox.answer("7", "now")
    assert [name for name, _, _ in bot.calls] == ["answer_callback_query"]
    assert outbox.queued == 1


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
    assert [text for _, text in bot.named("send_message")] == [
        str(number) for number in range(50)
    ]
    assert (outbox.queued, counters.outbox_dropped) == (0, 30)


async def test_the_time_that_calls_wait_is_counted(
    bot: ScriptBot, clock: AutoClock, tasks: Tasks
) -> None:
    counters = Counters()
    outbox = Outbox(bot.as_bot(), tasks, clock, 10, lambda: 0.5, counters)
    await outbox.text(ANNA, "at once")
    assert counters.outbox_wait_seconds == 0
    outbox.hold(ANNA, 30)
    await outbox.text(ANNA, "later")
    assert counters.outbox_wait_seconds == 30


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
    bot.plan("edit_message_text", BadRequest(reason))
    assert await outbox.edit_text(ANNA, 7, "word") == 1
    assert [name for name, _, _ in bot.calls] == ["edit_message_text", "send_message"]


async def test_a_screen_that_is_gone_is_told(outbox: Outbox, bot: ScriptBot) -> None:
    bot.plan("edit_message_media", BadRequest("Message to edit not found"))
    with pytest.raises(MessageGoneError):
        await outbox.edit_photo(ANNA, 7, b"png", None)
    assert len(bot.calls) == 1


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


KEYBOARD = InlineKeyboardMarkup([[InlineKeyboardButton("1", callback_data="1")]])


async def test_the_next_run_takes_dead_buttons_and_notices_away(
    tmp_path: Path, bot: ScriptBot, tasks: Tasks
) -> None:
    def make(traces: Traces) -> Outbox:
        sender = bot.as_bot()
        return Outbox(sender, tasks, FakeClock(), 60, lambda: 0.5, Counters(), traces)

    path = tmp_path / "traces.json"
    traces = Traces(path)
    first = make(traces)
    await first.text(ANNA, "a question", keyboard=KEYBOARD)
    await first.text(ANNA, "another", keyboard=KEYBOARD)
    await first.edit_text(ANNA, 2, "answered")
    first.notice(BEN, "soon gone")
    await bot.called_times("send_message", 3)
    await FakeClock().settle()
    # No drain: the process is killed now.
    await traces.flush()
    bot.calls.clear()
    second = make(Traces(path))
    await second.tidy()
    assert bot.named("edit_message_reply_markup") == [(ANNA, 1)]
    assert bot.named("delete_message") == [(BEN, 4)]
    await second.drain()
    assert json.loads(path.read_text()) == {"buttons": [], "fading": []}
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [b"", b"{", b'{"buttons": [["x"]]}', b"\xff"])
async def test_traces_that_make_no_sense_do_no_harm(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "traces.json"
    path.write_bytes(content)
    assert Traces(path).take_over() == ([], [])
