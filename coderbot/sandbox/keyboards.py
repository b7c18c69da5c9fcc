"""Keyboards: what a bot may put below a message."""

import re
from typing import Any

from coderbot.sandbox.errors import bad_request
from coderbot.sandbox.jsontypes import Json
from coderbot.sandbox.limits import MAX_BUTTONS, MAX_CALLBACK_DATA_BYTES

_ACTIONS = (
    "callback_data",
    "url",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)

_LINK = re.compile(r"(?i)(https?://|tg://|ton://)\S+$|[\w-]+(\.[\w-]+)+([/?#:]\S*)?$")


def check_markup(markup: Any, private: bool) -> Json:
    """Return a reply markup, checked.

    Args:
        markup: JSON value of `reply_markup`.
        private: Whether it goes to a private chat (web apps work only there).

    Raises:
        ApiError: 400.
    """
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in markup:
        rows = _rows(markup["inline_keyboard"])
        if sum(map(len, rows)) > MAX_BUTTONS:
            raise bad_request("reply markup is too long")
        for row in rows:
            for button in row:
                _check_inline(button, private)
    elif "keyboard" in markup:
        _rows(markup["keyboard"])
    return markup


def _rows(rows: Any) -> list[list[Any]]:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request("can't parse reply keyboard markup JSON object")
    return rows


def _check_inline(button: Any, private: bool) -> None:
    if not isinstance(button, dict):
        raise bad_request("can't parse inline keyboard button: Object expected")
    text = button.get("text")
    if not isinstance(text, str) or not text.strip():
        raise bad_request(
            'can\'t parse inline keyboard button: Field "text" must be non-empty'
        )
    actions = [name for name in _ACTIONS if name in button]
    if len(actions) != 1:
        raise bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed "
            "in the inline keyboard"
        )
    if actions == ["callback_data"]:
        size = len(str(button["callback_data"]).encode(errors="replace"))
        if not 1 <= size <= MAX_CALLBACK_DATA_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
    if actions == ["url"] and not _LINK.match(str(button["url"])):
        raise bad_request(
            f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL"
        )
    if actions == ["web_app"] and not private:
        raise bad_request("BUTTON_TYPE_INVALID")


def inline_rows(markup: Json | None) -> list[list[Json]]:
    """Return the inline buttons of a markup, row by row; empty rows are dropped."""
    rows = (markup or {}).get("inline_keyboard", [])
    return [list(row) for row in rows if row]


def reply_rows(markup: Json | None) -> list[list[str]]:
    """Return the texts of a reply keyboard, row by row."""
    rows = (markup or {}).get("keyboard", [])
    return [
        [b if isinstance(b, str) else str(b.get("text", "")) for b in r] for r in rows
    ]
