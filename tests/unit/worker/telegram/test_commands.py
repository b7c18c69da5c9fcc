"""The command table and all that is made from it."""

import inspect
import re
from pathlib import Path

import pytest

from coderbot.botprocess.telegram.lengths import utf16_units
from coderbot.botprocess.telegram.listed import usage
from coderbot.worker.telegram.command import Command, Menu
from coderbot.worker.telegram.commands import BY_NAME, COMMANDS, RESERVED_NAMES, menu_of
from coderbot.worker.telegram.dispatch import handler_of
from coderbot.worker.telegram.reference import _pages, document, help_pages
from coderbot.worker.terminal.keys import encode_key

DOCUMENT = Path(__file__).parents[4] / "docs" / "reference" / "commands.md"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda each: each.name)
def test_a_command_is_what_telegram_takes_and_has_a_handler(command: Command) -> None:
    for name in command.names:
        assert re.fullmatch("[a-z0-9_]{1,32}", name)
    assert 1 <= len(command.help) <= 256
    assert inspect.iscoroutinefunction(handler_of(command.handler))
    if command.key:
        assert encode_key(command.key)


def test_no_name_is_given_twice() -> None:
    names = [name for command in COMMANDS for name in command.names]
    assert len(names) == len(set(names)) == len(RESERVED_NAMES)


def test_the_keys_of_the_original_exist() -> None:
    keys = "tab enter space delete backspace esc up down left right home end pgup pgdn"
    keys += " ctrlc ctrlx ctrld arrowup arrowdown 1 2 3 4 5 6 7 8 9"
    keys += "".join(f" f{number}" for number in range(1, 13))
    assert set(keys.split()) <= RESERVED_NAMES
    assert encode_key(BY_NAME["delete"].key) == b"\x7f"


def test_control_c_never_waits() -> None:
    assert BY_NAME["ctrlc"].is_urgent


def test_menus_differ_and_are_short() -> None:
    idle, in_use = menu_of(Menu.IDLE), menu_of(Menu.OPEN)
    assert "xterm" in dict(idle)
    assert "close" in dict(in_use)
    assert len(idle) <= len(in_use) <= 30


def test_help_is_complete_and_fits() -> None:
    pages = help_pages("/media/bot-0")
    assert all(utf16_units(page) <= 4_096 for page in pages)
    whole = "\n".join(pages)
    for command in COMMANDS:
        assert f"{command.form}" in whole
        assert all(f"/{alias}" in whole for alias in command.aliases)
    assert "/media/bot-0" in whole


def test_help_is_parted_between_blocks() -> None:
    blocks = ["a" * 3_000, "🎈" * 500, "b" * 1_000]
    pages = _pages(blocks)
    assert pages == (f"{blocks[0]}\n\n{blocks[1]}", blocks[2])


def test_usage_names_the_arguments_and_an_example() -> None:
    assert usage(BY_NAME["keys"]).startswith("/keys TEXT - ")
    assert usage(BY_NAME["keys"]).endswith("Example: /keys ls -la")


def test_the_document_is_up_to_date() -> None:
    assert DOCUMENT.read_text("utf-8") == document(), (
        "write it anew: python -m scripts.reference"
    )
