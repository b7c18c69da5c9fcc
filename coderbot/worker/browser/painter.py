"""Screens drawn by the browser where it can, and by ourselves where it cannot."""

import logging

from coderbot.worker.browser.errors import BrowserError
from coderbot.worker.browser.screenpage import ScreenCamera
from coderbot.worker.telegram.painter import Painter
from coderbot.worker.terminal.screen import Screen

_log = logging.getLogger(__name__)


class BrowserPainter(Painter):
    """A painter that lets the browser draw (SCREENSHOT_RENDERER=chromium).

    Args:
        camera: Has the browser draw.
    """

    def __init__(self, camera: ScreenCamera) -> None:
        super().__init__()
        self._camera = camera
        self._told = ""

    async def paint(self, screen: Screen, font_size_px: int) -> bytes:
        """Return a PNG of `screen`, with letters of that size in pixels."""
        try:
            picture = await self._camera.render(screen, font_size_px)
        except BrowserError as error:
            self._tell(str(error))
            return await super().paint(screen, font_size_px)
        self._told = ""
        return picture

    def _tell(self, why: str) -> None:
        """Log why the browser does not draw, once until it does or the reason changes."""
        if why != self._told:
            self._told = why
            _log.warning("Screens are drawn without the browser. %s", why)
