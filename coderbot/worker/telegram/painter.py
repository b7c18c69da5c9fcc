"""Pictures of screens, drawn outside the event loop."""

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from coderbot.worker.terminal.screen import Screen

if TYPE_CHECKING:
    from coderbot.worker.terminal.render.png import PngRenderer

_MAX_RENDERERS = 3
"""Sizes of letters that are kept ready; each holds its glyphs."""


class ScreenPainter(Protocol):
    """Draws screens."""

    async def paint(self, screen: Screen) -> bytes:
        """Return a PNG of `screen`."""


class Painter:
    """Draws screens in a thread, one at a time.

    A renderer is made when the first picture is asked for: a worker without
    terminals does without its fonts and its library.
    """

    def __init__(self) -> None:
        self._renderers: OrderedDict[int, PngRenderer] = OrderedDict()
        self._turn = threading.Lock()

    def sized(self, font_size_px: Callable[[], int]) -> ScreenPainter:
        """Return who draws with letters of the size that is wanted at the time."""
        return _SizedPainter(self, font_size_px)

    async def paint(self, screen: Screen, font_size_px: int) -> bytes:
        """Return a PNG of `screen`, with letters of that size in pixels."""
        return await asyncio.to_thread(self._paint, screen, font_size_px)

    def _paint(self, screen: Screen, font_size_px: int) -> bytes:
        with self._turn:
            return self._renderer(font_size_px).render(screen)

    def _renderer(self, font_size_px: int) -> "PngRenderer":
        renderer = self._renderers.get(font_size_px)
        if renderer is None:
            from coderbot.worker.terminal.render.png import PngRenderer

            renderer = self._renderers[font_size_px] = PngRenderer(font_size_px)
        self._renderers.move_to_end(font_size_px)
        if len(self._renderers) > _MAX_RENDERERS:
            self._renderers.popitem(last=False)
        return renderer


class _SizedPainter:
    def __init__(self, painter: Painter, font_size_px: Callable[[], int]) -> None:
        self._painter = painter
        self._font_size_px = font_size_px

    async def paint(self, screen: Screen) -> bytes:
        return await self._painter.paint(screen, self._font_size_px())
