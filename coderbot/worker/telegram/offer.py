"""A button that does later what was not done now."""

from collections.abc import Callable

from telegram import InlineKeyboardMarkup

from coderbot.worker.telegram.keyboards import YES, button
from coderbot.worker.telegram.press import Press
from coderbot.worker.telegram.request import Asker


class Offer:
    """Stands behind that button; it can be pressed once.

    Args:
        act: Does it.
    """

    def __init__(self, act: Callable[[], None]) -> None:
        self._act = act

    async def press(self, press: Press) -> str | None:
        """Do it, and take the button away."""
        services = press.services
        services.buttons.revoke(press.key)
        if press.message is not None:
            strip = services.outbox.edit_keyboard(press.user_id, press.message, None)
            services.tasks.spawn(strip, "used button")
        self._act()
        return ""


def offer(asker: Asker, text: str, label: str, act: Callable[[], None]) -> None:
    """Send `text` with a button below it that does `act`; returns at once."""
    key = asker.services.buttons.issue(asker.user_id, Offer(act))
    asker.reply(text, InlineKeyboardMarkup([[button(label, key, YES)]]))
