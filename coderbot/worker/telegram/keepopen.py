"""The button that keeps an idle terminal from being closed."""

from telegram import InlineKeyboardMarkup

from coderbot.worker.telegram import texts
from coderbot.worker.telegram.keyboards import YES, button
from coderbot.worker.telegram.press import Press
from coderbot.worker.terminal.session import TerminalSession


class KeepOpen:
    """Stands behind that button.

    Args:
        session: The terminal.
    """

    def __init__(self, session: TerminalSession) -> None:
        self._session = session

    async def press(self, press: Press) -> str | None:
        """Count as input, and take the button away."""
        if not self._session.is_open:
            return texts.STALE_BUTTON
        self._session.keep_open()
        press.services.buttons.revoke(press.key)
        if press.message is not None:
            strip = press.services.outbox.edit_keyboard(
                press.user_id, press.message, None
            )
            press.services.tasks.spawn(strip, "used button")
        return texts.KEPT_OPEN


def keep_open_keyboard(key: str) -> InlineKeyboardMarkup:
    """Return the one button."""
    return InlineKeyboardMarkup([[button("Keep it open", key, YES)]])
