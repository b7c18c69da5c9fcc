"""No update is acted on twice."""

import datetime as dtm
from pathlib import Path

import pytest
from telegram import CallbackQuery, Chat, Message, Update, User

from coderbot.worker.telegram.ledger import Ledger

NOW = dtm.datetime(2026, 1, 1, tzinfo=dtm.UTC)
ANNA = User(1001, "Anna", False)


def make_update(number: int, date: dtm.datetime = NOW) -> Update:
    message = Message(1, date, Chat(1001, "private"), from_user=ANNA, text="ls")
    return Update(number, message=message)


def open_ledger(path: Path) -> Ledger:
    ledger = Ledger(path)
    ledger.load()
    return ledger


def test_an_update_is_new_once(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path / "updates.txt")
    assert ledger.is_new(make_update(1))
    assert not ledger.is_new(make_update(1))
    assert ledger.is_new(make_update(2))


def test_it_is_remembered_by_the_next_run(tmp_path: Path) -> None:
    path = tmp_path / "updates.txt"
    open_ledger(path).is_new(make_update(1))
    assert not open_ledger(path).is_new(make_update(1))


def test_a_number_that_comes_again_for_something_else_is_new(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path / "updates.txt")
    ledger.is_new(make_update(1))
    assert ledger.is_new(make_update(1, NOW + dtm.timedelta(hours=1)))


def test_buttons_are_told_apart(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path / "updates.txt")
    first = Update(1, callback_query=CallbackQuery("7", ANNA, "instance"))
    second = Update(1, callback_query=CallbackQuery("8", ANNA, "instance"))
    assert ledger.is_new(first)
    assert ledger.is_new(second)
    assert not ledger.is_new(first)


def test_the_file_stays_small(tmp_path: Path) -> None:
    path = tmp_path / "updates.txt"
    ledger = open_ledger(path)
    for number in range(4_500):
        assert ledger.is_new(make_update(number))
    assert len(path.read_text().splitlines()) <= 2_000
    reopened = open_ledger(path)
    assert not reopened.is_new(make_update(4_499))
    assert not reopened.is_new(make_update(3_600))


def test_it_works_without_a_file(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ledger = open_ledger(tmp_path)
    assert ledger.is_new(make_update(1))
    assert not ledger.is_new(make_update(1))
    assert "ledger" in caplog.text
