"""Strangers, lanes, buttons, the poll watch, the command table."""

import asyncio
import datetime as dtm

import pytest

from coderbot import wire
from coderbot.botprocess.tasks import Tasks
from coderbot.botprocess.telegram.absence import Absence
from coderbot.botprocess.telegram.polling import PollWatch
from coderbot.botprocess.telegram.strangers import Strangers
from coderbot.worker.telegram.buttons import Buttons
from coderbot.worker.telegram.handlers.killbot import KillQuestion
from coderbot.worker.telegram.lanes import Lanes
from tests.fakes.autoclock import AutoClock


def test_a_stranger_is_answered_once_a_minute() -> None:
    clock = AutoClock()
    strangers = Strangers(clock)
    assert strangers.may_answer(666)
    clock.time_s += 59
    assert not strangers.may_answer(666)
    assert strangers.may_answer(667)
    clock.time_s += 1
    assert strangers.may_answer(666)


def test_strangers_are_forgotten_when_there_are_too_many() -> None:
    strangers = Strangers(AutoClock())
    for user_id in range(5_000):
        assert strangers.may_answer(user_id)
    assert len(strangers._last) == 1_024
    assert strangers.may_answer(0)


async def test_lane_keeps_the_order_of_a_user() -> None:
    done: list[str] = []
    first_may_end, one_is_done = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        await first_may_end.wait()
        done.append("slow")

    async def quick(name: str) -> None:
        done.append(name)
        one_is_done.set()

    async with Tasks.open() as tasks:
        lanes = Lanes(tasks)
        lanes.submit(1, slow)
        lanes.submit(1, lambda: quick("after slow"))
        lanes.submit(2, lambda: quick("other user"))
        await one_is_done.wait()
        assert done == ["other user"]
        first_may_end.set()
        await lanes.drain()
    assert done == ["other user", "slow", "after slow"]


async def test_lane_goes_on_after_a_failure(caplog: pytest.LogCaptureFixture) -> None:
    done: list[int] = []

    async def fail() -> None:
        raise LookupError("for the test")

    async def note() -> None:
        done.append(1)

    async with Tasks.open() as tasks:
        lanes = Lanes(tasks)
        lanes.submit(1, fail)
        lanes.submit(1, note)
        await lanes.drain()
    assert done == [1]
    assert "job of 1 failed" in caplog.text


async def test_lane_is_bounded() -> None:
    async def wait() -> None:
        await asyncio.Event().wait()

    async with Tasks.open() as tasks:
        lanes = Lanes(tasks)
        accepted = [lanes.submit(1, wait) for _ in range(150)]
        assert accepted == [True] * 100 + [False] * 50


def test_a_button_is_bound_to_its_user() -> None:
    buttons = Buttons(AutoClock())
    target = KillQuestion()
    key = buttons.issue(1001, target)
    assert buttons.find(key, 1001) is target
    assert buttons.find(key, 666) is None
    assert buttons.find("made up", 1001) is None
    buttons.revoke(key)
    assert buttons.find(key, 1001) is None


def make_watch() -> tuple[PollWatch, AutoClock, list[wire.WorkerFrame], list[int]]:
    clock = AutoClock()
    frames: list[wire.WorkerFrame] = []
    refused: list[int] = []
    watch = PollWatch(clock, frames.append, lambda: refused.append(1), Absence(clock))
    return watch, clock, frames, refused


def test_watch_tells_changes_only() -> None:
    watch, _, frames, _ = make_watch()
    for status in (200, 200, 409, 409, 502, 200):
        watch.answered(status)
    states = [frame.state for frame in frames if isinstance(frame, wire.Status)]
    assert states == ["polling", "conflict", "offline", "polling"]


def test_watch_knows_the_age_of_the_last_poll() -> None:
    watch, clock, _, _ = make_watch()
    clock.time_s += 7
    assert watch.age_s == 7
    watch.answered(200)
    clock.time_s += 2
    watch.answered(409)
    assert watch.age_s == 2


def test_watch_reports_a_refused_token() -> None:
    watch, _, frames, refused = make_watch()
    watch.answered(401)
    assert refused == [1]
    assert frames == []


def test_watch_is_silent_once_stopping() -> None:
    watch, _, frames, _ = make_watch()
    watch.stopping()
    watch.offline("connection closed")
    assert [frame.state for frame in frames if isinstance(frame, wire.Status)] == [
        "stopping"
    ]


def test_a_flood_answer_is_no_change() -> None:
    watch, _, frames, _ = make_watch()
    watch.answered(200)
    watch.answered(429)
    assert len(frames) == 1


def test_old_message_counts_as_missed_only_after_an_absence() -> None:
    clock = AutoClock()
    absence = Absence(clock)
    long_ago = clock.now() - dtm.timedelta(hours=1)
    absence.polled()
    assert absence.missed(long_ago)
    assert absence.missed(clock.now() - dtm.timedelta(seconds=61))
    assert not absence.missed(clock.now() - dtm.timedelta(seconds=59))
    for _ in range(4):
        clock.time_s += 20
        absence.polled()
    # Later a great age only means that clocks differ.
    assert not absence.missed(long_ago)
    clock.time_s += 3_600
    absence.polled()
    assert absence.missed(clock.now() - dtm.timedelta(minutes=30))
    assert not absence.missed(clock.now() - dtm.timedelta(seconds=5))
    for _ in range(4):
        clock.time_s += 20
        absence.polled()
    assert not absence.missed(long_ago)
