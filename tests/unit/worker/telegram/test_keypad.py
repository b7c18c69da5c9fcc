"""The keys under screens: labels, layouts, what somebody writes."""

import pytest
from telegram import InlineKeyboardButton

from coderbot.worker.telegram.buttons import Buttons
from coderbot.worker.telegram.handlers.killbot import KillQuestion
from coderbot.worker.telegram.keyboards import REFRESH, split_data
from coderbot.worker.telegram.keypad import (
    DEFAULT,
    FURTHER,
    MORE,
    Keypad,
    keypad_rows,
    label_of,
    layout_text,
    parse_layout,
)
from coderbot.worker.terminal.keys import encode_key
from tests.fakes.autoclock import AutoClock


def labels(rows: list[list[InlineKeyboardButton]]) -> list[str]:
    return [button.text for row in rows for button in row]


def test_every_key_can_be_pressed_and_its_data_fits() -> None:
    key = Buttons(AutoClock()).issue(1001, KillQuestion())
    rows = keypad_rows(key, DEFAULT, expanded=True)
    assert len(rows) == len(DEFAULT) + len(FURTHER)
    for button in (button for row in rows for button in row):
        data = str(button.callback_data)
        assert len(data.encode()) <= 64
        found, action = split_data(data)
        assert found == key
        assert action in (REFRESH, MORE) or encode_key(action)


@pytest.mark.parametrize(
    ("key", "label"),
    [
        ("ctrl+c", "Ctrl-C"),
        ("ctrl+d", "^D"),
        ("alt+b", "M-B"),
        ("shift+up", "⇧▲"),
        ("f5", "F5"),
        ("y", "y"),
        ("Y", "Y"),
        ("+", "+"),
    ],
)
def test_labels(key: str, label: str) -> None:
    assert label_of(key) == label


def test_a_layout_is_read_as_it_is_written() -> None:
    layout = parse_layout(" refresh More | esc  ctrl+c|| f5 ")
    assert layout == (("refresh", "more"), ("esc", "ctrl+c"), ("f5",))
    assert parse_layout(layout_text(layout)) == layout


@pytest.mark.parametrize("text", ["nokey", "1 2 3 4 5 6 7 8 9", "|".join("123456789")])
def test_a_layout_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no key|room for"):
        parse_layout(text)


def test_the_choice_of_the_user_goes_before_that_of_the_program() -> None:
    chosen = [None, (("y", "n"),)]
    keypad = Keypad("id", lambda: chosen[0], (("esc",),), name="build")
    assert labels(keypad.rows()) == ["Esc"]
    chosen.reverse()
    assert labels(keypad.rows()) == ["y", "n"]
    keypad.is_expanded = True
    assert labels(keypad.rows())[2:4] == ["4", "5"]


def test_more_says_how_to_hide_the_keys_again() -> None:
    assert "▾ More" in labels(keypad_rows("id", DEFAULT))
    assert "▴ Less" in labels(keypad_rows("id", DEFAULT, expanded=True))
    assert labels(keypad_rows("id", DEFAULT, name="build"))[0] == "🔄 Refresh build"
