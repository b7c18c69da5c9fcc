"""What stands behind the buttons under a screen."""

from coderbot.worker.telegram import texts
from coderbot.worker.telegram.keyboards import REFRESH
from coderbot.worker.telegram.keypad import MORE, PAUSE, RESUME, Following, label_of
from coderbot.worker.telegram.place import Place
from coderbot.worker.telegram.press import Press
from coderbot.worker.terminal.keys import UnknownKeyError
from coderbot.worker.terminal.session import TerminalSession


class ScreenButtons:
    """Refresh, more or less keys, and keys for one terminal.

    Args:
        session: The terminal.
    """

    def __init__(self, session: TerminalSession) -> None:
        self._session = session

    async def press(self, press: Press) -> str | None:
        """Do what the button says."""
        place = press.services.desk.place_of(self._session)
        if place is None:
            return texts.STALE_BUTTON
        if press.action == REFRESH:
            press.services.tasks.spawn(_refresh(press, place), "refresh")
            return None
        if press.action == MORE:
            _toggle(press, place)
            return ""
        if press.action in (PAUSE, RESUME):
            _pause(press, place)
            return ""
        try:
            await self._session.press(press.action)
        except UnknownKeyError:
            return texts.STALE_BUTTON
        place.screen.touch()
        return label_of(press.action)


async def _refresh(press: Press, place: Place) -> None:
    changed = await place.screen.refresh(press.message)
    toast = texts.REFRESHED if changed else texts.UP_TO_DATE
    await press.services.outbox.answer(press.query_id, toast)


def _pause(press: Press, place: Place) -> None:
    goes_on = press.action == RESUME
    if place.keypad.following is not Following.OFF:
        place.keypad.following = Following.ON if goes_on else Following.PAUSED
        place.screen.pin(goes_on)
    press.services.tasks.spawn(_redraw(place, press.message), "pause")


async def _redraw(place: Place, message: int | None) -> None:
    await place.screen.refresh(message)


def _toggle(press: Press, place: Place) -> None:
    place.keypad.is_expanded = not place.keypad.is_expanded
    if press.message is not None:
        edit = press.services.outbox.edit_keyboard(
            press.user_id, press.message, place.keypad.markup()
        )
        press.services.tasks.spawn(edit, "keypad")
