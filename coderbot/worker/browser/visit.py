"""One page being opened, every request of which is looked at first."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from coderbot.worker.browser.errors import (
    BrowserError,
    BrowserFailedError,
    PageFailedError,
    PageRefusedError,
)
from coderbot.worker.browser.policy import WebPolicy, host_of

_QUIET_S = 0.3
"""A page without requests for so long has what it needs."""


class Visit:
    """A page on its way; used by `visiting`.

    Args:
        client: Session of the protocol with the page.
        policy: Which addresses may be asked for.
    """

    def __init__(self, client: Any, policy: WebPolicy) -> None:
        self._client = client
        self._policy = policy
        self._work: set[asyncio.Task[None]] = set()
        self._frame = ""
        """Id of the page's own frame."""
        self._has_arrived = False
        """Some page is there: the asked one, or where it has led."""
        self._loaded = asyncio.Event()
        self._open: set[str] = set()
        """Ids of requests without an end; a redirect keeps its id."""
        self._moved = asyncio.Event()
        self.blocked: Counter[str] = Counter()
        """How often which host was asked for in vain."""
        self._failure: asyncio.Future[None] = asyncio.Future()
        """Never done but by an error that makes all waiting useless."""

    async def start(self) -> None:
        """Have every request stopped, and told of."""
        on = self._client.on
        on("Fetch.requestPaused", self._on_paused)
        on("Page.frameNavigated", self._on_arrival)
        on("Page.loadEventFired", lambda _: self._loaded.set())
        on("Network.requestWillBeSent", lambda event: self._note(event, begun=True))
        on("Network.loadingFinished", lambda event: self._note(event, begun=False))
        on("Network.loadingFailed", lambda event: self._note(event, begun=False))
        send = self._client.send
        await send("Page.enable")
        tree = await send("Page.getFrameTree")
        self._frame = tree["frameTree"]["frame"]["id"]
        await send("Network.enable")
        await send("Network.setBypassServiceWorker", {"bypass": True})
        await send("Page.setDownloadBehavior", {"behavior": "deny"})
        await send("Fetch.enable", {"patterns": [{"urlPattern": "*"}]})

    async def open(self, url: str, load_s: float) -> bool:
        """Go to `url`; returns whether it has loaded within `load_s` seconds.

        Raises:
            PageRefusedError: When it leads to where it may not.
            PageFailedError: When nobody answers there.
        """
        load = asyncio.get_running_loop().create_task(self._load(url))
        self._own(load)
        both = (load, self._failure)
        await asyncio.wait(both, timeout=load_s, return_when=asyncio.FIRST_COMPLETED)
        for each in reversed(both):
            if each.done():
                each.result()
        return load.done()

    async def _load(self, url: str) -> None:
        answer = await self._client.send("Page.navigate", {"url": url})
        if answer.get("errorText"):
            raise _failed(url, answer["errorText"])
        await self._loaded.wait()
        await self._quiet()

    def fail(self, error: BrowserError) -> None:
        """Let whoever waits know that it is in vain."""
        if not self._failure.done():
            self._failure.set_exception(error)
            self._failure.exception()

    async def end(self) -> None:
        """Let go of what is still being decided."""
        for task in tuple(self._work):
            task.cancel()
        if self._work:
            await asyncio.wait(self._work)

    def _own(self, task: asyncio.Task[None]) -> None:
        self._work.add(task)
        task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._work.discard(task)
        if not task.cancelled():
            # Whoever waits for it has seen its error; one about a request of a page
            # that is gone is of no interest to anybody.
            task.exception()

    async def _quiet(self) -> None:
        while True:
            self._moved.clear()
            try:
                async with asyncio.timeout(_QUIET_S):
                    await self._moved.wait()
            except TimeoutError:
                if not self._open:
                    return

    def _note(self, event: dict[str, Any], begun: bool) -> None:
        (self._open.add if begun else self._open.discard)(event["requestId"])
        self._moved.set()

    def _on_arrival(self, event: dict[str, Any]) -> None:
        frame = event["frame"]
        if frame["id"] == self._frame and frame["url"] != "about:blank":
            self._has_arrived = True

    def _on_paused(self, event: dict[str, Any]) -> None:
        loop = asyncio.get_running_loop()
        task = loop.create_task(self._decide(event))
        self._own(task)

    async def _decide(self, event: dict[str, Any]) -> None:
        """Let a request go on, or end it; a redirect is a request of its own."""
        url, request = event["request"]["url"], {"requestId": event["requestId"]}
        if self._policy.allows(url):
            await self._client.send("Fetch.continueRequest", request)
            return
        self.blocked[host_of(url) or url[:40]] += 1
        leaves = event["frameId"] == self._frame and event["resourceType"] == "Document"
        if leaves and not self._has_arrived:
            self.fail(refused(url))
        # A page that wants to go away stays as it is.
        request["errorReason"] = "Aborted" if leaves else "BlockedByClient"
        await self._client.send("Fetch.failRequest", request)


@asynccontextmanager
async def visiting(client: Any, policy: WebPolicy) -> AsyncIterator[Visit]:
    """Yield a visit whose requests are all decided on."""
    visit = Visit(client, policy)
    await visit.start()
    try:
        yield visit
    finally:
        await visit.end()


def refused(url: str) -> BrowserError:
    """Return what to tell of a page that may not be opened."""
    host = host_of(url) or url[:80]
    return PageRefusedError(
        f"{host} is not this machine.",
        "WEB_ALLOW_HOSTS can name hosts besides localhost.",
    )


def broken() -> BrowserError:
    """Return what to tell when the browser has ended at work."""
    return BrowserFailedError("The browser has ended in the middle.", "Try it again.")


def _failed(url: str, reason: str) -> BrowserError:
    if "CONNECTION_REFUSED" in reason:
        return PageFailedError(f"Nothing answers at {url}.", "Is the server running?")
    return PageFailedError(f"{url} cannot be shown: {reason.removeprefix('net::')}.")
