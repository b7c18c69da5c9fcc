from typing import Any

import pytest

from coderbot.sandbox.bot import check_commands, scope_key
from coderbot.sandbox.errors import ApiError
from coderbot.sandbox.keyboards import check_markup
from coderbot.sandbox.limits import check_caption, check_size, check_text
from coderbot.sandbox.markup.formatted import format_text


def refusal(work: Any, *arguments: Any) -> str:
    with pytest.raises(ApiError) as caught:
        work(*arguments)
    return caught.value.description


def test_length_counts_utf16_units_after_parsing() -> None:
    check_text(format_text("x" * 4096))
    check_text(format_text("👍" * 2048))
    check_text(format_text("<b>" + "x" * 4096 + "</b>", "HTML"))
    too_long = "Bad Request: message is too long"
    assert refusal(check_text, format_text("x" * 4097)) == too_long
    assert refusal(check_text, format_text("👍" * 2049)) == too_long


@pytest.mark.parametrize("source", ["", " \n ", "<b></b>"])
def test_empty_text(source: str) -> None:
    text = format_text(source, "HTML")
    assert refusal(check_text, text) == "Bad Request: message text is empty"


def test_caption() -> None:
    check_caption(format_text("x" * 1024))
    check_caption(format_text(""))
    long = format_text("x" * 1025)
    assert refusal(check_caption, long) == "Bad Request: message caption is too long"


@pytest.mark.parametrize(
    ("kind", "size", "complaint"),
    [
        ("photo", 10 << 20, ""),
        ("document", 50 << 20, ""),
        ("document", 0, "Bad Request: file must be non-empty"),
        ("document", (50 << 20) + 1, "Request Entity Too Large"),
        (
            "photo",
            (10 << 20) + 1,
            "Bad Request: file of size 10485761 bytes is too big for a photo; "
            "the maximum size is 10485760 bytes",
        ),
    ],
)
def test_size(kind: str, size: int, complaint: str) -> None:
    if complaint:
        assert refusal(check_size, kind, size) == complaint
    else:
        check_size(kind, size)


def inline(**button: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "x", **button}]]}


@pytest.mark.parametrize("data", ["a", "a" * 64, "é" * 32])
def test_callback_data_within_64_bytes(data: str) -> None:
    markup = inline(callback_data=data)
    assert check_markup(markup, private=True) is markup


@pytest.mark.parametrize("data", ["", "a" * 65, "é" * 33])
def test_callback_data_beyond(data: str) -> None:
    markup = inline(callback_data=data)
    assert refusal(check_markup, markup, True) == "Bad Request: BUTTON_DATA_INVALID"


@pytest.mark.parametrize(
    ("markup", "complaint"),
    [
        ([], "object expected"),
        ({"inline_keyboard": "x"}, "can't parse reply keyboard markup"),
        ({"inline_keyboard": [[{"text": " ", "callback_data": "x"}]]}, "non-empty"),
        (inline(), "Text buttons are unallowed"),
        (inline(url="javascript:alert(1)"), "Wrong HTTP URL"),
        (
            {"inline_keyboard": [[{"text": "x", "callback_data": "x"}] * 101]},
            "too long",
        ),
    ],
)
def test_broken_keyboards(markup: Any, complaint: str) -> None:
    assert complaint in refusal(check_markup, markup, True)


def test_web_apps_only_in_private_chats() -> None:
    markup = inline(web_app={"url": "https://e.org"})
    assert check_markup(markup, private=True) is markup
    assert refusal(check_markup, markup, False) == "Bad Request: BUTTON_TYPE_INVALID"


@pytest.mark.parametrize(
    ("command", "description", "allowed"),
    [
        ("start", "x", True),
        ("a" * 32, "x" * 256, True),
        ("a" * 33, "x", False),
        ("Start", "x", False),
        ("", "x", False),
        ("start", "", False),
        ("start", "x" * 257, False),
    ],
)
def test_commands(command: str, description: str, allowed: bool) -> None:
    commands = [{"command": command, "description": description}]
    if allowed:
        assert check_commands(commands) == commands
    else:
        assert "BOT_COMMAND" in refusal(check_commands, commands)


def test_too_many_commands() -> None:
    commands = [{"command": "a", "description": "x"}] * 101
    assert "BOT_COMMANDS_TOO_MUCH" in refusal(check_commands, commands)


def test_scopes() -> None:
    assert scope_key(None) == scope_key({"type": "default"}) == "default"
    assert scope_key({"type": "chat", "chat_id": 5}) == "chat:5"
    assert refusal(scope_key, {"type": "moon"}).endswith("specified")
