"""The command table, and all that is made from it."""

import re

import pytest

from coderbot.botprocess.telegram.lengths import MAX_TEXT_UNITS, utf16_units
from coderbot.botprocess.telegram.listed import usage
from coderbot.controlbot import reference
from coderbot.controlbot.arguments import LogWish, parse_logs
from coderbot.controlbot.commands import BY_NAME, COMMANDS, Command, menu
from coderbot.controlbot.router import handler_of
from coderbot.loglevel import Level

OF_THE_ORIGINAL = """start status stopall startall restartall addbot removebot reload logs
health uptime shutdown help controlstart listbots"""


@pytest.mark.parametrize("command", COMMANDS, ids=lambda each: each.name)
def test_each_command_is_well_formed_and_has_a_function(command: Command) -> None:
    assert all(re.fullmatch(r"[a-z0-9_]{1,32}", name) for name in command.names)
    assert 1 <= len(command.help) <= 100
    assert callable(handler_of(command))
    if command.example:
        assert command.needed <= len(command.example.split()) <= command.most
    assert bool(command.example) >= bool(command.needed)


def test_names_are_unique_and_the_original_ones_are_there() -> None:
    assert len(BY_NAME) == sum(len(command.names) for command in COMMANDS)
    assert set(OF_THE_ORIGINAL.split()) <= set(BY_NAME)


def test_help_is_one_message_with_every_command() -> None:
    text = reference.help_text()
    assert utf16_units(text) <= MAX_TEXT_UNITS
    assert all(f"{each.form}" in text and each.help in text for each in COMMANDS)
    assert "/controlstart" in text


def test_the_menu_is_short_and_of_the_table() -> None:
    assert 5 <= len(menu()) <= 10
    assert all(BY_NAME[name].help == text for name, text in menu())


def test_what_changes_something_is_not_done_late() -> None:
    harmless = {c.name for c in COMMANDS if not c.steers}
    assert harmless == {
        *("status", "listbots", "health", "uptime", "logs", "crashes"),
        *("help", "start", "cancel"),
    }


def test_usage() -> None:
    assert usage(BY_NAME["stop_bot"]) == (
        "/stop_bot BOT - stop a bot\nExample: /stop_bot bot-0"
    )


@pytest.mark.parametrize(
    ("words", "wish"),
    [
        ("bot-0", LogWish("bot-0", 30, Level.DEBUG)),
        ("@x 5", LogWish("@x", 5, Level.DEBUG)),
        ("parent 10000 Error", LogWish("parent", 10_000, Level.ERROR)),
        ("bot-0 warning 7", LogWish("bot-0", 7, Level.WARNING)),
    ],
)
def test_wishes_for_logs(words: str, wish: LogWish) -> None:
    assert parse_logs(words.split()) == wish


@pytest.mark.parametrize("words", ["b 0", "b -1", "b 10001", "b 1.5", "b loud", "b ٣"])
def test_wishes_that_make_no_sense(words: str) -> None:
    with pytest.raises(ValueError, match="N is a number"):
        parse_logs(words.split())
