"""Pictures of screens, drawn outside the event loop."""

import asyncio
import threading
from typing import TYPE_CHECKING

from coderbot.worker.terminal.screen import Screen

if TYPE_CHECKING:
    from coderbot.worker.terminal.render.png import PngRenderer


class Painter:
    """Draws screens in a thread, one at a time.

    The renderer is made when the first picture is asked for: a worker without
    terminals does without its fonts and its library.

    Args:
        font_size_px: Size of the letters, in pixels.
    """

    def __init__(self, font_size_px: int) -> None:
        self._font_size_px = font_size_px
        self._renderer: PngRenderer | None = None
        self._turn = threading.Lock()

    async def paint(self, screen: Screen) -> bytes:
        """Return a PNG of `screen`."""
        return await asyncio.to_thread(self._paint, screen)

    def _paint(self, screen: Screen) -> bytes:
        with self._turn:
            if self._renderer is None:
                from coderbot.worker.terminal.render.png import (
                    PngRenderer,
                )

                self._renderer = PngRenderer(self._font_size_px)
            return self._renderer.render(screen)
