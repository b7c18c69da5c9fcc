"""Pictures of screens, drawn by the browser."""

import asyncio
import base64

from coderbot.worker.browser.errors import BrowserFailedError
from coderbot.worker.browser.keeper import BrowserKeeper
from coderbot.worker.terminal.render.html import screen_html
from coderbot.worker.terminal.render.metrics import Page
from coderbot.worker.terminal.screen import Screen

_TIMEOUT_S = 30.0
"""Longest time for a picture, the start of the browser included, in seconds."""


class ScreenCamera:
    """Has the browser draw screens.

    Args:
        keeper: Has the browser.
    """

    def __init__(self, keeper: BrowserKeeper) -> None:
        self._keeper = keeper

    async def render(self, screen: Screen, font_size_px: int) -> bytes:
        """Return a PNG of `screen`.

        Args:
            screen: What is shown.
            font_size_px: Size of the letters, in pixels.

        Raises:
            BrowserError: When there is no browser, or it does not draw.
        """
        from pyppeteer.errors import PyppeteerError

        page = Page.of(screen.columns, screen.rows, font_size_px)
        html = screen_html(screen, page)
        try:
            async with asyncio.timeout(_TIMEOUT_S), self._keeper.page() as tab:
                return await _draw(tab.target, html, page)
        except (PyppeteerError, TimeoutError) as error:
            raise BrowserFailedError("The browser has not drawn the screen.") from error


async def _draw(target: object, html: str, page: Page) -> bytes:
    client = await target.createCDPSession()  # type: ignore[attr-defined]
    send = client.send
    await send("Emulation.setScriptExecutionDisabled", {"value": True})
    await send("Network.enable")
    await send("Network.setBlockedURLs", {"urls": ["*"]})
    size = {"width": page.width, "height": page.height}
    await send(
        "Emulation.setDeviceMetricsOverride",
        {**size, "deviceScaleFactor": 1, "mobile": False},
    )
    tree = await send("Page.getFrameTree")
    frame = tree["frameTree"]["frame"]["id"]
    await send("Page.setDocumentContent", {"frameId": frame, "html": html})
    picture = await send("Page.captureScreenshot", {"format": "png"})
    return base64.b64decode(picture["data"])
