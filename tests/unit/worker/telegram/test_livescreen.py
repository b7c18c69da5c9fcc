"""When the message that shows a terminal is sent, edited, or left alone."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from telegram.error import BadRequest, RetryAfter

from coderbot.botprocess.tasks import Tasks
from coderbot.botprocess.telegram.lengths import MAX_TEXT_UNITS, utf16_units
from coderbot.botprocess.telegram.outbox import Outbox
from coderbot.worker.telegram.keypad import Keypad
from coderbot.worker.telegram.livescreen import LiveScreen, RefreshPolicy, screen_text
from coderbot.worker.terminal.screen import Run, Screen
from tests.fakes.autoclock import AutoClock
from tests.fakes.bot import ScriptBot

ANNA = 1001


def make_screen(*lines: str) -> Screen:
    rows = tuple((Run(line),) if line else () for line in lines)
    return Screen(columns=80, rows=len(rows), lines=rows)


class FakeSession:
    """Shows what it is told to; its output settles at once."""

    def __init__(self) -> None:
        self.shown = make_screen("$")
        self.settles = 0
        self.revision = 0
        self.is_open = True
        self._output = asyncio.Event()

    def screen(self) -> Screen:
        return self.shown

    def put(self, *lines: str) -> None:
        """Show something else."""
        self.shown = make_screen(*lines)
        self.revision += 1
        self._output.set()
        self._output = asyncio.Event()

    async def settled(self, quiet_s: float, limit_s: float) -> None:
        self.settles += 1
        await asyncio.sleep(0)

    async def changed(self, since: int) -> int:
        while self.revision <= since:
            await self._output.wait()
        return self.revision


class FakePainter:
    """Makes a picture of a screen that names it."""

    def __init__(self) -> None:
        self.broken = False

    async def paint(self, screen: Screen) -> bytes:
        if self.broken:
            raise OSError("no font")
        return screen.text().encode()


def untyped(fake: object) -> Any:
    """Return a fake, to stand for a class of the program."""
    return fake


class Stage:
    """A live screen and all around it."""

    def __init__(self, tasks: Tasks, **policy: Any) -> None:
        self.bot = ScriptBot()
        self.clock = AutoClock()
        self.session = untyped(FakeSession())
        self.painter = untyped(FakePainter())
        self.outbox = Outbox(self.bot.as_bot(), tasks, self.clock, 0, lambda: 0.5)
        options: dict[str, Any] = {"interval_s": 10.0, "max_count": 2}
        self.keyboard = Keypad("key", lambda: None).markup()
        self.live = LiveScreen(
            ANNA,
            self.session,
            lambda: self.keyboard,
            self.outbox,
            self.painter,
            RefreshPolicy(**(options | policy)),
            self.clock,
        )

    @property
    def done(self) -> list[str]:
        return [name for name, _, _ in self.bot.calls]


@pytest_asyncio.fixture
async def tasks() -> AsyncIterator[Tasks]:
    async with Tasks.open() as tasks:
        yield tasks


@pytest.fixture
def stage(tasks: Tasks) -> Stage:
    return Stage(tasks)


async def test_show_sends_and_refresh_edits(stage: Stage) -> None:
    await stage.live.show()
    stage.session.shown = make_screen("$ ls")
    assert await stage.live.refresh()
    assert stage.done == ["send_photo", "edit_message_media"]
    assert stage.bot.named("edit_message_media")[0][1:] == (ANNA, 1)


async def test_equal_screens_are_not_sent_twice(stage: Stage) -> None:
    await stage.live.show()
    assert not await stage.live.refresh()
    assert stage.done == ["send_photo"]


async def test_a_refused_edit_is_tried_again(stage: Stage) -> None:
    await stage.live.show()
    stage.session.shown = make_screen("$ ls")
    stage.bot.plan("edit_message_media", BadRequest("wrong file"))
    await stage.live.refresh()
    await stage.live.refresh()
    assert stage.done == ["send_photo", "edit_message_media", "edit_message_media"]


async def test_a_deleted_message_is_replaced_and_then_followed(stage: Stage) -> None:
    await stage.live.show()
    stage.session.shown = make_screen("$ ls")
    stage.bot.plan("edit_message_media", BadRequest("Message to edit not found"))
    await stage.live.refresh()
    stage.session.shown = make_screen("$ pwd")
    await stage.live.refresh()
    assert stage.done[-2:] == ["send_photo", "edit_message_media"]
    assert stage.bot.named("edit_message_media")[-1][2] == 2


async def test_refresh_of_an_older_message_makes_it_the_live_one(stage: Stage) -> None:
    await stage.live.show()
    await stage.live.show()
    assert await stage.live.refresh(message=1)
    assert stage.bot.named("edit_message_media")[0][1:] == (ANNA, 1)


async def test_waiting_shows_become_one(stage: Stage) -> None:
    await asyncio.gather(*(stage.live.show() for _ in range(10)))
    assert stage.done.count("send_photo") == 2


async def test_other_buttons_are_a_change(stage: Stage) -> None:
    await stage.live.show()
    stage.keyboard = Keypad("other", lambda: None).markup()
    assert await stage.live.refresh()
    assert not await stage.live.refresh()


async def test_what_is_deleted_again_is_left_alone_until_the_next_input(
    stage: Stage,
) -> None:
    await stage.live.show()
    gone = [BadRequest("Message to edit not found")] * 2
    stage.bot.plan("edit_message_media", *gone)
    for number in range(4):
        stage.session.put(str(number))
        await stage.live.refresh()
    assert stage.done == [
        "send_photo",
        "edit_message_media",
        "send_photo",
        "edit_message_media",
    ]
    stage.live.touch()
    await stage.live.refresh()
    assert stage.done[-1] == "send_photo"


async def test_output_is_followed_after_input(stage: Stage, tasks: Tasks) -> None:
    await stage.live.show()
    tasks.spawn(stage.live.follow(), "follow")
    stage.live.touch()
    for text in ("a", "ab", "abc", "abcd"):
        stage.session.put(text)
        await stage.bot.called_times("edit_message_media", len(text))


async def test_following_ends_after_a_while_with_the_last_state(
    stage: Stage, tasks: Tasks
) -> None:
    await stage.live.show()
    began = stage.clock.monotonic()
    tasks.spawn(stage.live.follow(), "follow")
    stage.live.touch()
    edits = 0
    while stage.clock.monotonic() - began < 20:
        edits += 1
        stage.session.put(f"line {edits}")
        await stage.bot.called_times("edit_message_media", edits)
    await settle()
    seen = len(stage.done)
    stage.session.put("unseen")
    await settle()
    assert len(stage.done) == seen
    # Two at once, then one every two seconds.
    assert 9 <= edits <= 12
    stage.live.touch()
    await stage.bot.called_times("edit_message_media", edits + 1)


async def test_a_pinned_screen_is_followed_without_input(
    stage: Stage, tasks: Tasks
) -> None:
    await stage.live.show()
    tasks.spawn(stage.live.follow(), "follow")
    stage.live.pin(True)
    for text in ("a", "ab", "abc"):
        stage.clock.time_s += 1_000
        stage.session.put(text)
        await stage.bot.called_times("edit_message_media", len(text))
    stage.live.pin(False)
    await settle()
    stage.session.put("unseen")
    await settle()
    assert len(stage.bot.named("edit_message_media")) == 3


async def test_following_can_be_turned_off(tasks: Tasks) -> None:
    stage = Stage(tasks, follows=False)
    await stage.live.show()
    tasks.spawn(stage.live.follow(), "follow")
    stage.live.touch()
    stage.session.put("unseen")
    await settle()
    assert stage.done == ["send_photo"]


async def test_the_first_edit_after_a_quiet_while_does_not_wait(
    stage: Stage, tasks: Tasks
) -> None:
    await stage.live.show()
    tasks.spawn(stage.live.follow(), "follow")
    stage.session.put("one")
    stage.live.touch()
    await stage.bot.called("edit_message_media")
    assert stage.clock.sleeps == []


async def test_a_refresh_that_meets_a_flood_is_made_after_it(
    stage: Stage, tasks: Tasks
) -> None:
    await stage.live.show()
    tasks.spawn(stage.live.follow(), "follow")
    stage.bot.plan("edit_message_media", RetryAfter(30))
    stage.session.put("one")
    stage.live.touch()
    await stage.bot.called_times("edit_message_media", 2)
    assert stage.clock.sleeps == [30]


async def settle() -> None:
    """Let everything happen that can."""
    for _ in range(200):
        await asyncio.sleep(0)


async def test_text_mode(tasks: Tasks) -> None:
    stage = Stage(tasks, as_text=True)
    await stage.live.show()
    stage.session.shown = make_screen("$ ls", "a*b_c`d")
    await stage.live.refresh()
    assert stage.done == ["send_message", "edit_message_text"]
    _, args, options = stage.bot.calls[1]
    assert args[0] == "$ ls\na*b_c`d"
    assert [(e.type, e.offset, e.length) for e in options["entities"]] == [
        ("pre", 0, 12)
    ]


async def test_what_cannot_be_drawn_is_shown_as_text(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    await stage.live.show()
    stage.painter.broken = True
    for text in ("one", "two"):
        stage.session.shown = make_screen(text)
        await stage.live.refresh()
    assert stage.done == ["send_photo", "send_message", "edit_message_text"]
    assert "cannot be drawn" in caplog.text


def test_empty_screen_is_said_to_be_empty() -> None:
    text, entities = screen_text(make_screen("", "", ""))
    assert text
    assert entities == ()


def test_large_screen_is_cut_to_its_end() -> None:
    text, entities = screen_text(make_screen(*["x" * 99] * 49, "🔄 last"))
    assert utf16_units(text) <= MAX_TEXT_UNITS
    assert text.endswith("last")
    assert entities[0].length == utf16_units(text)
