"""Pictures of pages of a local web server."""

import asyncio
import base64
from dataclasses import dataclass
from typing import Any

from coderbot.worker.browser.errors import PageFailedError
from coderbot.worker.browser.keeper import BrowserKeeper
from coderbot.worker.browser.policy import WebPolicy
from coderbot.worker.browser.visit import broken, refused, visiting

TIMEOUT_S = 30.0
"""Longest time for a page and its picture, the start of the browser included."""
_AT_ONCE = 2
"""Pages that are open at the same time; others wait for their turn."""
LOAD_S = 15.0
"""Longest time for a page to load, in seconds."""
_MAX_SIDES = 10_000
_MAX_RATIO = 20
"""Telegram takes no photo whose sides sum up to more, or of a longer shape."""
_MAX_BYTES = 10_000_000
"""Nor a larger one."""


@dataclass(frozen=True, slots=True)
class Viewport:
    """The window that a page is shown in; pixels of the page, not of the picture."""

    width: int
    height: int
    scale: int
    """Pixels of the picture for one of the page."""
    is_mobile: bool


DESKTOP = Viewport(1280, 800, 1, is_mobile=False)
PHONE = Viewport(390, 844, 2, is_mobile=True)


@dataclass(frozen=True, slots=True)
class WebPicture:
    """A page as it looks."""

    image: bytes
    """PNG, or JPEG where that would be more than Telegram takes."""
    url: str
    """Where it is, after redirects."""
    title: str
    blocked: tuple[str, ...]
    """Hosts that the page asked for and did not get, most asked first."""
    is_cut: bool
    """The page is longer than Telegram takes."""
    is_complete: bool
    """The page had loaded in time."""


class WebCamera:
    """Takes pictures of pages.

    Args:
        keeper: Has the browser.
        policy: Which addresses may be opened.
        load_s: Longest time for a page to load; what is there by then is shown.
    """

    def __init__(
        self, keeper: BrowserKeeper, policy: WebPolicy, load_s: float = LOAD_S
    ) -> None:
        self._keeper = keeper
        self._policy = policy
        self._load_s = load_s
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def take(self, url: str, viewport: Viewport, full: bool) -> WebPicture:
        """Return the picture of a page.

        Args:
            url: Its whole address.
            viewport: The window.
            full: All of the page, not only what the window shows.

        Raises:
            BrowserError: When that cannot be done; tells the user why.
        """
        if not self._policy.allows(url):
            raise refused(url)
        from pyppeteer.errors import PyppeteerError

        try:
            async with (
                self._turns,
                asyncio.timeout(TIMEOUT_S),
                self._keeper.page() as page,
            ):
                return await self._take(page, url, viewport, full)
        except TimeoutError as error:
            raise PageFailedError(
                f"No picture of {url} after {TIMEOUT_S:.0f} s."
            ) from error
        except PyppeteerError as error:
            raise broken() from error

    async def _take(
        self, page: Any, url: str, viewport: Viewport, full: bool
    ) -> WebPicture:
        client = await page.target.createCDPSession()
        await _set_window(client, viewport)
        async with visiting(client, self._policy) as visit:
            page.browser.once("disconnected", lambda: visit.fail(broken()))
            complete = await visit.open(url, self._load_s)
            metrics = await client.send("Page.getLayoutMetrics")
            content = metrics["cssContentSize"]
            height = content["height"] if full else viewport.height
            room = _room(viewport)
            shown = min(height, room)
            if full:
                await _set_window(client, viewport, max(viewport.height, int(shown)))
            return WebPicture(
                await _capture(client, viewport.width, shown),
                page.url,
                (await page.title())[:200],
                tuple(host for host, _ in visit.blocked.most_common()),
                height > room,
                complete,
            )


async def _capture(client: Any, width: int, height: float) -> bytes:
    clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
    for kind in ({"format": "png"}, {"format": "jpeg", "quality": 85}):
        answer = await client.send("Page.captureScreenshot", {**kind, "clip": clip})
        image = base64.b64decode(answer["data"])
        if len(image) <= _MAX_BYTES:
            break
    return image


async def _set_window(client: Any, viewport: Viewport, height: int = 0) -> None:
    await client.send(
        "Emulation.setDeviceMetricsOverride",
        {
            "width": viewport.width,
            "height": height or viewport.height,
            "deviceScaleFactor": viewport.scale,
            "mobile": viewport.is_mobile,
        },
    )


def _room(viewport: Viewport) -> int:
    """Return how high a picture may be, in pixels of the page."""
    by_sum = _MAX_SIDES // viewport.scale - viewport.width
    return min(by_sum, viewport.width * _MAX_RATIO)
