"""No update is acted on twice."""

import asyncio
import datetime as dtm
import os
from pathlib import Path

import pytest
from telegram import CallbackQuery, Chat, Message, Update, User

from coderbot.botprocess.telegram.ledger import Ledger

NOW = dtm.datetime(2026, 1, 1, tzinfo=dtm.UTC)
ANNA = User(1001, "Anna", False)


def make_update(number: int, date: dtm.datetime = NOW) -> Update:
    message = Message(1, date, Chat(1001, "private"), from_user=ANNA, text="ls")
    return Update(number, message=message)


def open_ledger(path: Path) -> Ledger:
    ledger = Ledger(path)
    ledger.load()
    return ledger


async def test_an_update_is_new_once(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path / "updates.txt")
    assert await ledger.is_new(make_update(1))
    assert not await ledger.is_new(make_update(1))
    assert await ledger.is_new(make_update(2))


async def test_it_is_remembered_by_the_next_run(tmp_path: Path) -> None:
    path = tmp_path / "updates.txt"
    await open_ledger(path).is_new(make_update(1))
    assert not await open_ledger(path).is_new(make_update(1))


async def test_a_number_that_comes_again_for_something_else_is_new(
    tmp_path: Path,
) -> None:
    ledger = open_ledger(tmp_path / "updates.txt")
    await ledger.is_new(make_update(1))
    assert await ledger.is_new(make_update(1, NOW + dtm.timedelta(hours=1)))


async def test_buttons_are_told_apart(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path / "updates.txt")
    first = Update(1, callback_query=CallbackQuery("7", ANNA, "instance"))
    second = Update(1, callback_query=CallbackQuery("8", ANNA, "instance"))
    assert await ledger.is_new(first)
    assert await ledger.is_new(second)
    assert not await ledger.is_new(first)


async def test_it_is_on_the_disk_before_anybody_acts_on_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "updates.txt"
    synced: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda _: synced.append(path.read_text()))
    ledger = open_ledger(path)
    acted: list[int] = []

    async def act(number: int) -> None:
        if await ledger.is_new(make_update(number)):
            acted.append(number)
            assert synced
            assert f"{number} m" in synced[-1]

    async with asyncio.TaskGroup() as group:
        for number in range(1, 9):
            group.create_task(act(number))
    assert acted == list(range(1, 9))
    # Those that came while the first was written were written together.
    assert len(synced) == 2
    assert path.stat().st_mode & 0o777 == 0o600


async def test_the_file_stays_small(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)
    path = tmp_path / "updates.txt"
    ledger = open_ledger(path)
    for number in range(2_200):
        assert await ledger.is_new(make_update(number))
    assert len(path.read_text().splitlines()) <= 2_000
    reopened = open_ledger(path)
    assert not await reopened.is_new(make_update(2_199))
    assert not await reopened.is_new(make_update(1_300))


async def test_it_works_without_a_file(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ledger = open_ledger(tmp_path)
    assert await ledger.is_new(make_update(1))
    assert not await ledger.is_new(make_update(1))
    assert "ledger" in caplog.text
