"""The button that types the paths of received files into the terminal."""

import shlex
from collections.abc import Sequence
from pathlib import Path

from coderbot.worker.telegram import filetexts, texts
from coderbot.worker.telegram.press import Press


class PathButtons:
    """Types paths, quoted for a shell where they need it, without Enter.

    Args:
        paths: What to type.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        # Telegram cuts blanks off the end of what was typed before.
        self._typed = "".join(f" {shlex.quote(str(path))}" for path in paths) + " "

    async def press(self, press: Press) -> str | None:
        """Type them into the terminal of the user."""
        place = press.services.desk.find(press.user_id, press.thread)
        if place is None:
            return texts.NO_TERMINAL
        await place.session.type_text(self._typed, enter=False)
        place.screen.touch()
        return filetexts.TYPED
