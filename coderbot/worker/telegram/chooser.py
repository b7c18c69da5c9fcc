"""Buttons that choose which terminal is used."""

from collections.abc import Sequence

from telegram import InlineKeyboardMarkup

from coderbot.worker.telegram import texts
from coderbot.worker.telegram.keyboards import button
from coderbot.worker.telegram.press import Press

_IN_A_ROW = 3


class Chooser:
    """Stands behind the names of terminals; pressed, one is used and shown.

    Args:
        thread: Topic of the chat in which it is to be used.
    """

    def __init__(self, thread: int | None) -> None:
        self._thread = thread

    async def press(self, press: Press) -> str | None:
        """Use the terminal whose name was pressed."""
        place = press.services.desk.named(press.user_id, press.action)
        if place is None:
            return texts.STALE_BUTTON
        place = press.services.desk.use(place, self._thread)
        press.services.tasks.spawn(place.screen.show(), f"screen of {place.name}")
        return texts.in_use(place.name)


def choice_keyboard(key: str, names: Sequence[str]) -> InlineKeyboardMarkup:
    """Return a button for each name."""
    buttons = [button(name, key, name) for name in names]
    rows = range(0, len(buttons), _IN_A_ROW)
    return InlineKeyboardMarkup([buttons[at : at + _IN_A_ROW] for at in rows])
