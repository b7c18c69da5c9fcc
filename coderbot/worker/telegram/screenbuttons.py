"""What stands behind the buttons under a screen."""

from coderbot.worker.telegram import texts
from coderbot.worker.telegram.keyboards import DIGITS, REFRESH
from coderbot.worker.telegram.press import Press
from coderbot.worker.terminal.session import TerminalSession


class ScreenButtons:
    """Refresh and keys for one terminal.

    Args:
        session: The terminal.
    """

    def __init__(self, session: TerminalSession) -> None:
        self._session = session

    async def press(self, press: Press) -> str | None:
        """Refresh the screen or press a key."""
        place = press.services.desk.find(press.user_id)
        if place is None or place.session is not self._session:
            return texts.STALE_BUTTON
        if press.action == REFRESH:
            press.services.tasks.spawn(self._refresh(press), "refresh")
            return None
        if press.action not in DIGITS:
            return texts.STALE_BUTTON
        await self._session.press(press.action)
        place.screen.touch()
        return press.action

    async def _refresh(self, press: Press) -> None:
        place = press.services.desk.find(press.user_id)
        changed = place is not None and await place.screen.refresh(press.message)
        toast = texts.REFRESHED if changed else texts.UP_TO_DATE
        await press.services.outbox.answer(press.query_id, toast)
